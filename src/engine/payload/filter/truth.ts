/**
 * What indexes tell of the rows of a segment: for some they are certain that a condition holds, for others it is possible,
 * and only the payload tells. Rows that are not possible fail. (Kleene's three-valued logic, a row a bit.)
 */

/** One bit a row: row i is bit i & 31 of word i >> 5. Bits behind the last row are 0. */
export type Bits = Uint32Array<ArrayBuffer>;

/** `certain` is a part of `possible`, and the same array where payloads need not be asked. Neither is changed ever. */
export interface Truth {
  readonly certain: Bits;
  readonly possible: Bits;
}

export function noBits(rows: number): Bits {
  return new Uint32Array((rows + 31) >>> 5);
}

export function allBits(rows: number): Bits {
  return clearBehind(noBits(rows).fill(0xffff_ffff), rows);
}

/** Clears the bits behind the last row, in place. */
export function clearBehind(bits: Bits, rows: number): Bits {
  if ((rows & 31) !== 0) bits[rows >>> 5]! &= (1 << (rows & 31)) - 1;
  return bits;
}

export function hasBit(bits: Bits, row: number): boolean {
  return (bits[row >>> 5]! & (1 << (row & 31))) !== 0;
}

export function setBit(bits: Bits, row: number): void {
  bits[row >>> 5]! |= 1 << (row & 31);
}

/** Calls `use` for every row from `from` on, in order. */
export function forEachBit(bits: Bits, from: number, use: (row: number) => void): void {
  for (let word = from >>> 5; word < bits.length; word++) {
    let rest = bits[word]!;
    if (word === from >>> 5) rest &= -1 << (from & 31);
    while (rest !== 0) {
      const bit = 31 - Math.clz32(rest & -rest);
      rest &= rest - 1;
      use(word * 32 + bit);
    }
  }
}

/** How many rows from `from` on. */
export function countBits(bits: Bits, from: number): number {
  let count = 0;
  forEachBit(bits, from, () => count++);
  return count;
}

export function isEmpty(bits: Bits): boolean {
  for (let i = 0; i < bits.length; i++) if (bits[i] !== 0) return false;
  return true;
}

/** a | b. */
export function union(a: Bits, b: Bits): Bits {
  const result: Bits = new Uint32Array(a.length);
  for (let i = 0; i < result.length; i++) result[i] = a[i]! | b[i]!;
  return result;
}

/** a & b. */
export function intersection(a: Bits, b: Bits): Bits {
  const result: Bits = new Uint32Array(a.length);
  for (let i = 0; i < result.length; i++) result[i] = a[i]! & b[i]!;
  return result;
}

/** a & ~b. */
export function difference(a: Bits, b: Bits): Bits {
  const result: Bits = new Uint32Array(a.length);
  for (let i = 0; i < result.length; i++) result[i] = a[i]! & ~b[i]!;
  return result;
}

/** Just these rows. */
export function exactly(bits: Bits): Truth {
  return { certain: bits, possible: bits };
}

/** None but these rows, perhaps. */
export function atMost(possible: Bits): Truth {
  return { certain: new Uint32Array(possible.length), possible };
}

export function isExact({ certain, possible }: Truth): boolean {
  return certain === possible;
}

export function both(a: Truth, b: Truth): Truth {
  const certain = intersection(a.certain, b.certain);
  if (isExact(a) && isExact(b)) return exactly(certain);
  return { certain, possible: intersection(a.possible, b.possible) };
}

export function either(a: Truth, b: Truth): Truth {
  const certain = union(a.certain, b.certain);
  if (isExact(a) && isExact(b)) return exactly(certain);
  return { certain, possible: union(a.possible, b.possible) };
}

export function not(truth: Truth, rows: number): Truth {
  const all = allBits(rows);
  const certain = difference(all, truth.possible);
  return isExact(truth) ? exactly(certain) : { certain, possible: difference(all, truth.certain) };
}

/** At least `count` > 0 of the truths hold. */
export function atLeast(count: number, truths: readonly Truth[], rows: number): Truth {
  const certain = withCount(
    count,
    truths.map((truth) => truth.certain),
    rows,
  );
  if (truths.every(isExact)) return exactly(certain);
  return {
    certain,
    possible: withCount(
      count,
      truths.map((truth) => truth.possible),
      rows,
    ),
  };
}

/** The rows that are in at least `count` of the sets. `levels[i]`: the rows that were found more than i times. */
function withCount(count: number, sets: readonly Bits[], rows: number): Bits {
  if (count > sets.length) return noBits(rows);
  const levels = Array.from({ length: count }, () => noBits(rows));
  for (const set of sets) {
    for (let i = count - 1; i > 0; i--) levels[i] = union(levels[i]!, intersection(levels[i - 1]!, set));
    levels[0] = union(levels[0]!, set);
  }
  return levels[count - 1]!;
}
