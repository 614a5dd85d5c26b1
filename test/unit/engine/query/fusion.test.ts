import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  distributionFusion,
  type Ranked,
  reciprocalRankFusion,
} from '../../../../src/engine/query/fusion.ts';
import { runs } from '../../../helpers/property-runs.ts';

const list = (...keys: string[]) => keys.map((key, i) => ({ key, score: 10 - i }));
const shown = (ranking: readonly Ranked<string>[]) =>
  Object.fromEntries(ranking.map((r) => [r.key, r.score]));
const f32 = Math.fround;

const rankings = fc.array(
  fc.uniqueArray(fc.record({ key: fc.nat(20), score: fc.float({ min: -100, max: 100, noNaN: true }) }), {
    selector: ({ key }) => key,
    maxLength: 15,
  }),
  { maxLength: 4 },
);

test('ranks of several lists add up, step by step in float32', () => {
  const fused = reciprocalRankFusion([list('b', 'a'), list('a', 'b', 'c'), list('e', 'c', 'a')]);
  assert.deepEqual(
    fused.map(({ key }) => key),
    ['a', 'b', 'c', 'e'],
  );
  assert.deepEqual(shown(fused), { a: f32(1.0833334), b: f32(0.8333334), c: f32(0.5833334), e: 0.5 });
});

test('k and weights', () => {
  assert.deepEqual(shown(reciprocalRankFusion([list('a', 'b')], { k: 60 })), {
    a: f32(1 / 60),
    b: f32(1 / 61),
  });
  const weighted = reciprocalRankFusion([list('a', 'b'), list('b')], { weights: [3, 1] });
  assert.deepEqual(shown(weighted), {
    a: f32(1 / f32(f32(f32(1 / 3) + 2) - 1)),
    b: f32(f32(1 / f32(f32(f32(2 / 3) + 2) - 1)) + 0.5),
  });
});

test('a list of weight 0 or less contributes its points and no score', () => {
  for (const weight of [0, -1]) {
    const fused = reciprocalRankFusion([list('a'), list('b')], { weights: [1, weight] });
    assert.deepEqual(shown(fused), { a: 0.5, b: 0 });
  }
});

test('nothing to fuse', () => {
  assert.deepEqual(reciprocalRankFusion([]), []);
  assert.deepEqual(distributionFusion([[], []]), []);
});

test('the distribution of scores is mapped to three standard deviations around the mean', () => {
  const [best, middle, worst] = distributionFusion([
    [
      { key: 'a', score: 3 },
      { key: 'b', score: 2 },
      { key: 'c', score: 1 },
    ],
  ]);
  assert.equal(middle!.score, 0.5);
  assert.ok(Math.abs(best!.score - 4 / 6) < 1e-6 && Math.abs(worst!.score - 2 / 6) < 1e-6);
});

test('a list without spread counts as 0.5 throughout', () => {
  const lists = [[{ key: 'a', score: 7 }], list('b', 'c').map(({ key }) => ({ key, score: 2 }))];
  assert.deepEqual(shown(distributionFusion(lists)), { a: 0.5, b: 0.5, c: 0.5 });
});

for (const [name, fuse] of [
  ['reciprocal ranks', (lists: Ranked<number>[][]) => reciprocalRankFusion(lists)],
  ['distributions', (lists: Ranked<number>[][]) => distributionFusion(lists)],
] as const) {
  test(`${name}: every point once, best first, more lists never lower a score`, () => {
    fc.assert(
      fc.property(rankings, (lists) => {
        const fused = fuse(lists);
        assert.deepEqual(new Set(fused.map(({ key }) => key)), new Set(lists.flat().map(({ key }) => key)));
        assert.equal(new Set(fused.map(({ key }) => key)).size, fused.length);
        assert.ok(fused.every(({ score }, i) => i === 0 || fused[i - 1]!.score >= score));
        const fewer = new Map(fuse(lists.slice(1)).map(({ key, score }) => [key, score]));
        const isLow = fused.some(({ key, score }) => score < (fewer.get(key) ?? 0) - 1e-3);
        assert.ok(name === 'distributions' || !isLow);
      }),
      runs(300),
    );
  });
}
