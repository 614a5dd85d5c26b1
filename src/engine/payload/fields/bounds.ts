/** Inclusive bounds of ranges, as column scans take them. */
import type { RangeInterface } from '../../../../schemas/filter.ts';

export const I64_MIN = -(2n ** 63n);
export const I64_MAX = 2n ** 63n - 1n;

/** A number where that is exact, else a bigint. */
export function exactInteger(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);

/** The next double above `value`. */
export function nextUp(value: number): number {
  if (value === Number.POSITIVE_INFINITY || Number.isNaN(value)) return value;
  if (value === 0) return Number.MIN_VALUE;
  float[0] = value;
  bits[0] = bits[0]! + (value > 0 ? 1n : -1n);
  return float[0]!;
}

/** The next double below `value`. */
export function nextDown(value: number): number {
  return -nextUp(-value);
}

export interface FloatBounds {
  readonly low: number;
  readonly high: number;
}

/** Bounds of doubles: those of a range of numbers, infinite where it has none. */
export function floatBounds(range: RangeInterface): FloatBounds {
  const { gt, gte, lt, lte } = range as Readonly<Record<string, number | bigint | null | undefined>>;
  const lows = [Number.NEGATIVE_INFINITY];
  const highs = [Number.POSITIVE_INFINITY];
  if (given(gte)) lows.push(Number(gte));
  if (given(gt)) lows.push(nextUp(Number(gt)));
  if (given(lte)) highs.push(Number(lte));
  if (given(lt)) highs.push(nextDown(Number(lt)));
  // Nothing is above Infinity or below -Infinity, which have no neighbour there.
  const isNothing =
    Number(gt ?? 0) === Number.POSITIVE_INFINITY || Number(lt ?? 0) === Number.NEGATIVE_INFINITY;
  return isNothing ? { low: 1, high: 0 } : { low: Math.max(...lows), high: Math.min(...highs) };
}

function given<T>(bound: T | null | undefined): bound is T {
  return bound !== undefined && bound !== null;
}

export interface IntegerBounds {
  readonly low: bigint;
  readonly high: bigint;
}

/** Bounds of the integers whose nearest doubles are within the bounds; `low` is above `high` if there are none. */
export function integerBounds({ low, high }: FloatBounds): IntegerBounds {
  return { low: firstAtLeast(low), high: firstAtLeast(nextUp(high)) - 1n };
}

/** The smallest i64 whose nearest double is at least `bound`; 2^63 if there is none. */
function firstAtLeast(bound: number): bigint {
  if (Number.isNaN(bound) || bound > 2 ** 63) return I64_MAX + 1n;
  if (bound <= -(2 ** 63)) return I64_MIN;
  const ceiling = Math.ceil(bound);
  if (Math.abs(ceiling) <= Number.MAX_SAFE_INTEGER) return BigInt(ceiling);
  // Integers between two doubles round to one of them: look for the first one that rounds up.
  let below = BigInt(nextDown(ceiling));
  let first = BigInt(ceiling);
  while (first - below > 1n) {
    const middle = (below + first) / 2n;
    if (Number(middle) >= ceiling) first = middle;
    else below = middle;
  }
  return first;
}
