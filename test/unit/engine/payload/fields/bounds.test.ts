import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  floatBounds,
  I64_MAX,
  I64_MIN,
  integerBounds,
  nextDown,
  nextUp,
} from '../../../../../src/engine/payload/fields/bounds.ts';
import { Random } from '../../../../helpers/random.ts';
import { runs } from '../../../../helpers/property-runs.ts';

const EDGES = [0, -0, 1, -1, 0.5, 2 ** 53, -(2 ** 53), 2 ** 63, -(2 ** 63), 1e300, 5e-324, Number.MAX_VALUE];

test('neighbours of doubles have nothing between them', () => {
  for (const value of EDGES) {
    assert.ok(nextUp(value) > value && nextDown(value) < value, String(value));
    assert.equal(nextDown(nextUp(value)) + 0, value + 0);
  }
  assert.equal(nextUp(0), 5e-324);
  assert.equal(nextUp(1), 1 + 2 ** -52);
  assert.equal(nextUp(-1), -1 + 2 ** -53);
  assert.equal(nextUp(Number.MAX_VALUE), Infinity);
  assert.equal(nextUp(Infinity), Infinity);
  assert.equal(nextDown(-Infinity), -Infinity);
});

test('bounds of a range, the narrowest of each side', () => {
  assert.deepEqual(floatBounds({}), { low: -Infinity, high: Infinity });
  assert.deepEqual(floatBounds({ gte: 1, lte: 2, gt: null }), { low: 1, high: 2 });
  assert.deepEqual(floatBounds({ gt: 1, gte: 1, lt: 2, lte: 5n }), { low: nextUp(1), high: nextDown(2) });
  const nothing = floatBounds({ gt: Infinity });
  assert.ok(nothing.low > nothing.high);
});

/** The integers around a double, and those around where they begin to round to it. */
function neighbours(value: number): bigint[] {
  const integer = BigInt(Math.trunc(Math.min(Math.max(value, -(2 ** 64)), 2 ** 64)));
  return [-1025n, -513n, -512n, -511n, -1n, 0n, 1n, 511n, 512n, 513n, 1024n]
    .map((step) => integer + step)
    .filter((near) => near >= I64_MIN && near <= I64_MAX);
}

test('integers are within the bounds exactly if their nearest doubles are', () => {
  const random = new Random(runs(1).seed);
  const values = [...EDGES, 2 ** 63 - 1024, -(2 ** 63) - 2048, Infinity, -Infinity];
  for (let i = 0; i < 200; i++) values.push((random.next() - 0.5) * 2 ** random.between(1, 66));
  for (const value of values) {
    for (const range of [{ gt: value }, { gte: value }, { lt: value }, { lte: value }] as const) {
      const floats = floatBounds(range);
      const { low, high } = integerBounds(floats);
      for (const integer of neighbours(value)) {
        const double = Number(integer);
        const isInside = floats.low <= double && double <= floats.high;
        assert.equal(
          low <= integer && integer <= high,
          isInside,
          `${integer} in ${JSON.stringify(range)} ${value}`,
        );
      }
    }
  }
});
