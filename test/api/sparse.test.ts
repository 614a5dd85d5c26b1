import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const POINTS = '/collections/c/points';
const VALIDATION = '422 Validation error in JSON body: ';

interface Hit {
  readonly id: number;
  readonly score: number;
}

beforeEach(async () => {
  await api.result('DELETE', '/collections/c');
  await api.result('PUT', '/collections/c', {
    vectors: { dense: { size: 2, distance: 'Dot' } },
    sparse_vectors: { plain: {}, 'with idf': { modifier: 'idf' } },
  });
});

const sparse = (indices: number[], values: number[]) => ({ indices, values });
const point = (id: number, indices: number[], values: number[], payload = {}) => ({
  id,
  vector: { plain: sparse(indices, values), 'with idf': sparse(indices, values) },
  payload,
});

async function hits(body: object): Promise<[number, number][]> {
  const { points } = await api.result<{ points: Hit[] }>('POST', `${POINTS}/query`, body);
  return points.map(({ id, score }) => [id, Math.fround(score)]);
}

const queryFault = (body: object) => api.fault('POST', `${POINTS}/query`, body);

test('vectors come back with their indices in order', async () => {
  await api.upsert('c', [
    { id: 1, vector: { plain: sparse([4294967295, 0, 7], [1, -0.5, 0.1]), dense: [1, 2] } },
    { id: 2, vector: { plain: sparse([], []) } },
    { id: 3, vector: { dense: [3, 4] } },
  ]);
  assert.equal(
    await api.resultText('POST', POINTS, { ids: [1, 2, 3], with_vector: true }),
    '[{"id":1,"vector":{"dense":[1.0,2.0],"plain":{"indices":[0,7,4294967295],"values":[-0.5,0.1,1.0]}}},' +
      '{"id":2,"vector":{"plain":{"indices":[],"values":[]}}},{"id":3,"vector":{"dense":[3.0,4.0]}}]',
  );
  assert.equal(
    await api.resultText('POST', POINTS, { ids: [1], with_vector: ['plain'] }),
    '[{"id":1,"vector":{"plain":{"indices":[0,7,4294967295],"values":[-0.5,0.1,1.0]}}}]',
  );
});

test('columns of sparse vectors', async () => {
  const vectors = {
    plain: [sparse([1], [1]), sparse([2, 1], [2, 3])],
    dense: [
      [1, 2],
      [3, 4],
    ],
  };
  await api.result('PUT', `${POINTS}?wait=true`, { batch: { ids: [1, 2], vectors } });
  assert.equal(
    await api.resultText('POST', POINTS, { ids: [2], with_vector: true }),
    '[{"id":2,"vector":{"dense":[3.0,4.0],"plain":{"indices":[1,2],"values":[3.0,2.0]}}}]',
  );
});

test('the score is the dot product, and who shares no index is not found', async () => {
  await api.upsert('c', [
    point(1, [1, 2], [1, 2]),
    point(2, [2, 9], [0.5, 4]),
    point(3, [3], [100]),
    point(4, [1], [-1]),
    point(5, [2], [0]),
    { id: 6, vector: {} },
  ]);
  const query = sparse([9, 2, 1], [0.25, 1, 2]);
  const expected = [
    [1, 4],
    [2, 1.5],
    [5, 0],
    [4, -2],
  ];
  assert.deepEqual(await hits({ query, using: 'plain' }), expected);
  assert.deepEqual(await hits({ query: { nearest: query }, using: 'plain' }), expected);
  assert.deepEqual(await hits({ query, using: 'plain', params: { exact: true } }), expected);
  assert.deepEqual(await hits({ query, using: 'plain', limit: 1, offset: 1 }), [expected[1]]);
  assert.deepEqual(await hits({ query, using: 'plain', score_threshold: 1.5 }), [expected[0]]);
  assert.deepEqual(await hits({ query: sparse([], []), using: 'plain' }), []);
  assert.deepEqual(await hits({ query: sparse([77], [1]), using: 'plain' }), []);
});

test('a limit of 2^64-1 means all', async () => {
  await api.upsert('c', [point(1, [1], [1]), point(2, [2], [1]), point(3, [1], [3])]);
  const query = sparse([1], [1]);
  assert.deepEqual(await hits({ query, using: 'plain', limit: 18_446_744_073_709_551_615n }), [
    [3, 3],
    [1, 1],
  ]);
});

