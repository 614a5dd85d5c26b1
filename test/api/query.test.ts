import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

interface Hit {
  readonly id: number | string | bigint;
  readonly version: number;
  readonly score: number;
  readonly payload?: unknown;
  readonly vector?: unknown;
}

const api = await buildTestApp({ after });
const QUERY = '/collections/c/points/query';
const UUID = '550e8400-e29b-41d4-a716-446655440000';

/** On a line, so that the distance from x is the order of everything. */
await api.create('c', { size: 1, distance: 'Manhattan' });
await api.create('empty', { size: 1, distance: 'Manhattan' });
await api.upsert('c', [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((id) => ({
    id,
    vector: [id],
    payload: { odd: id % 2 === 1, id },
  })),
  { id: UUID, vector: [100], payload: { odd: false } },
  { id: 99, vector: {}, payload: { odd: true } },
]);

const query = async (request: object, name = 'c') =>
  (await api.result<{ points: Hit[] }>('POST', `/collections/${name}/points/query`, request)).points;
const ids = async (request: object) => (await query(request)).map(({ id }) => id);

test('nearest to a vector: ten hits, best first, without payload and vector', async () => {
  const hits = await query({ query: [0] });
  assert.deepEqual(
    hits.map(({ id }) => id),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  assert.deepEqual(hits[0], { id: 1, version: 1, score: 1 });
});

test('the long form', async () => {
  assert.deepEqual(await ids({ query: { nearest: [0] }, limit: 3 }), [1, 2, 3]);
  assert.deepEqual(await ids({ query: { nearest: 1 }, limit: 3 }), [2, 3, 4]);
  assert.deepEqual(await ids({ query: { nearest: [0], mmr: null }, limit: 3 }), [1, 2, 3]);
});

test('nearest to a point, which is no hit itself', async () => {
  const hits = await query({ query: 1, limit: 3 });
  assert.deepEqual(
    hits.map(({ id, score }) => [id, score]),
    [
      [2, 1],
      [3, 2],
      [4, 3],
    ],
  );
});

test('nearest to a point by its UUID, in any spelling', async () => {
  for (const spelling of [UUID, UUID.toUpperCase(), `urn:uuid:${UUID}`]) {
    assert.deepEqual(await ids({ query: spelling, limit: 2 }), [12, 11]);
  }
});

test('nearest to a point that the filter leaves out', async () => {
  const filter = { must: { key: 'odd', match: { value: false } } };
  assert.deepEqual(await ids({ query: 1, filter, limit: 2 }), [2, 4]);
});

test('the example is left out of the offset too', async () => {
  assert.deepEqual(await ids({ query: 1, limit: 2, offset: 1 }), [3, 4]);
});

const PAGES = [
  [{ limit: 3 }, [1, 2, 3]],
  [{ limit: 3, offset: 0 }, [1, 2, 3]],
  [{ limit: 3, offset: 2 }, [3, 4, 5]],
  [{ limit: 3, offset: 11 }, [12, UUID]],
  [{ limit: 3, offset: 13 }, []],
  [{ limit: 3, offset: 1000 }, []],
  [{ limit: null, offset: null }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
  [{ limit: 100 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, UUID]],
  [{ limit: 18446744073709551615n }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, UUID]],
  [{ limit: 18446744073709551615n, offset: 11 }, [12, UUID]],
  [{ limit: 2, offset: 18446744073709551615n }, []],
] as const;

for (const [page, expected] of PAGES) {
  test(`limit ${page.limit}, offset ${'offset' in page ? page.offset : 'absent'}`, async () => {
    assert.deepEqual(await ids({ query: [0], ...page }), expected);
  });
}

test('a filter', async () => {
  const filter = { must: { key: 'odd', match: { value: true } } };
  assert.deepEqual(await ids({ query: [0], filter, limit: 4 }), [1, 3, 5, 7]);
  assert.deepEqual(await ids({ query: [0], filter, limit: 2, offset: 3 }), [7, 9]);
  assert.deepEqual(await ids({ query: [0], filter: { must: { has_id: [3, UUID, 1000] } } }), [3, UUID]);
  assert.deepEqual(await ids({ query: [0], filter: { must_not: {} } }), []);
  assert.equal((await ids({ query: [0], filter: {} })).length, 10);
  assert.equal((await ids({ query: [0], filter: null })).length, 10);
});

const PARAMS = [
  null,
  {},
  { exact: true },
  { exact: false },
  { hnsw_ef: 1 },
  { hnsw_ef: 5000, exact: false },
  { quantization: { ignore: true, rescore: false, oversampling: 2.5 } },
  { acorn: { enable: true, max_selectivity: 0.5 } },
  { unknown: 1 },
];

for (const params of PARAMS) {
  test(`params ${JSON.stringify(params)} change nothing in so small a collection`, async () => {
    assert.deepEqual(await ids({ query: [0], params, limit: 3 }), [1, 2, 3]);
  });
}

const one = async (selectors: object) => (await query({ query: [0], limit: 1, ...selectors }))[0];

test('payload and vectors in every form of the selectors', async () => {
  const bare = { id: 1, version: 1, score: 1 };
  const payload = { odd: true, id: 1 };
  assert.deepEqual(await one({ with_payload: true }), { ...bare, payload });
  assert.deepEqual(await one({ with_payload: false }), bare);
  assert.deepEqual(await one({ with_payload: null, with_vector: null }), bare);
  assert.deepEqual(await one({ with_payload: ['id'] }), { ...bare, payload: { id: 1 } });
  assert.deepEqual(await one({ with_payload: { exclude: ['id'] } }), { ...bare, payload: { odd: true } });
  assert.deepEqual(await one({ with_vector: true }), { ...bare, vector: [1] });
  assert.deepEqual(await one({ with_vectors: true }), { ...bare, vector: [1] });
  assert.deepEqual(await one({ with_vector: [''] }), { ...bare, vector: [1] });
  assert.deepEqual(await one({ with_vector: [] }), { ...bare, vector: {} });
  assert.deepEqual(await one({ with_payload: true, with_vector: true }), { ...bare, payload, vector: [1] });
});

test('without a query: points in the order of ids, with score 1 and version 0', async () => {
  for (const request of [{}, { query: null }]) {
    const hits = await query({ ...request, limit: 2, with_payload: ['id'] });
    assert.deepEqual(hits, [
      { id: 1, version: 0, score: 1, payload: { id: 1 } },
      { id: 2, version: 0, score: 1, payload: { id: 2 } },
    ]);
  }
  assert.deepEqual(await ids({ limit: 3, offset: 11 }), [12, 99, UUID]);
  assert.deepEqual(
    await ids({ limit: 3, filter: { must: { key: 'odd', match: { value: false } } } }),
    [2, 4, 6],
  );
  assert.equal((await ids({})).length, 10);
});

test('an empty collection', async () => {
  assert.deepEqual(await query({ query: [1] }, 'empty'), []);
  assert.deepEqual(await query({}, 'empty'), []);
  assert.deepEqual(await query({ query: [1], filter: { must: { has_id: [1] } } }, 'empty'), []);
});

test('unknown fields are ignored', async () => {
  assert.deepEqual(await ids({ query: [0], limit: 1, unknown: { a: 1 }, top: 5 }), [1]);
});

const BATCH_SEARCHES = [
  { query: [0], limit: 1 },
  { query: 5, limit: 2, with_payload: ['id'] },
  { query: [0], limit: 1, filter: { must: { has_id: [7] } }, with_vector: true },
  { limit: 1 },
];

test('a batch answers each search as it would be answered alone, in order', async () => {
  const batch = await api.result('POST', `${QUERY}/batch`, { searches: BATCH_SEARCHES });
  const alone = await Promise.all(BATCH_SEARCHES.map(async (search) => ({ points: await query(search) })));
  assert.deepEqual(batch, alone);
});

test('an empty batch, and a large one', async () => {
  assert.deepEqual(await api.result('POST', `${QUERY}/batch`, { searches: [] }), []);
  const searches = Array.from({ length: 200 }, (_, i) => ({ query: [i], limit: 1 }));
  assert.equal((await api.result<unknown[]>('POST', `${QUERY}/batch`, { searches })).length, 200);
});

const SHAPE = 'Format error in JSON body: ';
const FAULTS = [
  [{ query: [1, 2] }, '400 Wrong input: Vector dimension error: expected dim: 1, got 2'],
  [{ query: [] }, '400 Wrong input: Vector dimension error: expected dim: 1, got 0'],
  [{ query: [1], using: 'x' }, '400 Wrong input: Not existing vector name error: x'],
  [{ query: 1, using: 'x' }, '400 Wrong input: Not existing vector name error: x'],
  [{ query: 77 }, '404 Not found: No point with id 77 found'],
  [
    { query: '936da01f-9abd-4d9d-80c7-02af85c822a8' },
    '404 Not found: No point with id 936da01f-9abd-4d9d-80c7-02af85c822a8 found',
  ],
  [{ query: 99 }, '404 Not found: Vector with name "" for point not found'],
  [{ query: [[1]] }, '400 Wrong input: Conversion between multi and regular vectors failed'],
  [
    { query: { indices: [1], values: [1] } },
    '400 Wrong input: Conversion between sparse and regular vectors failed',
  ],
  [
    { query: [1], limit: 0 },
    '422 Validation error in JSON body: [internal.limit: value 0 invalid, must be 1 or larger]',
  ],
  [{ limit: 0 }, '422 Validation error in JSON body: [internal.limit: value 0 invalid, must be 1 or larger]'],
  [
    { query: [1], params: { hnsw_ef: 0 } },
    '422 Validation error in JSON body: [internal.params.hnsw_ef: value 0 invalid, must be 1 or larger]',
  ],
  [
    { query: [1], params: { quantization: { oversampling: 0.5 } } },
    '422 Validation error in JSON body: [internal.params.quantization.oversampling: value 0.5 invalid, must be 1.0 or larger]',
  ],
  [
    { query: [1], filter: { must: [{ has_id: [] }, { key: 'a' }] } },
    '422 Validation error in JSON body: [internal.filter.must[1].__all__: ' +
      'Validation error: At least one field condition must be specified [{}]]',
  ],
  [
    { score_threshold: 0.5 },
    "400 Bad request: A query is needed to use the score_threshold. Can't have score_threshold without defining a query.",
  ],
  [
    { prefetch: { query: [1] } },
    "400 Bad request: A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
  ],
  [{ query: [1], limit: -1 }, `400 ${SHAPE}invalid value: integer \`-1\`, expected u64`],
  [{ query: [1], offset: '1' }, `400 ${SHAPE}invalid type: string "1", expected u64`],
  [{ query: [1], filter: { musst: [] } }, /^400 Format error in JSON body: unknown field `musst`/],
  [{ query: 'x' }, /^400 Format error in JSON body: /],
  [{ query: true }, /^400 Format error in JSON body: /],
  [{ query: ['a'] }, /^400 Format error in JSON body: /],
  [{ query: {} }, /^400 Format error in JSON body: /],
  [{ query: -1 }, /^400 Format error in JSON body: /],
  [{ query: [1], params: { exact: 'yes' } }, /^400 Format error in JSON body: /],
  [{ query: [1], score_threshold: '1' }, /^400 Format error in JSON body: /],
  [{ query: [1], using: 1 }, /^400 Format error in JSON body: /],
] as const;

for (const [request, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(request)}, in a batch too`, async () => {
    assertFault(await api.fault('POST', QUERY, request), expected);
    const inBatch =
      typeof expected === 'string' ? expected.replace('[internal.', '[searches[1].internal.') : expected;
    assertFault(await api.fault('POST', `${QUERY}/batch`, { searches: [{ query: [1] }, request] }), inBatch);
  });
}

test('a batch without searches', async () => {
  assert.equal(await api.fault('POST', `${QUERY}/batch`, {}), `400 ${SHAPE}missing field \`searches\``);
  assert.match(
    await api.fault('POST', `${QUERY}/batch`, { searches: {} }),
    /^400 Format error in JSON body: /,
  );
});
