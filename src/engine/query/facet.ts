/** Values and how many points have them. */

export type CountedValue = string | number | bigint | boolean;

export interface Count<Value> {
  readonly value: Value;
  readonly count: number;
}

/** Candidates beyond twice the limit that are sorted at once. */
const SORT_MIN = 64;
const SLOTS_START = 1024;
const GROWTH = 4;
/** 2^32 divided by the golden ratio, and another odd number without a pattern. */
const HASH_LOW = 0x9e3779b1;
const HASH_HIGH = 0x85ebca6b;

/** Counts numbers. An open hash table over typed arrays: there may be as many numbers as points. */
export class NumberCounts {
  #values = new Float64Array(SLOTS_START);
  /** 0: the slot is free. */
  #counts = new Uint32Array(SLOTS_START);
  #size = 0;

  /** -0 counts as 0; not NaN. */
  add(value: number, count = 1): void {
    const slot = this.#slotOf(value);
    if (this.#counts[slot] === 0) {
      this.#values[slot] = value;
      this.#size++;
    }
    this.#counts[slot]! += count;
    if (this.#size * 2 > this.#counts.length) this.#grow();
  }

  *[Symbol.iterator](): Generator<Count<number>> {
    for (let slot = 0; slot < this.#counts.length; slot++) {
      const count = this.#counts[slot]!;
      if (count > 0) yield { value: this.#values[slot]!, count };
    }
  }

  /** Where the number is, or would be. */
  #slotOf(value: number): number {
    const mask = this.#counts.length - 1;
    const low = value | 0;
    const high = ((value - low) / 2 ** 32) | 0;
    const hash = Math.imul(low, HASH_LOW) ^ Math.imul(high, HASH_HIGH);
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.#counts[slot] !== 0 && this.#values[slot] !== value) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [values, counts] = [this.#values, this.#counts];
    this.#values = new Float64Array(values.length * GROWTH);
    this.#counts = new Uint32Array(counts.length * GROWTH);
    this.#size = 0;
    for (let slot = 0; slot < counts.length; slot++) {
      const count = counts[slot]!;
      if (count > 0) this.add(values[slot]!, count);
    }
  }
}

/**
 * The `limit` values with the largest counts, of equal counts the smallest values, in this order. O(values · log limit) for
 * `limit` from 1.
 */
export function topCounts<Value extends CountedValue>(
  counts: Iterable<Count<Value>>,
  limit: number,
): readonly Count<Value>[] {
  const best: Count<Value>[] = [];
  let worst: Count<Value> | undefined;
  for (const candidate of counts) {
    if (worst !== undefined && compareCounts(candidate, worst) > 0) continue;
    best.push(candidate);
    if (best.length < 2 * limit + SORT_MIN) continue;
    best.sort(compareCounts);
    best.length = limit;
    worst = best.at(-1);
  }
  return best.toSorted(compareCounts).slice(0, limit);
}

function compareCounts(a: Count<CountedValue>, b: Count<CountedValue>): number {
  return b.count - a.count || compareValues(a.value, b.value);
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
