import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestCollection } from '../../../../helpers/test-collection.ts';

const DENSE = { vectors: { size: 1, distance: 'Dot' } } as const;
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const points = (from: number, to: number) =>
  ids(from, to).map((id) => ({ id, vector: [id], payload: { n: id } }));
const set = (payload: object, selector: object) =>
  ({ task: 'set_payload', body: { payload, ...selector } }) as const;

function versions(collection: TestCollection): Map<number, number> {
  const { points: found } = collection.read('query', { query: [1], limit: 10_000 }) as {
    points: { id: number; version: number }[];
  };
  return new Map(found.map(({ id, version }) => [id, version]));
}

const sorted = (map: Map<number, number>) => [...map].toSorted(([a], [b]) => a - b);

const countOf = (collection: TestCollection, filter: object) =>
  (collection.read('count', { filter }) as { count: number }).count;

test('a change in place makes no new row, whatever block of versions it lies in', async (t) => {
  const collection = await TestCollection.create(t, DENSE);
  collection.upsert({ points: points(0, 700) });
  const changed = [0, 255, 256, 511, 512, 699];
  assert.deepEqual(collection.batch([set({ b: 1 }, { points: changed })]), [2]);
  const [segment] = collection.collection.segments;
  assert.deepEqual([segment!.count, segment!.deletedCount], [700, 0]);
  const expected = new Map(ids(0, 700).map((id) => [id, changed.includes(id) ? 2 : 1]));
  assert.deepEqual(sorted(versions(collection)), sorted(expected));
  const reopened = await collection.restart();
  assert.deepEqual(sorted(versions(reopened)), sorted(expected));
  assert.equal(countOf(reopened, { must: { key: 'b', match: { value: 1 } } }), changed.length);
});

test('versions of rows that come later into a block with changes survive a restart', async (t) => {
  const collection = await TestCollection.create(t, DENSE);
  collection.upsert({ points: points(0, 10) });
  collection.batch([set({ b: 1 }, { points: [3] })]);
  collection.upsert({ points: points(10, 20) });
  collection.batch([set({ b: 2 }, { points: [12] })]);
  collection.upsert({ points: points(20, 21) });
  const expected = ids(0, 21).map((id) => (id === 3 ? 2 : id === 12 ? 4 : id < 10 ? 1 : id < 20 ? 3 : 5));
  const inOrder = (map: Map<number, number>) => ids(0, 21).map((id) => map.get(id));
  assert.deepEqual(inOrder(versions(collection)), expected);
  assert.deepEqual(inOrder(versions(await collection.restart())), expected);
});

function checkBatch(reading: TestCollection): void {
  assert.equal(
    reading.readText('scroll', {}),
    '{"points":[{"id":0,"payload":{"n":0,"k":2}},{"id":1,"payload":{"n":1}},' +
      '{"id":2,"payload":{"m":1,"k":1}},{"id":3,"payload":{"m":1,"k":1}}],"next_page_offset":null}',
  );
  assert.deepEqual(sorted(versions(reading)), [
    [0, 6],
    [1, 1],
    [2, 7],
    [3, 7],
  ]);
}

test('one batch: points are written, changed, found by their new payload, and deleted', async (t) => {
  const collection = await TestCollection.create(t, DENSE);
  collection.upsert({ points: points(0, 3) });
  const outcomes = collection.batch([
    { task: 'upsert', body: { points: points(2, 5) } },
    set({ m: 1 }, { filter: { must: { key: 'n', range: { gte: 2 } } } }),
    set({ k: 1 }, { filter: { must: { key: 'm', match: { value: 1 } } } }),
    { task: 'delete_points', body: { filter: { must: { key: 'n', match: { value: 4 } } } } },
    set({ k: 2 }, { points: [0, 4] }),
    { task: 'delete_payload', body: { keys: ['n'], filter: { must: { key: 'k', match: { value: 1 } } } } },
  ]);
  assert.deepEqual(outcomes, [2, 3, 4, 5, '404 Not found: No point with id 4 found', 7]);
  checkBatch(collection);
  checkBatch(await collection.restart());
});
