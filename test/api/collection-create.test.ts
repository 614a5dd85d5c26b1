import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const VECTORS = { size: 4, distance: 'Dot' };

async function vectorsOf(name: string): Promise<unknown> {
  const info = await api.result<{ config: { params: { vectors: unknown } } }>('GET', `/collections/${name}`);
  return info.config.params.vectors;
}

for (const distance of ['Cosine', 'Dot', 'Euclid', 'Manhattan']) {
  test(`one vector compared by ${distance}`, async () => {
    const vectors = { size: 4, distance };
    assert.equal(await api.result('PUT', `/collections/by-${distance}`, { vectors }), true);
    assert.deepEqual(await vectorsOf(`by-${distance}`), vectors);
  });
}

test('named vectors of different sizes and distances', async () => {
  const vectors = { image: { size: 512, distance: 'Dot' }, text: { size: 8, distance: 'Euclid' } };
  assert.equal(await api.result('PUT', '/collections/named', { vectors }), true);
  assert.deepEqual(await vectorsOf('named'), vectors);
});

test('vectors that are called as fields of a vector are', async () => {
  const vectors = { size: { size: 2, distance: 'Dot' }, distance: { size: 3, distance: 'Cosine' } };
  await api.create('confusing', vectors);
  assert.deepEqual(await vectorsOf('confusing'), vectors);
  await api.upsert('confusing', [{ id: 1, vector: { size: [1, 2], distance: [0, 1, 0] } }]);
  const { vector } = await api.result<{ vector: object }>('GET', '/collections/confusing/points/1');
  assert.deepEqual(vector, { size: [1, 2], distance: [0, 1, 0] });
});

for (const body of [{}, { vectors: {} }]) {
  test(`no vectors at all: ${JSON.stringify(body)}`, async () => {
    const name = `none-${JSON.stringify(body).length}`;
    assert.equal(await api.result('PUT', `/collections/${name}`, body), true);
    assert.deepEqual(await vectorsOf(name), {});
    await api.upsert(name, [{ id: 1, vector: {}, payload: { a: 1 } }]);
    assert.deepEqual(await api.result('GET', `/collections/${name}/points/1`), {
      id: 1,
      payload: { a: 1 },
      vector: {},
    });
  });
}

for (const size of [1, 65536]) {
  test(`a size of ${size}`, async () => {
    await api.create(`size-${size}`, { size, distance: 'Dot' });
    assert.deepEqual(await vectorsOf(`size-${size}`), { size, distance: 'Dot' });
  });
}

test('a collection that exists is not created again', async () => {
  await api.create('twice', VECTORS);
  assert.equal(
    await api.fault('PUT', '/collections/twice', { vectors: { size: 2, distance: 'Dot' } }),
    '409 Wrong input: Collection `twice` already exists!',
  );
  assert.deepEqual(await vectorsOf('twice'), VECTORS);
});

test('of two requests at a time one creates the collection', async () => {
  const answers = await Promise.all(
    [1, 2].map(() => api.send('PUT', '/collections/race', { vectors: VECTORS })),
  );
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409]);
});