test('a filter, deleted and replaced points', async () => {
  const ids = Array.from({ length: 50 }, (_, id) => id);
  await api.upsert(
    'c',
    ids.map((id) => point(id, [1], [id], { even: id % 2 === 0 })),
  );
  await api.result('POST', `${POINTS}/delete?wait=true`, { points: [48, 46] });
  await api.upsert('c', [
    point(44, [1], [0.5], { even: true }),
    { id: 42, vector: {}, payload: { even: true } },
  ]);
  const filter = { must: { key: 'even', match: { value: true } } };
  assert.deepEqual(await hits({ query: sparse([1], [1]), using: 'plain', filter, limit: 2 }), [
    [40, 40],
    [38, 38],
  ]);
});

test('the example of a point is itself no hit', async () => {
  await api.upsert('c', [point(1, [1, 2], [1, 2]), point(2, [2], [3]), point(3, [5], [1])]);
  assert.deepEqual(await hits({ query: 1, using: 'plain' }), [[2, 6]]);
  assert.equal(
    await api.fault('POST', `${POINTS}/query`, { query: 9, using: 'plain' }),
    '404 Not found: No point with id 9 found',
  );
  await api.upsert('c', [{ id: 9, vector: {} }]);
  assert.equal(
    await api.fault('POST', `${POINTS}/query`, { query: 9, using: 'plain' }),
    '404 Not found: Vector with name "plain" for point not found',
  );
});

const idf = (documents: number, frequency: number) =>
  Math.fround(Math.log((documents - frequency + 0.5) / (frequency + 0.5) + 1));

test('with the idf modifier rare indices weigh more', async () => {
  await api.upsert('c', [
    point(1, [1, 2], [1, 1]),
    point(2, [1], [1]),
    point(3, [1], [1]),
    { id: 4, vector: { plain: sparse([1], [1]) } },
  ]);
  const query = sparse([1, 2], [1, 1]);
  const rare = Math.fround(idf(3, 3) + idf(3, 1));
  assert.deepEqual(await hits({ query, using: 'with idf' }), [
    [1, rare],
    [2, idf(3, 3)],
    [3, idf(3, 3)],
  ]);
  // What is deleted or replaced counts no more.
  await api.result('POST', `${POINTS}/delete?wait=true`, { points: [3] });
  await api.upsert('c', [point(2, [7], [1])]);
  assert.deepEqual(await hits({ query: sparse([7], [2]), using: 'with idf' }), [
    [2, Math.fround(2 * idf(2, 1))],
  ]);
});

const corpus = (lang: string) => ({ must: { key: 'lang', match: { value: lang } } });

test('document frequencies of a corpus, whatever the filter of the query is', async () => {
  await api.upsert('c', [
    point(1, [1], [1], { lang: 'de' }),
    point(2, [1, 2], [1, 1], { lang: 'de' }),
    point(3, [2], [1], { lang: 'en' }),
  ]);
  const query = sparse([1, 2], [1, 1]);
  const german = { idf: { corpus: corpus('de') } };
  assert.deepEqual(await hits({ query, using: 'with idf', params: german }), [
    [2, Math.fround(idf(2, 2) + idf(2, 1))],
    [3, idf(2, 1)],
    [1, idf(2, 2)],
  ]);
  assert.deepEqual(await hits({ query, using: 'with idf', params: german, filter: corpus('en') }), [
    [3, idf(2, 1)],
  ]);
  // A corpus without points knows nothing of any index.
  assert.deepEqual(
    await hits({ query: sparse([2], [1]), using: 'with idf', params: { idf: { corpus: corpus('fr') } } }),
    [
      [2, Math.fround(Math.LN2)],
      [3, Math.fround(Math.LN2)],
    ],
  );
  const global = await hits({ query, using: 'with idf' });
  assert.deepEqual(await hits({ query, using: 'with idf', params: { idf: 'global' } }), global);
});

test('a corpus for a vector without idf', async () => {
  for (const [query, using] of [
    [sparse([1], [1]), 'plain'],
    [[1, 2], 'dense'],
  ] as const) {
    assert.equal(
      await queryFault({ query, using, params: { idf: { corpus: {} } } }),
      `400 Bad request: idf params need a sparse vector with the idf modifier, '${using}' is none`,
    );
  }
});

test('recommendations and rescoring weigh as queries do', async () => {
  await api.upsert('c', [
    point(1, [1], [1]),
    point(2, [1, 2], [1, 1]),
    point(3, [2, 3], [1, 1]),
    point(4, [9], [1]),
  ]);
  const query = sparse([2, 3], [1, 1]);
  const plain = await hits({ query, using: 'with idf' });
  assert.deepEqual(
    await hits({ prefetch: { limit: 100, query: { sample: 'random' } }, query, using: 'with idf' }),
    plain,
  );
  const recommend = { positive: [query], strategy: 'sum_scores' };
  const [best] = await hits({ query: { recommend }, using: 'with idf' });
  assert.deepEqual(best, plain[0]);
});

