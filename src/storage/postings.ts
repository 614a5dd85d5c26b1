/**
 * The rows of a segment that have a token, POSTINGS_BLOCK_ROWS of them to a value, so that a change rewrites little.
 *
 * | for each row, ascending | content                                                              |
 * |-------------------------|----------------------------------------------------------------------|
 * | varint                  | (distance to the row before, or to the row before the block) x 2, + 1 |
 * |                         | if the token occurs more than once                                   |
 * | varint, if so           | how often it occurs                                                  |
 *
 * Varints are little-endian groups of 7 bits, the high bit set on all but the last one.
 */

export const POSTINGS_BLOCK_ROWS = 2048;

/** How often a token occurs, by the number of the row in its block. */
export type Postings = Map<number, number>;

export function encodePostings(postings: Postings): Buffer {
  const bytes: number[] = [];
  let before = -1;
  for (const row of [...postings.keys()].toSorted((a, b) => a - b)) {
    const count = postings.get(row)!;
    pushVarint(bytes, (row - before) * 2 + (count > 1 ? 1 : 0));
    if (count > 1) pushVarint(bytes, count);
    before = row;
  }
  return Buffer.from(bytes);
}

/** Calls `use` for each row of the block, ascending. */
export function eachPosting(value: Uint8Array, use: (row: number, count: number) => void): void {
  let at = 0;
  let row = -1;
  const varint = (): number => {
    let result = 0;
    let factor = 1;
    for (;;) {
      const byte = value[at++]!;
      result += (byte & 127) * factor;
      if (byte < 128) return result;
      factor *= 128;
    }
  };
  while (at < value.length) {
    const step = varint();
    row += step >>> 1;
    use(row, (step & 1) === 1 ? varint() : 1);
  }
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}
