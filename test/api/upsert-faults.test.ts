import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
await api.create('single', { size: 4, distance: 'Dot' });
await api.create('named', { a: { size: 2, distance: 'Dot' }, b: { size: 3, distance: 'Cosine' } });

const FORMAT = 'Format error in JSON body: ';
const VALIDATION = 'Validation error in JSON body: ';
const GOOD = { id: 100, vector: [1, 2, 3, 4] };

/** Every fault is one of the second point, so that the first would be written if requests were applied in part. */
const OF_SINGLE = [
  [{ id: 1, vector: [1, 2, 3] }, '400 Wrong input: Vector dimension error: expected dim: 4, got 3'],
  [{ id: 1, vector: [1, 2, 3, 4, 5] }, '400 Wrong input: Vector dimension error: expected dim: 4, got 5'],
  [{ id: 1, vector: { '': [1] } }, '400 Wrong input: Vector dimension error: expected dim: 4, got 1'],
  [{ id: 1, vector: { x: [1, 2, 3, 4] } }, '400 Wrong input: Not existing vector name error: x'],
  [{ id: 1, vector: [[1, 2, 3, 4]] }, '400 Wrong input: Conversion between multi and regular vectors failed'],
  [
    { id: 1, vector: [] },
    /^422 Validation error in JSON body: \[points\[1\]\.vector\S*: dense vector must not be empty\]$/,
  ],
  [{ id: 1 }, `400 ${FORMAT}missing field \`vector\``],
  [{ vector: [1, 2, 3, 4] }, `400 ${FORMAT}missing field \`id\``],
  [{ id: 1, vector: null }, /^400 Format error in JSON body: /],
  [{ id: 1, vector: 'x' }, /^400 Format error in JSON body: /],
  [{ id: 1, vector: [1, 2, 3, '4'] }, /^400 Format error in JSON body: /],
  [{ id: 1, vector: [1, 2, 3, null] }, /^400 Format error in JSON body: /],
  [{ id: 1, vector: [1, 2, 3, true] }, /^400 Format error in JSON body: /],
  [
    { id: 1, vector: [1, 2, 3, 4], payload: [] },
    /^400 Format error in JSON body: invalid type: sequence, expected a map/,
  ],
  [
    { id: 1, vector: [1, 2, 3, 4], payload: 'x' },
    /^400 Format error in JSON body: invalid type: string "x", expected a map/,
  ],
  [5, /^400 Format error in JSON body: /],
  [null, /^400 Format error in JSON body: /],
] as const;

for (const [bad, expected] of OF_SINGLE) {
  test(`refuses the point ${JSON.stringify(bad)}, and the good one beside it`, async () => {
    await assertRefused('single', { points: [GOOD, bad] }, expected);
  });
}

const OF_NAMED = [
  [{ a: [1] }, '400 Wrong input: Vector dimension error: expected dim: 2, got 1'],
  [{ a: [1, 2], b: [1, 2] }, '400 Wrong input: Vector dimension error: expected dim: 3, got 2'],
  [{ a: [1, 2], x: [1] }, '400 Wrong input: Not existing vector name error: x'],
  [[1, 2], '400 Wrong input: Not existing vector name error: '],
  [{ a: [[1, 2]] }, '400 Wrong input: Conversion between multi and regular vectors failed'],
  [
    { a: { indices: [1], values: [1] } },
    '400 Wrong input: Conversion between sparse and regular vectors failed',
  ],
  [{ a: [] }, `422 ${VALIDATION}[points[0].vector.?.vector: dense vector must not be empty]`],
  [{ a: [[]] }, `422 ${VALIDATION}[points[0].vector.?.data: all vectors must be non-empty]`],
  [
    {
      a: [
        [1, 2],
        [1, 2, 3],
      ],
    },
    `422 ${VALIDATION}[points[0].vector.?.data: all vectors must have the same dimension, found vector with dimension 3]`,
  ],
  [
    { a: { indices: [1, 1], values: [1, 2] } },
    `422 ${VALIDATION}[points[0].vector.?.indices: Validation error: must be unique [{}]]`,
  ],
  [
    { a: { indices: [1, 2], values: [1] } },
    `422 ${VALIDATION}[points[0].vector.?.values: Validation error: must be the same length as indices [{}]]`,
  ],
  [{ a: null }, /^400 Format error in JSON body: /],
  [{ a: 1 }, /^400 Format error in JSON body: /],
] as const;

