import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { DEFAULT_SIZING, Tasks, TestCollection, type Update } from '../../../helpers/test-collection.ts';
import { runs } from '../../../helpers/property-runs.ts';
import type { WriterData } from './writer-thread.ts';

const POINTS = 200;
const ROUNDS = runs(120).numRuns;
const KEYS = [
  ['a', 'integer'],
  ['b', 'integer'],
  ['t', 'keyword'],
] as const;

const payloadOf = (mark: number) => ({ a: mark, b: mark, t: [`m${mark}`, 'all'] });
const marked = (mark: number): Update => ({
  task: 'overwrite_payload',
  body: { payload: payloadOf(mark), filter: {} },
});
const replaced = (mark: number): Update => ({
  task: 'upsert',
  body: {
    points: Array.from({ length: POINTS }, (_, id) => ({ id, vector: [1], payload: payloadOf(mark) })),
  },
});

test('a reading thread sees every change of payloads in all columns or in none', async (t) => {
  const collection = await TestCollection.create(t, { vectors: { size: 1, distance: 'Dot' } });
  collection.batch([replaced(1)]);
  for (const [field_name, field_schema] of KEYS) {
    collection.batch([{ task: 'create_index', body: { field_name, field_schema } }]);
  }
  const { handle } = collection;
  const reader = new Tasks(handle, DEFAULT_SIZING, 1);
  t.after(() => reader.close());
  const done = new Int32Array(new SharedArrayBuffer(4));
  const batches = [[marked(2)], [replaced(3)], [marked(4)], [marked(5)], [replaced(1)]];
  const workerData: WriterData = { handle, sizing: DEFAULT_SIZING, batches, rounds: ROUNDS, done };
  const writer = new Worker(new URL('writer-thread.ts', import.meta.url), { workerData });
  const exit = once(writer, 'exit');
  const countOf = (filter: object) => (reader.read('count', { filter }) as { count: number }).count;
  try {
    do {
      for (const mark of [1, 2, 3, 4, 5]) {
        const a = { key: 'a', match: { value: mark } };
        const b = { key: 'b', range: { gte: mark, lte: mark } };
        const c = { key: 't', match: { value: `m${mark}` } };
        // All three change together, so that no point has one of them and not the others.
        assert.equal(countOf({ must: a, must_not: b }), 0, `a without b of ${mark}`);
        assert.equal(countOf({ must: b, must_not: c }), 0, `b without t of ${mark}`);
        assert.equal(countOf({ must: c, must_not: a }), 0, `t without a of ${mark}`);
        const count = countOf({ must: [a, b, c] });
        assert.ok(count === 0 || count === POINTS, `${count} points of ${mark}`);
      }
      assert.equal(countOf({ must: { key: 't', match: { value: 'all' } } }), POINTS);
      await new Promise(setImmediate);
    } while (Atomics.load(done, 0) === 0);
  } finally {
    assert.deepEqual(await exit, [0]);
  }
});
