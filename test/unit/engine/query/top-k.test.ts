import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { TopK } from '../../../../src/engine/query/top-k.ts';
import { runs } from '../../../helpers/property-runs.ts';

const scores = fc.array(
  fc.oneof(
    fc.integer({ min: -5, max: 5 }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  ),
  { maxLength: 300 },
);

test('the k best in order; of equal ones those that came first', () => {
  fc.assert(
    fc.property(scores, fc.constantFrom(0, 1, 3, 64, 100, Number.POSITIVE_INFINITY), (offered, k) => {
      const best = new TopK(k);
      for (const [name, score] of offered.entries()) best.offer(score, name);
      const expected = offered
        .map((score, name) => ({ score: Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score, name }))
        .toSorted((a, b) => (a.score === b.score ? a.name - b.name : b.score - a.score))
        .slice(0, k);
      assert.deepEqual(best.sorted(), expected);
    }),
    runs(300),
  );
});

test('names of any integer that a number holds', () => {
  const best = new TopK(2);
  best.offer(1, Number.MAX_SAFE_INTEGER);
  assert.deepEqual(best.sorted(), [{ score: 1, name: Number.MAX_SAFE_INTEGER }]);
});
