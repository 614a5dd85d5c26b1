import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const POINTS = '/collections/c/points';
const VECTORS = `${POINTS}/vectors`;
const VALIDATION = '422 Validation error in JSON body: ';

beforeEach(async () => {
  await api.result('DELETE', '/collections/c');
  await api.result('PUT', '/collections/c', {
    vectors: {
      a: { size: 2, distance: 'Dot' },
      b: { size: 1, distance: 'Cosine' },
      m: { size: 1, distance: 'Dot', multivector_config: { comparator: 'max_sim' } },
    },
    sparse_vectors: { s: { modifier: 'idf' } },
  });
  await api.upsert('c', [
    {
      id: 1,
      vector: { a: [1, 1], b: [-1], m: [[1], [2]], s: { indices: [1], values: [1] } },
      payload: { k: 1 },
    },
    { id: 2, vector: { a: [2, 2] }, payload: { k: 2 } },
    { id: 3, vector: {} },
  ]);
});

async function vectorOf(id: number): Promise<unknown> {
  const [record] = await api.result<{ vector: unknown }[]>('POST', POINTS, { ids: [id], with_vector: true });
  return record?.vector;
}

const update = (body: object, wait = true) => api.result('PUT', `${VECTORS}?wait=${wait}`, body);
const remove = (body: object, wait = true) => api.result('POST', `${VECTORS}/delete?wait=${wait}`, body);

test('new vectors beside those that the point keeps, payload and all', async () => {
  const points = [
    { id: 1, vector: { a: [5, 6], s: { indices: [9, 2], values: [1, 2] } } },
    { id: 3, vector: { m: [7] } },
  ];
  assert.deepEqual(await update({ points }), { operation_id: 2, status: 'completed' });
  assert.deepEqual(await vectorOf(1), {
    a: [5, 6],
    b: [-1],
    m: [[1], [2]],
    s: { indices: [2, 9], values: [2, 1] },
  });
  assert.deepEqual(await vectorOf(3), { m: [[7]] });
  const filter = { must: { key: 'k', match: { value: 1 } } };
  const { points: hits } = await api.result<{ points: unknown }>('POST', `${POINTS}/query`, {
    query: [1, 0],
    using: 'a',
    filter,
    with_payload: true,
  });
  assert.deepEqual(hits, [{ id: 1, version: 2, score: 5, payload: { k: 1 } }]);
});

test('several entries for one point apply in order', async () => {
  const points = [
    { id: 2, vector: { a: [3, 3], b: [1] } },
    { id: 2, vector: { a: [4, 4] } },
  ];
  await update({ points });
  assert.deepEqual(await vectorOf(2), { a: [4, 4], b: [1] });
});

test('points that fail the filter are left as they are', async () => {
  const points = [1, 2, 3].map((id) => ({ id, vector: { a: [9, 9] } }));
  await update({ points, update_filter: { must: { key: 'k', range: { gte: 2 } } } });
  assert.deepEqual(await vectorOf(2), { a: [9, 9] });
  assert.deepEqual(await vectorOf(3), {});
  assert.deepEqual((await vectorOf(1)) as object, {
    a: [1, 1],
    b: [-1],
    m: [[1], [2]],
    s: { indices: [1], values: [1] },
  });
});

test('an unknown id is told after the known ones were changed', async () => {
  const points = [
    { id: 77, vector: { a: [9, 9] } },
    { id: 2, vector: { a: [8, 8] } },
    { id: '936da01f-9abd-4d9d-80c7-02af85c822a8', vector: { a: [9, 9] } },
  ];
  assert.equal(
    await api.fault('PUT', `${VECTORS}?wait=true`, { points }),
    '404 Not found: No point with id 77 found',
  );
  assert.deepEqual(await vectorOf(2), { a: [8, 8] });
  assert.deepEqual(await update({ points: points.slice(2) }, false), {
    operation_id: 3,
    status: 'acknowledged',
  });
});

test('the unnamed vector', async () => {
  await api.result('DELETE', '/collections/plain');
  await api.create('plain', { size: 2, distance: 'Dot' });
  await api.upsert('plain', [{ id: 1, vector: {} }]);
  const path = '/collections/plain/points';
  await api.result('PUT', `${path}/vectors?wait=true`, { points: [{ id: 1, vector: [1, 2] }] });
  assert.equal(
    await api.resultText('POST', path, { ids: [1], with_vector: true }),
    '[{"id":1,"vector":[1.0,2.0]}]',
  );
  await api.result('POST', `${path}/vectors/delete?wait=true`, { points: [1], vector: [''] });
  assert.equal(await api.resultText('POST', path, { ids: [1], with_vector: true }), '[{"id":1,"vector":{}}]');
});

