import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestCollection } from '../../../helpers/test-collection.ts';

const DENSE = { vectors: { size: 2, distance: 'Dot' } } as const;
const NAMED = {
  vectors: { a: { size: 2, distance: 'Dot' }, b: { size: 1, distance: 'Euclid' } },
} as const;
const UUID = '936da01f-9abd-4d9d-80c7-02af85c822a8';

const point = (id: unknown, x: number, payload: unknown = { x }) => ({ id, vector: [x, 1.5], payload });
const all = { with_payload: true, with_vector: true, limit: 1000 };

/** Ids and payloads of all points, by id. */
function contents(collection: TestCollection): unknown {
  const { points } = collection.read('scroll', { limit: 1000 }) as {
    points: { id: unknown; payload: unknown }[];
  };
  return points.map(({ id, payload }) => [id, payload]);
}

const countOf = (collection: TestCollection, body: object = {}) =>
  (collection.read('count', body) as { count: number }).count;

test('points are there with vector and payload when the update returns', async (t) => {
  const collection = await TestCollection.create(t, DENSE);
  assert.equal(collection.upsert({ points: [point(1, 0.5), point(UUID, 0.25, { k: [null] })] }), 1);
  assert.equal(
    collection.readText('scroll', all),
    `{"points":[{"id":1,"payload":{"x":0.5},"vector":[0.5,1.5]},{"id":"${UUID}","payload":{"k":[null]},"vector":[0.25,1.5]}],"next_page_offset":null}`,
  );
  assert.equal(countOf(collection), 2);
});

test('a payload comes back as the text that was sent', async (t) => {
  const collection = await TestCollection.create(t, DENSE);
  const payload = '{ "b": 1.0, "a" : 1e2,\n"big": 18446744073709551615, "é\\u00e9": "\\/", "a": 0.10 }';
  collection.upsert(`{"points":[{"id":1,"vector":[1,2],"payload":${payload}}]}`);
  assert.equal(
    collection.readText('get_point', '', { id: '1' }),
    `{"id":1,"payload":${payload},"vector":[1.0,2.0]}`,
  );
});

test('without a payload, or with null, it is empty', async (t) => {
  const collection = await TestCollection.create(t, DENSE);
  collection.upsert({
    points: [
      { id: 1, vector: [1, 2] },
      { id: 2, vector: [1, 2], payload: null },
    ],
  });
  assert.deepEqual(contents(collection), [
    [1, {}],
    [2, {}],
  ]);
});

test('an upsert replaces vectors and payload of a point as a whole', async (t) => {
  const collection = await TestCollection.create(t, NAMED);
  collection.upsert({ points: [{ id: 1, vector: { a: [1, 2], b: [3] }, payload: { old: 1, both: 1 } }] });
  collection.upsert({ points: [{ id: 1, vector: { b: [4] }, payload: { both: 2 } }] });
  assert.equal(
    collection.readText('retrieve', { ids: [1], ...all }),
    '[{"id":1,"payload":{"both":2},"vector":{"b":[4.0]}}]',
  );
  assert.equal(countOf(collection), 1);
  assert.equal(collection.collection.segments[0]!.deletedCount, 1);
});

test('of several points with one id in a request the last one wins', async (t) => {
  const collection = await TestCollection.create(t, DENSE);
  collection.upsert({ points: [point(1, 1), point(2, 2), point(1, 3), point(1, 4)] });
  assert.deepEqual(contents(collection), [
    [1, { x: 4 }],
    [2, { x: 2 }],
  ]);
  assert.equal(countOf(collection), 2);
});

test('ids up to 2^64-1 are exact, and a UUID has one form', async (t) => {
  const collection = await TestCollection.create(t, DENSE);
  collection.upsert(
    '{"points":[{"id":18446744073709551615,"vector":[1,1]},{"id":9007199254740993,"vector":[1,1]}]}',
  );
  collection.upsert({
    points: [point(`urn:uuid:${UUID.toUpperCase()}`, 1), point(UUID.replaceAll('-', ''), 2)],
  });
  assert.deepEqual(contents(collection), [
    [9007199254740993n, {}],
    [2n ** 64n - 1n, {}],
    [UUID, { x: 2 }],
  ]);
});

test('columns mean the same as a list', async (t) => {
  const collection = await TestCollection.create(t, NAMED);
  const vectors = {
    a: [
      [1, 2],
      [3, 4],
    ],
    b: [[5], [6]],
  };
  collection.upsert({ batch: { ids: [1, 2], vectors, payloads: [{ p: 1 }, null] } });
  assert.equal(
    collection.readText('retrieve', { ids: [1, 2], ...all }),
    '[{"id":1,"payload":{"p":1},"vector":{"a":[1.0,2.0],"b":[5.0]}},{"id":2,"payload":{},"vector":{"a":[3.0,4.0],"b":[6.0]}}]',
  );
  const dense = await TestCollection.create(t, DENSE);
  dense.upsert({ batch: { ids: [7], vectors: [[0.5, 1]] } });
  assert.equal(dense.readText('get_point', '', { id: '7' }), '{"id":7,"payload":{},"vector":[0.5,1.0]}');
});

