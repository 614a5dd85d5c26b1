import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  type Count,
  type CountedValue,
  NumberCounts,
  TopCounts,
} from '../../../../src/engine/query/facet.ts';
import { runs } from '../../../helpers/property-runs.ts';

function topCounts<Value extends CountedValue>(
  counts: readonly Count<Value>[],
  limit: number,
): Count<Value>[] {
  const top = new TopCounts<Value>(limit);
  for (const { value, count } of counts) if (top.wants(count)) top.offer(value, count);
  return top.sorted();
}

test('largest counts first, of equal ones the smallest value', () => {
  const counts = [
    { value: 3, count: 1 },
    { value: 2n ** 60n, count: 2 },
    { value: -1, count: 2 },
    { value: 1, count: 1 },
  ];
  assert.deepEqual(
    topCounts<number | bigint>(counts, 3).map(({ value }) => value),
    [-1, 2n ** 60n, 1],
  );
  assert.deepEqual(
    topCounts(
      [
        { value: true, count: 1 },
        { value: false, count: 1 },
      ],
      9,
    ).map(({ value }) => value),
    [false, true],
  );
  assert.deepEqual(topCounts([], 3), []);
});

test('texts by their bytes in UTF-8', () => {
  const texts = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 4 }), { maxLength: 20 });
  fc.assert(
    fc.property(texts, (values) => {
      const sorted = topCounts(
        values.map((value) => ({ value, count: 1 })),
        values.length,
      ).map(({ value }) => value);
      const byBytes = values.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.deepEqual(sorted, byBytes);
    }),
    runs(300),
  );
});

test('the best of many are the first of all, sorted', () => {
  const counts = fc.array(
    fc.record(
      { value: fc.integer({ max: 50 }), count: fc.integer({ min: 1, max: 9 }) },
      { noNullPrototype: true },
    ),
    {
      maxLength: 400,
    },
  );
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 30 }), (given, limit) => {
      const sorted = given.toSorted((a, b) => b.count - a.count || a.value - b.value);
      assert.deepEqual(topCounts(given, limit), sorted.slice(0, limit));
    }),
    runs(200),
  );
});

test('numbers are counted as a map counts them', () => {
  const number = fc.oneof(
    fc.integer({ min: -20, max: 20 }),
    fc.integer({ min: 0, max: 2 ** 21 }),
    fc.maxSafeInteger(),
    fc.integer({ min: -5, max: 5 }).map((n) => n * 2 ** 32),
  );
  fc.assert(
    fc.property(fc.array(number, { maxLength: 3000, size: 'max' }), fc.nat(2 ** 20), (numbers, guess) => {
      const counts = new NumberCounts(guess);
      const expected = new Map<number, number>();
      for (const value of numbers) {
        counts.add(value);
        expected.set(value, (expected.get(value) ?? 0) + 1);
      }
      const found = new Map<number, number>();
      counts.offerTo({ offer: (value, count) => found.set(value, count) });
      assert.deepEqual(found, expected);
    }),
    runs(200),
  );
});
