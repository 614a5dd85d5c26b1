import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { SCRATCH_HEAP_MAX } from '../../../../src/kernels/memory-layout.ts';
import { TestCollection } from '../../../helpers/test-collection.ts';

const PARAMS = { vectors: { size: 8, distance: 'Dot' }, hnsw_config: { m: 0 } } as const;
const SCRATCH_BYTES = 16 * SCRATCH_HEAP_MAX;
/** Room for some hundreds of points beside the scratch area. */
const SMALL = { bytesMax: SCRATCH_BYTES + 131_072, scratchCount: 1 };

const vectorOf = (id: number) => Array.from({ length: 8 }, (_, i) => ((id * (i + 3)) % 17) / 4);
const upsertOf = (ids: readonly number[], mark: string) => ({
  batch: { ids, vectors: ids.map(vectorOf), payloads: ids.map((id) => ({ mark, id })) },
});
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

async function filled(t: TestContext) {
  const collection = await TestCollection.create(t, PARAMS, SMALL);
  collection.upsert(upsertOf([0], 'first'));
  const { capacity } = collection.collection.segments[0]!;
  assert.ok(capacity > 50 && capacity < 5000, `capacity ${capacity}`);
  return { collection, capacity };
}

interface Shown {
  readonly id: number;
  readonly score?: number;
  readonly payload: { readonly mark: string; readonly id: number };
}

function shown(collection: TestCollection, task: 'scroll' | 'query', body: object): Shown[] {
  return (collection.read(task, { limit: 100_000, with_payload: true, ...body }) as { points: Shown[] })
    .points;
}

/** Checks that every way of reading finds exactly the points with the marks. */
function assertHolds(collection: TestCollection, marks: ReadonlyMap<number, string>): void {
  const ids = [...marks.keys()].toSorted((a, b) => a - b);
  const scrolled = shown(collection, 'scroll', {});
  assert.deepEqual(
    scrolled.map(({ id, payload }) => [id, payload.id, payload.mark]),
    ids.map((id) => [id, id, marks.get(id)]),
  );
  assert.deepEqual(collection.read('count'), { count: marks.size });
  const found = shown(collection, 'query', { query: vectorOf(3) });
  assert.deepEqual(
    found.map(({ id, payload }) => `${id} ${payload.mark}`).toSorted(),
    ids.map((id) => `${id} ${marks.get(id)}`).toSorted(),
  );
  const scores = found.map(({ score }) => score!);
  assert.deepEqual(
    scores,
    scores.toSorted((a, b) => b - a),
  );
}

test('a segment is filled to its last row, then the next one is opened', async (t) => {
  const { collection, capacity } = await filled(t);
  collection.upsert(upsertOf(range(1, capacity), 'first'));
  assert.deepEqual(
    collection.collection.segments.map(({ id, count }) => [id, count]),
    [[1, capacity]],
  );
  collection.upsert(upsertOf([capacity], 'second'));
  assert.deepEqual(
    collection.collection.segments.map(({ id, count }) => [id, count]),
    [
      [1, capacity],
      [2, 1],
    ],
  );
});

test('a batch larger than a segment spreads over several', async (t) => {
  const { collection, capacity } = await filled(t);
  const last = 2 * capacity + 10;
  collection.upsert(upsertOf(range(1, last), 'batch'));
  assert.equal(collection.collection.segments.length, 3);
  const marks = new Map(range(1, last).map((id) => [id, 'batch']));
  assertHolds(collection, marks.set(0, 'first'));
  assertHolds(await collection.restart(SMALL), marks);
});

test('points that move to a newer segment leave the older one, also across a restart', async (t) => {
  const { collection, capacity } = await filled(t);
  const marks = new Map(range(0, capacity).map((id) => [id, 'old']));
  collection.upsert(upsertOf(range(0, capacity), 'old'));
  const moving = range(5, 60);
  collection.upsert(upsertOf(moving, 'new'));
  for (const id of moving) marks.set(id, 'new');
  assertHolds(collection, marks);
  const restarted = await collection.restart(SMALL);
  assertHolds(restarted, marks);
  restarted.delete({ points: [6, 7, capacity - 1] });
  for (const id of [6, 7, capacity - 1]) marks.delete(id);
  restarted.delete({ filter: { must: [{ key: 'id', range: { lt: 3 } }] } });
  for (const id of [0, 1, 2]) marks.delete(id);
  restarted.upsert(upsertOf(range(capacity, capacity + 20), 'newest'));
  for (const id of range(capacity, capacity + 20)) marks.set(id, 'newest');
  assertHolds(restarted, marks);
  assertHolds(await restarted.restart(SMALL), marks);
});

test('filters and counts look at every segment', async (t) => {
  const { collection, capacity } = await filled(t);
  collection.upsert(upsertOf(range(1, 2 * capacity), 'x'));
  const filter = { must: [{ key: 'id', range: { gte: capacity - 5, lt: capacity + 5 } }] };
  assert.deepEqual(collection.read('count', { filter }), { count: 10 });
  const found = shown(collection, 'query', { query: vectorOf(1), filter });
  assert.equal(found.length, 10);
  assert.deepEqual(
    shown(collection, 'scroll', { filter }).map(({ id }) => id),
    range(capacity - 5, capacity + 5),
  );
});

test('full segments open with settings under which they would hold less', async (t) => {
  const { collection, capacity } = await filled(t);
  const ids = range(1, 2 * capacity + 10);
  collection.upsert(upsertOf(ids, 'x'));
  const marks = new Map(ids.map((id) => [id, 'x'])).set(0, 'first');
  // Three more scratch areas leave less for rows.
  const changed = { bytesMax: SMALL.bytesMax + 3 * SCRATCH_BYTES - 32_768, scratchCount: 4 };
  const restarted = await collection.restart(changed);
  assertHolds(restarted, marks);
  restarted.upsert(upsertOf(range(0, 20), 'again'));
  for (const id of range(0, 20)) marks.set(id, 'again');
  assertHolds(restarted, marks);
});
