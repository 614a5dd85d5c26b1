import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Combination } from '../../../../src/engine/query/combination.ts';
import { contextLoss } from '../../../../src/engine/query/context.ts';
import { discovery } from '../../../../src/engine/query/discover.ts';
import { naiveFeedback } from '../../../../src/engine/query/feedback.ts';
import { averageVector, bestScore, sumScores } from '../../../../src/engine/query/recommend.ts';
import type { VectorValue } from '../../../../src/engine/vectors/vector-value.ts';
import { runs } from '../../../helpers/property-runs.ts';

/** The score of one point from its similarities to the examples, float32. */
function scoreOf(combination: Combination, ...similarities: number[]): number {
  const scores = new Float32Array([9]);
  combination(
    similarities.map((similarity) => Float32Array.of(similarity)),
    1,
    scores,
  );
  return scores[0]!;
}

const f32 = Math.fround;
const similarity = fc.float({ min: -10, max: 10, noNaN: true });

test('best score: the best example decides, squeezed into (0, 1) and negated for a negative one', () => {
  const score = (...s: number[]) => scoreOf(bestScore(2), ...s);
  assert.equal(score(1, 3, 2), 0.5 * (3 / 4 + 1));
  assert.equal(score(1, 2, 3), -0.5 * (3 / 4 + 1));
  assert.equal(score(1, 3, 3), -0.5 * (3 / 4 + 1), 'a tie is for the negative example');
  assert.equal(score(-1, -3, -2), 0.25);
  assert.equal(scoreOf(bestScore(0), 1), -0.75, 'only negative examples');
  assert.equal(scoreOf(bestScore(1), 1), 0.75, 'only positive examples');
});

test('sum of scores', () => {
  assert.equal(scoreOf(sumScores(2), 1, 3, 2), 2);
  assert.equal(scoreOf(sumScores(0), 1, 3), -4);
});

const dense = (...values: number[]): VectorValue => ({ kind: 'dense', values });
const sparse = (entries: Record<number, number>): VectorValue => ({
  kind: 'sparse',
  indices: Uint32Array.from(Object.keys(entries), Number),
  values: Float32Array.from(Object.values(entries)),
});
const multi = (...rows: number[]): VectorValue => ({ kind: 'multi', dim: 2, rows: Float32Array.from(rows) });

function average(positives: VectorValue[], negatives: VectorValue[]): number[] {
  const { values } = averageVector(positives, negatives) as { values: Float32Array };
  return [...values];
}

test('the average of positives, mirrored at that of negatives', () => {
  assert.deepEqual(average([dense(1, 2), dense(3, 4)], []), [2, 3]);
  assert.deepEqual(average([dense(1, 2), dense(3, 4)], [dense(1, 1), dense(3, 5)]), [2, 3]);
  assert.deepEqual(average([dense(1, 1)], [dense(0, 3)]), [2, -1]);
});

test('the average of sparse vectors, position by position', () => {
  assert.deepEqual(
    averageVector([sparse({ 5: 1, 9: 2 }), sparse({ 7: 4, 9: 4 })], []),
    sparse({ 5: 0.5, 7: 2, 9: 3 }),
  );
  assert.deepEqual(
    averageVector([sparse({ 5: 1 })], [sparse({ 1: 4, 5: 1 }), sparse({ 1: 2 })]),
    sparse({ 1: -3, 5: 1.5 }),
  );
});

test('the rows of multivectors together, those of negatives turned round', () => {
  assert.deepEqual(
    averageVector([multi(1, 2), multi(3, 4, 5, 6)], [multi(7, 8)]),
    multi(1, 2, 3, 4, 5, 6, -7, -8),
  );
});

test('discovery: pairs count whole, the target decides among equals', () => {
  assert.equal(scoreOf(discovery, 1), 0.75);
  assert.equal(scoreOf(discovery, 1, 2, 1, 5, 4), 2.75);
  assert.equal(scoreOf(discovery, 1, 2, 1, 4, 5), 0.75);
  assert.equal(scoreOf(discovery, 0, 1, 1), 0.5, 'a tie counts for neither side');
});

test('context: no loss on the positive side, more the farther on the negative one', () => {
  assert.equal(scoreOf(contextLoss, 2, 1), 0);
  assert.equal(scoreOf(contextLoss), 0);
  assert.ok(Math.abs(scoreOf(contextLoss, 1, 2) + 0.5) < 1e-6);
  assert.ok(Math.abs(scoreOf(contextLoss, 1, 2, 1, 4) + 0.5 + 0.75) < 1e-6);
  assert.ok(scoreOf(contextLoss, 1, 1) < 0, 'a tie is not on the positive side');
});

test('feedback: every ordered pair of judged examples pulls with its difference', () => {
  const coefficients = { a: 2, b: 1, c: 0.5 };
  assert.equal(scoreOf(naiveFeedback([1], coefficients), 3, 7), 6);
  assert.equal(scoreOf(naiveFeedback([1, 3], coefficients), 3, 5, 7), 6 + 2 * 0.5 * (7 - 5));
  assert.equal(scoreOf(naiveFeedback([3, 1], coefficients), 3, 5, 7), 6 + 2 * 0.5 * (5 - 7));
  assert.equal(scoreOf(naiveFeedback([1, 1], coefficients), 3, 5, 7), 6, 'equal scores say nothing');
  assert.equal(scoreOf(naiveFeedback([0, 1, 3], { a: 0, b: 2, c: 1 }), 9, 1, 2, 4), 1 * 1 + 9 * 3 + 4 * 2);
});

test('the order of the examples of a kind does not matter', () => {
  fc.assert(
    fc.property(fc.array(similarity, { minLength: 1, maxLength: 5 }), fc.array(similarity), (good, bad) => {
      const turned = [...good.toReversed(), ...bad.toReversed()];
      assert.equal(
        scoreOf(bestScore(good.length), ...good, ...bad),
        scoreOf(bestScore(good.length), ...turned),
      );
      const sums = [good, bad].map((side) => side.reduce((sum, value) => sum + value, 0));
      const error = scoreOf(sumScores(good.length), ...turned) - (sums[0]! - sums[1]!);
      assert.ok(Math.abs(error) < 1e-3);
    }),
    runs(200),
  );
});

test('discovery stays within half a point of its rank; a context costs at most one for each pair', () => {
  fc.assert(
    fc.property(similarity, fc.array(fc.tuple(similarity, similarity), { maxLength: 5 }), (target, pairs) => {
      const rank = pairs.reduce((sum, [good, bad]) => sum + Math.sign(f32(good) - f32(bad)), 0);
      const score = scoreOf(discovery, target, ...pairs.flat());
      assert.ok(score >= rank && score <= rank + 1);
      const loss = scoreOf(contextLoss, ...pairs.flat());
      assert.ok(loss <= 0 && loss >= -pairs.length - 1e-6);
    }),
    runs(200),
  );
});