for (const [vector, expected] of OF_NAMED) {
  test(`refuses the named vectors ${JSON.stringify(vector)}`, async () => {
    await assertRefused('named', { points: [{ id: 1, vector }] }, expected);
  });
}

const REQUESTS = [
  [{ points: [] }, '400 Bad request: Empty update request'],
  [{ batch: { ids: [], vectors: [] } }, '400 Bad request: Empty update request'],
  [
    { batch: { ids: [1, 2], vectors: [[1, 2, 3, 4]] } },
    `422 ${VALIDATION}[batch.batch: number of ids and vectors must be equal (2 != 1)]`,
  ],
  [
    { batch: { ids: [1], vectors: [[1, 2, 3, 4]], payloads: [{}, {}] } },
    `422 ${VALIDATION}[batch.batch: number of ids and payloads must be equal (1 != 2)]`,
  ],
  [
    { batch: { ids: [1, 2], vectors: { '': [[1, 2, 3, 4]] } } },
    `422 ${VALIDATION}[batch.batch: number of ids and vectors must be equal (2 != 1)]`,
  ],
  [
    {
      batch: {
        ids: [1, 2],
        vectors: [
          [1, 2, 3, 4],
          [1, 2, 3],
        ],
      },
    },
    '400 Wrong input: Vector dimension error: expected dim: 4, got 3',
  ],
  [{ batch: { ids: [1] } }, `400 ${FORMAT}missing field \`vectors\``],
  [{ batch: { vectors: [[1, 2, 3, 4]] } }, `400 ${FORMAT}missing field \`ids\``],
  [{ batch: { ids: [1], vectors: [[1, 2, 3, 4]], payloads: [5] } }, /^400 Format error in JSON body: /],
  [{ points: {} }, /^400 Format error in JSON body: /],
  [{ points: null }, /^400 Format error in JSON body: /],
  [{}, /^400 Format error in JSON body: /],
  [[GOOD], /^400 Format error in JSON body: /],
  [
    { points: [GOOD], update_mode: 'replace' },
    /^400 Format error in JSON body: unknown variant `replace`, expected one of `upsert`, `insert_only`, `update_only`/,
  ],
  [{ points: [GOOD], update_filter: { x: 1 } }, /^400 Format error in JSON body: unknown field `x`/],
] as const;

for (const [body, expected] of REQUESTS) {
  test(`refuses the request ${JSON.stringify(body)}`, async () => {
    await assertRefused('single', body, expected);
  });
}

test('numbers beyond float32 are refused', async () => {
  for (const number of ['1e39', '-3.5e38', '1e400']) {
    const body = `{"points":[{"id":1,"vector":[1,2,3,${number}]}]}`;
    assert.match(await api.fault('PUT', '/collections/single/points?wait=true', body), /^400 /, number);
  }
});

test('a refused request takes no part of the ones at the same time with it', async () => {
  await api.create('mixed', { size: 1, distance: 'Dot' });
  const vectors = [[1], [1, 2], [3], [], [5]];
  const answers = await Promise.all(
    vectors.map((vector, id) =>
      api.send('PUT', '/collections/mixed/points?wait=true', { points: [{ id, vector }] }),
    ),
  );
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 400, 200, 422, 200],
  );
  assert.deepEqual(await api.result('POST', '/collections/mixed/points', { ids: [0, 1, 2, 3, 4] }), [
    { id: 0 },
    { id: 2 },
    { id: 4 },
  ]);
});

/** Also without `wait`, and nothing is written. */
async function assertRefused(name: string, body: object, expected: string | RegExp): Promise<void> {
  for (const query of ['?wait=true', '?wait=false', '']) {
    const fault = await api.fault('PUT', `/collections/${name}/points${query}`, body);
    assertFault(fault, expected);
  }
  assert.deepEqual(await api.result('POST', `/collections/${name}/points/count`, {}), { count: 0 });
}