const BAD_UPDATES = [
  [
    { points: [{ id: 1, vector: {} }] },
    `${VALIDATION}[points[0].vector: must specify vectors to update for point]`,
  ],
  [{ points: [] }, `${VALIDATION}[points: must specify points to update]`],
  [
    { points: [{ id: 1, vector: { a: [1] } }] },
    '400 Wrong input: Vector dimension error: expected dim: 2, got 1',
  ],
  [{ points: [{ id: 1, vector: { x: [1] } }] }, '400 Wrong input: Not existing vector name error: x'],
  [
    { points: [{ id: 1, vector: { a: [] } }] },
    `${VALIDATION}[points[0].vector.?.vector: dense vector must not be empty]`,
  ],
  [
    { points: [{ id: 1, vector: { s: { indices: [1], values: [] } } }] },
    `${VALIDATION}[points[0].vector.?.values: Validation error: must be the same length as indices [{}]]`,
  ],
  [{ points: [{ id: 1 }] }, '400 Format error in JSON body: missing field `vector`'],
  [{}, '400 Format error in JSON body: missing field `points`'],
] as const;

for (const [body, expected] of BAD_UPDATES) {
  test(`refuses the update ${JSON.stringify(body)}`, async () => {
    assert.equal(await api.fault('PUT', `${VECTORS}?wait=true`, body), expected);
    // Shapes and dimensions are told to those who do not wait, too.
    assert.equal(await api.fault('PUT', VECTORS, body), expected);
    assert.deepEqual(await vectorOf(2), { a: [2, 2] });
  });
}

test('deleting vectors by id, again and again', async () => {
  const body = { points: [1], vector: ['a', 's', 'm'] };
  assert.deepEqual(await remove(body), { operation_id: 2, status: 'completed' });
  assert.deepEqual(await vectorOf(1), { b: [-1] });
  assert.deepEqual(await remove(body), { operation_id: 3, status: 'completed' });
  assert.deepEqual(await vectorOf(1), { b: [-1] });
  const query = { query: [1, 0], using: 'a' };
  assert.deepEqual(await api.result('POST', `${POINTS}/query`, query), {
    points: [{ id: 2, version: 1, score: 2 }],
  });
  assert.deepEqual(await api.result('POST', `${POINTS}/query`, { query: 1, using: 'b' }), { points: [] });
});

test('deleting vectors by filter, and by both', async () => {
  await remove({ filter: { must: { key: 'k', match: { value: 1 } } }, vectors: ['a'] });
  assert.deepEqual((await vectorOf(1)) as object, {
    b: [-1],
    m: [[1], [2]],
    s: { indices: [1], values: [1] },
  });
  assert.deepEqual(await vectorOf(2), { a: [2, 2] });
  await remove({ filter: { must: { has_id: [1] } }, points: [2], vector: ['a', 'b'] });
  assert.deepEqual((await vectorOf(1)) as object, { m: [[1], [2]], s: { indices: [1], values: [1] } });
  assert.deepEqual(await vectorOf(2), {});
  assert.deepEqual(await remove({ filter: { must: { has_id: [99] } }, vector: ['a'] }), {
    operation_id: 4,
    status: 'completed',
  });
});

const BAD_DELETES = [
  [{ points: [1], vector: ['nope'] }, '400 Wrong input: Not existing vector name error: nope'],
  [{ points: [1], vector: [] }, `${VALIDATION}[vector: must specify vector names to delete]`],
  [{ vector: ['a'] }, '400 Bad request: No filter or points provided'],
  [{ points: [], vector: ['a'] }, '400 Bad request: Empty update request'],
  [{ points: [77], vector: ['a'] }, '404 Not found: No point with id 77 found'],
  [{ points: [1] }, '400 Format error in JSON body: missing field `vector`'],
] as const;

for (const [body, expected] of BAD_DELETES) {
  test(`refuses to delete ${JSON.stringify(body)}`, async () => {
    assert.equal(await api.fault('POST', `${VECTORS}/delete?wait=true`, body), expected);
  });
}