const VALIDATION = 'Validation error in JSON body: ';
const FAULTS = [
  [
    { vectors: { size: 65537, distance: 'Dot' } },
    `422 ${VALIDATION}[vectors.size: value 65537 invalid, must be from 1 to 65536]`,
  ],
  [
    { vectors: { a: { size: 70000, distance: 'Dot' } } },
    `422 ${VALIDATION}[vectors.?.size: value 70000 invalid, must be from 1 to 65536]`,
  ],
  [
    { vectors: VECTORS, shard_number: -1 },
    /^400 Format error in JSON body: invalid value: integer `-1`, expected u32/,
  ],
  [
    { vectors: VECTORS, hnsw_config: { ef_construct: 3 } },
    `422 ${VALIDATION}[hnsw_config.ef_construct: value 3 invalid, must be 4 or larger]`,
  ],
  [
    { vectors: VECTORS, hnsw_config: { full_scan_threshold: 9 } },
    /^422 .*\[hnsw_config\.full_scan_threshold: value 9 invalid, must be 10 or larger\]$/,
  ],
  [
    { vectors: VECTORS, optimizers_config: { vacuum_min_vector_number: 99 } },
    /^422 .*\[optimizers_config\.vacuum_min_vector_number: value 99 invalid, must be 100 or larger\]$/,
  ],
  [
    { vectors: VECTORS, wal_config: { wal_capacity_mb: 0 } },
    /^422 .*\[wal_config\.wal_capacity_mb: value 0 invalid, must be 1 or larger\]$/,
  ],
  [{ vectors: { ...VECTORS, memory: 'pinned' } }, /^422 .*pinned/],
  [{ vectors: VECTORS, payload: { memory: 'pinned' } }, /^422 .*pinned/],
  [{ vectors: { size: 0, distance: 'Dot' } }, /^400 Format error in JSON body: /],
  [{ vectors: { size: -4, distance: 'Dot' } }, /^400 Format error in JSON body: /],
  [{ vectors: { size: 4.5, distance: 'Dot' } }, /^400 Format error in JSON body: /],
  [{ vectors: { size: '4', distance: 'Dot' } }, /^400 Format error in JSON body: /],
  [{ vectors: { size: 4, distance: 'cosine' } }, /^400 Format error in JSON body: /],
  [{ vectors: { size: 4 } }, /^400 Format error in JSON body: /],
  [{ vectors: [VECTORS] }, /^400 Format error in JSON body: /],
  [
    { vectors: VECTORS, on_disk_payload: 'yes' },
    /^400 Format error in JSON body: invalid type: string "yes", expected a boolean/,
  ],
  [{ vectors: VECTORS, metadata: [1] }, /^400 Format error in JSON body: /],
  [
    { vectors: VECTORS, sharding_method: 'manual' },
    /^400 Format error in JSON body: unknown variant `manual`, expected one of `auto`, `custom`/,
  ],
] as const;

for (const [body, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(body)}`, async () => {
    const fault = await api.fault('PUT', '/collections/faulty', body);
    assertFault(fault, expected);
    assert.deepEqual(await api.result('GET', '/collections/faulty/exists'), { exists: false });
  });
}

test('several violations are told at once', async () => {
  assert.equal(
    await api.fault('PUT', '/collections/faulty', {
      vectors: { size: 65537, distance: 'Dot' },
      hnsw_config: { ef_construct: 1 },
    }),
    `422 ${VALIDATION}[vectors.size: value 65537 invalid, must be from 1 to 65536; ` +
      'hnsw_config.ef_construct: value 1 invalid, must be 4 or larger]',
  );
});

const BAD_NAMES = [
  'a%3Cb',
  'a%3E',
  'a%3Ab',
  'a%22b',
  'a%2Fb',
  'a%5Cb',
  'a%7Cb',
  'a%3Fb',
  'a*b',
  'a%00b',
  'a%1Fb',
  'x'.repeat(256),
];

for (const name of BAD_NAMES) {
  test(`refuses the name ${name.slice(0, 20)}`, async () => {
    assert.match(
      await api.fault('PUT', `/collections/${name}`, {}),
      /^422 Validation error in path parameters: \[collection_name: /,
    );
  });
}

const GOOD_NAMES = [
  'x'.repeat(255),
  'a.b',
  'with%20space',
  'caf%C3%A9',
  '%E4%B8%AD%E6%96%87',
  'a%25b',
  'aliases2',
  "it's",
  'a+b',
  '%F0%9F%98%80',
];

for (const name of GOOD_NAMES) {
  test(`accepts the name ${name.slice(0, 30)}`, async () => {
    assert.equal(await api.result('PUT', `/collections/${name}`, { vectors: VECTORS }), true);
    const { collections } = await api.result<{ collections: { name: string }[] }>('GET', '/collections');
    assert.ok(collections.some((found) => found.name === decodeURIComponent(name)));
    await api.upsert(name, [{ id: 1, vector: [1, 2, 3, 4] }]);
    assert.equal(await api.result('DELETE', `/collections/${name}`), true);
  });
}

for (const path of ['a%2Fb', 'a%00b', 'x'.repeat(256)]) {
  test(`looks for no collection called ${path.slice(0, 20)}`, async () => {
    const requests = [
      ['GET', `/collections/${path}`],
      ['GET', `/collections/${path}/exists`],
      ['DELETE', `/collections/${path}`],
      ['POST', `/collections/${path}/points/count`],
    ] as const;
    for (const [method, url] of requests) {
      assert.match(
        await api.fault(method, url, method === 'POST' ? {} : undefined),
        /^422 Validation error in path parameters: \[collection_name: /,
        `${method} ${url}`,
      );
    }
  });
}

test('characters that only new names must not have are searched for', async () => {
  assert.equal(
    await api.fault('GET', '/collections/a%3Ab'),
    "404 Not found: Collection `a:b` doesn't exist!",
  );
});