test('faults of sparse vectors that are written', async () => {
  const refusals = [
    [
      { plain: sparse([1, 2], [1]) },
      `${VALIDATION}[points[0].vector.?.values: Validation error: must be the same length as indices [{}]]`,
    ],
    [
      { plain: sparse([1, 1], [1, 2]) },
      `${VALIDATION}[points[0].vector.?.indices: Validation error: must be unique [{}]]`,
    ],
    [{ plain: [1, 2] }, '400 Wrong input: Conversion between sparse and regular vectors failed'],
    [{ plain: [[1, 2]] }, '400 Wrong input: Conversion between multi and regular vectors failed'],
    [{ dense: sparse([1], [1]) }, '400 Wrong input: Conversion between sparse and regular vectors failed'],
    [{ nope: sparse([1], [1]) }, '400 Wrong input: Not existing vector name error: nope'],
    [{ plain: sparse([-1], [1]) }, /^400 Format error in JSON body: /],
    [{ plain: sparse([4294967296], [1]) }, /^400 Format error in JSON body: /],
    [{ plain: sparse([1.5], [1]) }, /^400 Format error in JSON body: /],
    [
      { plain: sparse([1], [1e39]) },
      '400 Wrong input: Vector values must be within the range of 32-bit floats',
    ],
  ] as const;
  for (const [vector, expected] of refusals) {
    const fault = await api.fault('PUT', `${POINTS}?wait=true`, { points: [{ id: 1, vector }] });
    if (typeof expected === 'string') assert.equal(fault, expected);
    else assert.match(fault, expected);
  }
  assert.deepEqual(await api.result('POST', `${POINTS}/count`, {}), { count: 0 });
});

test('faults of sparse queries', async () => {
  assert.equal(
    await queryFault({ query: [1, 2], using: 'plain' }),
    '400 Wrong input: Conversion between sparse and regular vectors failed',
  );
  assert.equal(
    await queryFault({ query: sparse([1], [1]), using: 'dense' }),
    '400 Wrong input: Conversion between sparse and regular vectors failed',
  );
  assert.equal(
    await queryFault({ query: sparse([1], [1]) }),
    '400 Wrong input: Not existing vector name error: ',
  );
  assert.match(await queryFault({ query: sparse([1, 1], [1, 1]), using: 'plain' }), /must be unique/);
});

const BAD_COLLECTIONS = [
  [
    { vectors: { x: { size: 1, distance: 'Dot' } }, sparse_vectors: { x: {} } },
    "400 Wrong input: Dense and sparse vector names must be unique - duplicate found with 'x'",
  ],
  [{ sparse_vectors: { '': {} } }, '400 Wrong input: Sparse vector name cannot be empty'],
  [
    { sparse_vectors: { 'a/b': {} } },
    "400 Wrong input: Invalid sparse vector name `a/b`: cannot contain '/' char",
  ],
  [
    { sparse_vectors: { ['é'.repeat(101)]: {} } },
    /^400 Wrong input: Invalid sparse vector name `é+`: must be at most 200 bytes long$/,
  ],
  [
    { sparse_vectors: { x: { index: { datatype: 'turbo4' } } } },
    /^422 .*sparse vectors do not support the `turbo4` datatype/,
  ],
] as const;

for (const [body, expected] of BAD_COLLECTIONS) {
  test(`refuses the collection ${JSON.stringify(body).slice(0, 90)}`, async () => {
    const fault = await api.fault('PUT', '/collections/bad', body);
    if (typeof expected === 'string') assert.equal(fault, expected);
    else assert.match(fault, expected);
    assert.deepEqual(await api.result('GET', '/collections/bad/exists'), { exists: false });
  });
}

test('a collection of sparse vectors alone', async () => {
  const config = {
    sparse_vectors: { s: { index: { on_disk: true, datatype: 'float16' }, modifier: 'none' } },
  };
  await api.result('PUT', '/collections/alone', config);
  const info = await api.result<{ config: { params: object } }>('GET', '/collections/alone');
  assert.deepEqual({ ...info.config.params, vectors: {} }, { ...info.config.params, ...config, vectors: {} });
  await api.upsert('alone', [
    { id: 1, vector: { s: sparse([1], [2]) } },
    { id: 2, vector: {} },
  ]);
  const { points } = await api.result<{ points: Hit[] }>('POST', '/collections/alone/points/query', {
    query: sparse([1], [2]),
    using: 's',
    with_vector: true,
  });
  assert.deepEqual(points, [{ id: 1, version: 1, score: 4, vector: { s: sparse([1], [2]) } }]);
  const filter = { must: { has_vector: 's' } };
  assert.deepEqual(await api.result('POST', '/collections/alone/points/count', { filter }), { count: 1 });
  await api.result('DELETE', '/collections/alone');
});
