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
/** Small integers have a counter each, up to so many; for each of the numbers that are counted there may be so many. */
const COUNTERS_MAX = 2 ** 20;
const COUNTERS_PER_NUMBER = 4;
/** 2^32 divided by the golden ratio, and another odd number without a pattern. */
const HASH_LOW = 0x9e3779b1;
const HASH_HIGH = 0x85ebca6b;

/** Counts numbers: small integers one by one, others in an open hash table. There may be as many numbers as points. */
export class NumberCounts {
  /** Of the integers from 0. */
  #counters = new Uint32Array(SLOTS_START);
  readonly #countersMax: number;
  #values = new Float64Array(SLOTS_START);
  /** 0: the slot is free. */
  #counts = new Uint32Array(SLOTS_START);
  #size = 0;

  /** `expected`: about how many numbers will be added. */
  constructor(expected: number) {
    this.#countersMax = Math.min(COUNTERS_MAX, Math.max(SLOTS_START, expected * COUNTERS_PER_NUMBER));
  }

  /** -0 counts as 0; not NaN. */
  add(value: number): void {
    if (value >= 0 && value < this.#countersMax && Number.isInteger(value)) {
      if (value >= this.#counters.length) this.#widen(value);
      this.#counters[value]! += 1;
    } else {
      this.#addToTable(value, 1);
    }
  }

  /** Offers all of them. */
  offerTo(top: Pick<TopCounts<number>, 'offer'>): void {
    for (let value = 0; value < this.#counters.length; value++) {
      const count = this.#counters[value]!;
      if (count > 0) top.offer(value, count);
    }
    for (let slot = 0; slot < this.#counts.length; slot++) {
      const count = this.#counts[slot]!;
      if (count > 0) top.offer(this.#values[slot]!, count);
    }
  }

  #widen(value: number): void {
    const wider = new Uint32Array(
      Math.min(this.#countersMax, Math.max(value + 1, this.#counters.length * GROWTH)),
    );
    wider.set(this.#counters);
    this.#counters = wider;
  }

  #addToTable(value: number, count: number): void {
    const slot = this.#slotOf(value);
    if (this.#counts[slot] === 0) {
      this.#values[slot] = value;
      this.#size++;
    }
    this.#counts[slot]! += count;
    if (this.#size * 2 > this.#counts.length) this.#grow();
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
      if (count > 0) this.#addToTable(values[slot]!, count);
    }
  }
}

/** Keeps the `limit` values with the largest counts, of equal counts the smallest values; `limit` from 1. */
export class TopCounts<Value extends CountedValue> {
  readonly #limit: number;
  #best: Count<Value>[] = [];
  /** The worst of those that are kept for certain. */
  #worst: Count<Value> | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False if no value with this count is among them. */
  wants(count: number): boolean {
    return this.#worst === undefined || count >= this.#worst.count;
  }

  /** O(log limit), and O(1) for a value that is not kept. */
  offer(value: Value, count: number): void {
    const worst = this.#worst;
    if (worst !== undefined) {
      if (count < worst.count) return;
      if (count === worst.count && compareValues(value, worst.value) > 0) return;
    }
    this.#best.push({ value, count });
    if (this.#best.length < 2 * this.#limit + SORT_MIN) return;
    this.#best = this.sorted();
    this.#worst = this.#best.at(-1);
  }

  /** What is kept, best first. */
  sorted(): Count<Value>[] {
    return this.#best
      .toSorted((a, b) => b.count - a.count || compareValues(a.value, b.value))
      .slice(0, this.#limit);
  }
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
