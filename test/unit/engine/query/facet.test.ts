import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { topCounts } from '../../../../src/engine/query/facet.ts';
import { runs } from '../../../helpers/property-runs.ts';

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
