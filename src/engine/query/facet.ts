/** Values and how many points have them. */

export type CountedValue = string | number | bigint | boolean;

export interface Count<Value> {
  readonly value: Value;
  readonly count: number;
}

/** The `limit` values with the largest counts, of equal counts the smallest values, in this order. O(values · log values) */
export function topCounts<Value extends CountedValue>(
  counts: readonly Count<Value>[],
  limit: number,
): readonly Count<Value>[] {
  return counts.toSorted((a, b) => b.count - a.count || compareValues(a.value, b.value)).slice(0, limit);
}

/** Texts by their UTF-8 bytes, numbers by size, false before true. All values are of one kind. */
function compareValues(a: CountedValue, b: CountedValue): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

/** Code units have the order of bytes but for surrogates, which stand for the characters with the longest encoding. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
