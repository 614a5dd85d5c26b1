import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inverseFrequency, keptLength, wordScore } from '../../../../src/engine/query/bm25.ts';

test('a seldom word weighs more, and one that all have still counts', () => {
  assert.equal(inverseFrequency(5, 2), Math.log(3.5 / 2.5 + 1));
  assert.ok(inverseFrequency(5, 1) > inverseFrequency(5, 2));
  assert.ok(inverseFrequency(5, 5) > 0);
});

test('repetitions count less and less, in longer documents too', () => {
  const bm25 = { k: 1.2, b: 0.75 };
  assert.equal(wordScore(bm25, 2, 1, 1), 2);
  assert.equal(wordScore({ k: 0, b: 1 }, 2, 7, 3), 2);
  assert.equal(wordScore({ k: 1, b: 1 }, 3, 2, 4), 2);
  const gains = [1, 2, 3].map((count) => wordScore(bm25, 1, count + 1, 1) - wordScore(bm25, 1, count, 1));
  assert.ok(gains[0]! > gains[1]! && gains[1]! > gains[2]!);
  assert.ok(wordScore(bm25, 1, 1, 2) < wordScore(bm25, 1, 1, 0.5));
});

test('lengths are exact up to 13 bits', () => {
  const kept: readonly (readonly [number, number])[] = [
    [0, 0],
    [1, 1],
    [8191, 8191],
    [8193, 8192],
    [16387, 16384],
    [40_007, 40_000],
  ];
  for (const [length, expected] of kept) assert.equal(keptLength(length), expected);
});
