import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const QUERY = '/collections/c/points/query';

await api.create('c', { size: 1, distance: 'Manhattan' });
await api.create('other', { a: { size: 1, distance: 'Dot' }, b: { size: 2, distance: 'Dot' } });
await api.create('plain', { size: 1, distance: 'Dot' });
await api.upsert(
  'c',
  [1, 2, 3, 4, 5].map((id) => ({ id, vector: [id] })),
);
await api.upsert('other', [
  { id: 1, vector: { a: [5], b: [1, 2] } },
  { id: 2, vector: { b: [1, 2] } },
  { id: 77, vector: { a: [3] } },
]);
await api.upsert('plain', [{ id: 2, vector: [4.4] }]);

const ids = async (request: object) =>
  (await api.result<{ points: { id: number }[] }>('POST', QUERY, request)).points.map(({ id }) => id);

test('the vector of an id is taken from another collection, whose points are not excluded', async () => {
  const lookup_from = { collection: 'other', vector: 'a' };
  assert.deepEqual(await ids({ query: 1, lookup_from, limit: 3 }), [5, 4, 3]);
  assert.deepEqual(await ids({ query: 77, lookup_from, limit: 1 }), [3]);
  assert.deepEqual(await ids({ query: { recommend: { positive: [1, 77] } }, lookup_from, limit: 1 }), [4]);
});

test('the vector has the name of the one that is searched, if no other is given', async () => {
  assert.deepEqual(await ids({ query: 2, lookup_from: { collection: 'plain' }, limit: 2 }), [4, 5]);
});

test('the searched collection itself: its points are excluded', async () => {
  assert.deepEqual(await ids({ query: 1, lookup_from: { collection: 'c' }, limit: 2 }), [2, 3]);
});

test('vectors of the request stay as they are', async () => {
  const lookup_from = { collection: 'other', vector: 'a' };
  assert.deepEqual(await ids({ query: [1], lookup_from, limit: 1 }), [1]);
  const query = { recommend: { positive: [[1], 1] } };
  assert.deepEqual(await ids({ query, lookup_from, limit: 1 }), [3]);
});

test('each prefetch takes from its own place', async () => {
  const prefetch = { query: 1, lookup_from: { collection: 'other', vector: 'a' }, limit: 2 };
  assert.deepEqual(await ids({ prefetch, query: [0] }), [4, 5]);
  assert.deepEqual(await ids({ prefetch, query: 5 }), [4, 3]);
});

test('a collection that this server has just got', async () => {
  for (let round = 0; round < 5; round++) {
    await api.create('fresh', { size: 1, distance: 'Dot' });
    await api.upsert('fresh', [{ id: 9, vector: [round + 1] }]);
    assert.deepEqual(await ids({ query: 9, lookup_from: { collection: 'fresh' }, limit: 1 }), [round + 1]);
    assert.equal(await api.result('DELETE', '/collections/fresh'), true);
    assert.equal(
      await api.fault('POST', QUERY, { query: 9, lookup_from: { collection: 'fresh' } }),
      '404 Not found: Collection fresh not found',
    );
  }
});

const FAULTS: readonly (readonly [object, string])[] = [
  [{ query: 1, lookup_from: { collection: 'none' } }, '404 Not found: Collection none not found'],
  [{ query: [1], lookup_from: { collection: 'none' } }, '404 Not found: Collection none not found'],
  [{ lookup_from: { collection: 'none' } }, '404 Not found: Collection none not found'],
  [
    { prefetch: { query: [1], lookup_from: { collection: 'none' } }, query: [1] },
    '404 Not found: Collection none not found',
  ],
  [{ query: 1, lookup_from: { collection: 'other' } }, '400 Wrong input: Not existing vector name error: '],
  [
    { query: 5, lookup_from: { collection: 'other', vector: 'a' } },
    '404 Not found: No point with id 5 found',
  ],
  [
    { query: 2, lookup_from: { collection: 'other', vector: 'a' } },
    '404 Not found: Vector with name "a" for point not found',
  ],
  [
    { query: 1, lookup_from: { collection: 'other', vector: 'b' } },
    '400 Wrong input: Vector dimension error: expected dim: 1, got 2',
  ],
];

for (const [request, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(request)}`, async () => {
    assertFault(await api.fault('POST', QUERY, request), expected);
  });
}
