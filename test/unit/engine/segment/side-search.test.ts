import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { METRIC, SCRATCH_HEAP_MAX } from '../../../../src/kernels/memory-layout.ts';
import {
  referenceMaxSim,
  referenceSparseDot,
  type SparseRow,
} from '../../../../src/kernels/reference-side.ts';
import { runs } from '../../../helpers/property-runs.ts';
import { TestCollection } from '../../../helpers/test-collection.ts';

const CONFIG = {
  vectors: { m: { size: 2, distance: 'Euclid', multivector_config: { comparator: 'max_sim' } } },
  sparse_vectors: { s: {} },
} as const;

/** Room for some thousand rows a segment. */
const SMALL = { bytesMax: 327_680, scratchCount: 1 };

interface Point {
  readonly s?: SparseRow;
  readonly m?: readonly (readonly number[])[];
}

interface Answer {
  readonly points: readonly { readonly id: number; readonly score: number }[];
}

const ids = (collection: TestCollection, query: object): [number, number][] =>
  (collection.read('query', query) as Answer).points
    .map(({ id, score }): [number, number] => [id, Math.fround(score)])
    .toSorted(([a], [b]) => a - b);

const row = fc
  .uniqueArray(fc.integer({ min: 0, max: 6 }), { maxLength: 4 })
  .chain((indices) =>
    fc
      .array(fc.integer({ min: -2, max: 3 }), { minLength: indices.length, maxLength: indices.length })
      .map((values): SparseRow => ({ indices: indices.toSorted((a, b) => a - b), values })),
  );
const pair = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }));
const rows = fc.array(pair, { minLength: 1, maxLength: 3 });
const point = fc.record({ s: row, m: rows }, { requiredKeys: [] });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ put: fc.array(fc.tuple(fc.nat(30), point), { maxLength: 12 }) }) },
  fc.record({ remove: fc.array(fc.nat(30), { maxLength: 5 }) }),
  fc.constant({ restart: true }),
);

test('sparse vectors and multivectors follow every change, and survive restarts', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), row, rows, async (steps, s, m) => {
      let collection = await TestCollection.create(t, CONFIG, SMALL);
      const model = new Map<number, Point>();
      for (const change of steps) {
        if ('put' in change) {
          const points = change.put.map(([id, vector]) => ({ id, vector }));
          if (points.length > 0) collection.upsert({ points });
          for (const [id, vector] of change.put) model.set(id, vector as Point);
        } else if ('remove' in change) {
          if (change.remove.length > 0) collection.delete({ points: change.remove });
          for (const id of change.remove) model.delete(id);
        } else collection = await collection.restart(SMALL);
      }
      const points = [...model].toSorted(([a], [b]) => a - b);
      const bySparse = points.flatMap(([id, { s: stored }]): [number, number][] => {
        const score = stored === undefined ? Number.NaN : referenceSparseDot(stored, s);
        return Number.isNaN(score) ? [] : [[id, score]];
      });
      assert.deepEqual(ids(collection, { query: s, using: 's', limit: 100 }), bySparse);
      const byMulti = points.flatMap(([id, { m: stored }]): [number, number][] =>
        stored === undefined
          ? []
          : [[id, Math.fround(Math.sqrt(-referenceMaxSim(METRIC.Euclid, stored, m)))]],
      );
      assert.deepEqual(ids(collection, { query: m, using: 'm', limit: 100 }), byMulti);
      await collection.close();
    }),
    runs(25),
  );
});

test('more hits than a heap in scratch holds, in several segments', async (t) => {
  const collection = await TestCollection.create(t, CONFIG, SMALL);
  const count = SCRATCH_HEAP_MAX + 100;
  const all = Array.from({ length: count }, (_, i) => i);
  const batch = {
    ids: all,
    vectors: {
      s: all.map((i) => ({ indices: [i % 2], values: [i] })),
      m: all.map((i) => [[i, 0]]),
    },
  };
  collection.upsert({ batch });
  collection.delete({ points: [0, 3] });
  assert.ok(collection.handle.segments.length > 2);
  const read = (query: object) => (collection.read('query', query) as Answer).points.map(({ id }) => id);
  const byMulti = read({ query: [[0, 0]], using: 'm', limit: count });
  assert.deepEqual(
    byMulti,
    all.filter((i) => i !== 0 && i !== 3),
  );
  const query = { indices: [0, 1], values: [1, 1] };
  assert.deepEqual(read({ query, using: 's', limit: count }), byMulti.toReversed());
  const odd = read({ query: { indices: [1], values: [1] }, using: 's', limit: count });
  assert.deepEqual(
    odd,
    byMulti.toReversed().filter((i) => i % 2 === 1),
  );
});