test('insert_only leaves points that exist, update_only makes none', async (t) => {
  const collection = await TestCollection.create(t, DENSE);
  collection.upsert({ points: [point(1, 1)] });
  collection.upsert({ points: [point(1, 2), point(2, 2), point(2, 3)], update_mode: 'insert_only' });
  assert.deepEqual(contents(collection), [
    [1, { x: 1 }],
    [2, { x: 2 }],
  ]);
  collection.upsert({ points: [point(1, 4), point(3, 4)], update_mode: 'update_only' });
  assert.deepEqual(contents(collection), [
    [1, { x: 4 }],
    [2, { x: 2 }],
  ]);
});

test('a filter spares points that fail it, and hinders no new ones', async (t) => {
  const collection = await TestCollection.create(t, DENSE);
  collection.upsert({ points: [point(1, 1), point(2, 2)] });
  const update_filter = { must: [{ key: 'x', match: { value: 1 } }] };
  collection.upsert({ points: [point(1, 9), point(2, 9), point(3, 9)], update_filter });
  assert.deepEqual(contents(collection), [
    [1, { x: 9 }],
    [2, { x: 2 }],
    [3, { x: 9 }],
  ]);
});

test('deleting by id and by filter', async (t) => {
  const collection = await TestCollection.create(t, DENSE);
  collection.upsert({ points: [1, 2, 3, 4, 5].map((id) => point(id, id)) });
  collection.delete({ points: [2, 99, 2] });
  assert.equal(countOf(collection), 4);
  collection.delete({ filter: { must: [{ key: 'x', range: { gte: 4 } }] } });
  assert.deepEqual(contents(collection), [
    [1, { x: 1 }],
    [3, { x: 3 }],
  ]);
  collection.upsert({ points: [point(2, 20)] });
  assert.equal(countOf(collection), 3);
  collection.delete({ filter: {} });
  assert.deepEqual(contents(collection), []);
  assert.equal(countOf(collection), 0);
});

test('a batch is applied in order, and a refused request changes nothing and hinders no other', async (t) => {
  const collection = await TestCollection.create(t, DENSE);
  const outcomes = collection.batch([
    { task: 'upsert', body: { points: [point(1, 1), point(2, 2)] } },
    { task: 'upsert', body: { points: [point(3, 3), { id: 4, vector: [1] }] } },
    { task: 'delete_points', body: { points: [1] } },
    { task: 'upsert', body: '{"points":[' },
    { task: 'upsert', body: { points: [] } },
    { task: 'delete_points', body: { points: [] } },
    { task: 'upsert', body: { points: [point(1, 10)] } },
    { task: 'delete_points', body: { filter: { must: [{ key: 'x', match: { value: 2 } }] } } },
  ]);
  assert.deepEqual(outcomes, [
    1,
    '400 Wrong input: Vector dimension error: expected dim: 2, got 1',
    2,
    '400 Format error in JSON body: EOF while parsing a list at line 1 column 11',
    '400 Bad request: Empty update request',
    '400 Bad request: Empty update request',
    3,
    4,
  ]);
  assert.deepEqual(contents(collection), [[1, { x: 10 }]]);
});

test('the version of a point is the number of the operation that wrote it', async (t) => {
  const collection = await TestCollection.create(t, DENSE);
  collection.upsert({ points: [point(1, 1), point(2, 1)] });
  collection.delete({ points: [77] });
  collection.upsert({ points: [point(2, 1)] });
  const { points } = collection.read('query', { query: [1, 0] }) as {
    points: { id: number; version: number }[];
  };
  const versions = points.map(({ id, version }) => [id, version]);
  assert.deepEqual(
    versions.toSorted(([a], [b]) => a! - b!),
    [
      [1, 1],
      [2, 3],
    ],
  );
});

test('vectors that do not fit are refused by name and size', async (t) => {
  const collection = await TestCollection.create(t, NAMED);
  const refused = (vector: unknown) => collection.upsert({ points: [{ id: 1, vector }] });
  assert.equal(refused({ c: [1, 2] }), '400 Wrong input: Not existing vector name error: c');
  assert.equal(refused([1, 2]), '400 Wrong input: Not existing vector name error: ');
  assert.equal(refused({ a: [1, 2, 3] }), '400 Wrong input: Vector dimension error: expected dim: 2, got 3');
  assert.equal(
    refused({ a: { indices: [1], values: [1] } }),
    '400 Wrong input: Conversion between sparse and regular vectors failed',
  );
  assert.equal(
    refused({ a: [[1, 2]] }),
    '400 Wrong input: Conversion between multi and regular vectors failed',
  );
  assert.equal(
    refused({ a: [1e39, 0] }),
    '400 Wrong input: Vector values must be within the range of 32-bit floats',
  );
  assert.equal(countOf(collection), 0);
});

test('Cosine vectors are stored normalised, zero and unit vectors as they are', async (t) => {
  const collection = await TestCollection.create(t, { vectors: { size: 2, distance: 'Cosine' } });
  collection.upsert({
    points: [
      [3, 4],
      [0, 0],
      [1, 0],
    ].map((vector, id) => ({ id, vector })),
  });
  const { points } = collection.read('scroll', all) as { points: { vector: ArrayLike<number> }[] };
  assert.deepEqual(
    points.map(({ vector }) => Array.from(vector)),
    [
      [Math.fround(0.6), Math.fround(0.8)],
      [0, 0],
      [1, 0],
    ],
  );
});
