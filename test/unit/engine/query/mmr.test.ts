import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { selectDiverse } from '../../../../src/engine/query/mmr.ts';
import { runs } from '../../../helpers/property-runs.ts';

function select(relevance: number[], matrix: number[][], lambda: number, limit: number): number[] {
  return selectDiverse(
    {
      relevance: Float32Array.from(relevance),
      similaritiesTo: (candidate) => Float32Array.from(matrix[candidate]!),
    },
    lambda,
    limit,
  );
}

const TWINS = [
  [1, 0.99, 0],
  [0.99, 1, 0],
  [0, 0, 1],
];

test('the most relevant first, then what differs from it', () => {
  assert.deepEqual(select([0.9, 0.8, 0.5], TWINS, 0.5, 2), [0, 2]);
  assert.deepEqual(select([0.9, 0.8, 0.5], TWINS, 0.5, 3), [0, 2, 1]);
});

test('relevance alone, and difference alone', () => {
  assert.deepEqual(select([0.9, 0.8, 0.5], TWINS, 1, 3), [0, 1, 2]);
  assert.deepEqual(select([0.9, 0.8, 0.5], TWINS, 0, 2), [0, 2]);
});

test('fewer candidates than asked for', () => {
  assert.deepEqual(select([], [], 0.5, 3), []);
  assert.deepEqual(select([1], [[1]], 0.5, 3), [0]);
  assert.deepEqual(select([0.1, 0.2], TWINS, 0.5, 9), [1, 0]);
});

/** The definition: quadratic, with no state between the steps. Exact values, so that ties are ties. */
function bySearch(relevance: number[], matrix: number[][], lambda: number, limit: number): number[] {
  const pending = relevance.map((_, i) => i);
  const chosen: number[] = [];
  while (pending.length > 0 && chosen.length < limit) {
    const merits = pending.map((i) => {
      if (chosen.length === 0) return relevance[i]!;
      const redundancy = Math.max(...chosen.map((j) => matrix[j]![i]!));
      return lambda * relevance[i]! - (1 - lambda) * redundancy;
    });
    const place = merits.lastIndexOf(Math.max(...merits));
    chosen.push(pending[place]!);
    const last = pending.pop()!;
    if (place < pending.length) pending[place] = last;
  }
  return chosen;
}

test('agrees with the definition, ties included', () => {
  const problem = fc.integer({ min: 2, max: 8 }).chain((n) =>
    fc.record({
      relevance: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: n, maxLength: n }),
      matrix: fc.array(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: n, maxLength: n }), {
        minLength: n,
        maxLength: n,
      }),
      lambda: fc.constantFrom(0, 0.25, 0.5, 0.75, 1),
      limit: fc.integer({ min: 1, max: 9 }),
    }),
  );
  fc.assert(
    fc.property(problem, ({ relevance, matrix, lambda, limit }) => {
      assert.deepEqual(select(relevance, matrix, lambda, limit), bySearch(relevance, matrix, lambda, limit));
    }),
    runs(500),
  );
});
