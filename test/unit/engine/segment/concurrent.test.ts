import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { DEFAULT_SIZING, Tasks, TestCollection, type Update } from '../../../helpers/test-collection.ts';
import { runs } from '../../../helpers/property-runs.ts';
import type { WriterData } from './writer-thread.ts';

const POINTS = 40;
const IDS = Array.from({ length: POINTS }, (_, id) => id);
const ROUNDS = runs(150).numRuns;
const all = { limit: 10 * POINTS, with_payload: true, with_vector: true };

/** Every point with one vector and one payload, in one request. */
const upsertOf = (mark: number, ids: readonly number[] = IDS): Update => ({
  task: 'upsert',
  body: { batch: { ids, vectors: ids.map(() => [mark]), payloads: ids.map(() => ({ mark })) } },
});

interface Shown {
  readonly id: number;
  readonly score?: number;
  readonly payload: { readonly mark: number };
  readonly vector: ArrayLike<number>;
}

/** Runs `check` on a reading thread's view for as long as a writing thread applies the batches. */
async function readWhileWriting(
  t: TestContext,
  batches: WriterData['batches'],
  check: (reader: Tasks) => void,
): Promise<void> {
  const collection = await TestCollection.create(t, { vectors: { size: 1, distance: 'Dot' } });
  collection.batch([upsertOf(1)]);
  const { handle } = collection;
  const reader = new Tasks(handle, DEFAULT_SIZING, 1);
  t.after(() => reader.close());
  const done = new Int32Array(new SharedArrayBuffer(4));
  const workerData: WriterData = { handle, sizing: DEFAULT_SIZING, batches, rounds: ROUNDS, done };
  const writer = new Worker(new URL('writer-thread.ts', import.meta.url), { workerData });
  const exit = once(writer, 'exit');
  try {
    do {
      check(reader);
      await new Promise(setImmediate);
    } while (Atomics.load(done, 0) === 0);
    check(reader);
  } finally {
    assert.deepEqual(await exit, [0]);
  }
}

const pointsOf = (answer: unknown) => (answer as { points: Shown[] }).points;
const idsOf = (points: readonly Shown[]) => points.map(({ id }) => id).toSorted((a, b) => a - b);

/** All points, each once, and all with the same mark: nothing of a batch shows without the rest. */
function assertWhole(points: readonly Shown[], markOf: (point: Shown) => number): void {
  assert.deepEqual(idsOf(points), IDS);
  assert.equal(new Set(points.map(markOf)).size, 1);
}

const REPLACING = [2, 3, 4].map((mark) => [upsertOf(mark)]);

test('a search sees all points of one moment while others replace them', async (t) => {
  await readWhileWriting(t, REPLACING, (reader) => {
    assertWhole(pointsOf(reader.read('query', { query: [1], ...all })), ({ score }) => score!);
  });
});

test('so does a search with a filter', async (t) => {
  const filter = { must: [{ key: 'mark', range: { gte: 1 } }] };
  await readWhileWriting(t, REPLACING, (reader) => {
    assertWhole(pointsOf(reader.read('query', { query: [1], filter, ...all })), ({ score }) => score!);
  });
});

test('so do counts, with and without a filter', async (t) => {
  const filter = { must: [{ key: 'mark', range: { gte: 1 } }] };
  await readWhileWriting(t, REPLACING, (reader) => {
    assert.deepEqual(reader.read('count'), { count: POINTS });
    assert.deepEqual(reader.read('count', { filter }), { count: POINTS });
  });
});

test('so does scrolling, where payload and vector are of one update', async (t) => {
  await readWhileWriting(t, REPLACING, (reader) => {
    const points = pointsOf(reader.read('scroll', all));
    assertWhole(points, ({ payload }) => payload.mark);
    for (const { payload, vector } of points) assert.equal(vector[0], payload.mark);
  });
});

test('so does retrieving', async (t) => {
  await readWhileWriting(t, REPLACING, (reader) => {
    const points = reader.read('retrieve', { ids: IDS, ...all }) as Shown[];
    assertWhole(points, ({ payload }) => payload.mark);
  });
});

test('deleted points go and come as a whole', async (t) => {
  const half = IDS.slice(POINTS / 2);
  const batches = [
    [{ task: 'delete_points', body: { points: half } }],
    [upsertOf(1, half)],
    [{ task: 'delete_points', body: { filter: { must: [{ has_id: half }] } } }, upsertOf(1, half)],
  ] as const;
  const filter = { must: [{ key: 'mark', match: { value: 1 } }] };
  const isWhole = (count: number) => count === POINTS || count === POINTS / 2;
  await readWhileWriting(t, batches, (reader) => {
    const counts = [
      (reader.read('count') as { count: number }).count,
      (reader.read('count', { filter }) as { count: number }).count,
      pointsOf(reader.read('scroll', all)).length,
    ];
    assert.ok(counts.every(isWhole), counts.join());
  });
});
