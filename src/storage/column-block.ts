/**
 * Rows of a payload index's column in storage: COLUMN_BLOCK_ROWS of them, rewritten when one of them changes. A block is
 * as it lies in memory, little-endian, so that loading is copying; only the values of rows with several follow apart.
 *
 * | bytes                    | content                                                  |
 * |--------------------------|----------------------------------------------------------|
 * | 32 a bitmap              | bitmaps, in the order of COLUMN_BITMAPS                  |
 * | 256 x cell bytes         | cells; that of a row with several values means nothing   |
 * | for each row with several | number of values u32, then the values as cells          |
 */

export const COLUMN_BLOCK_ROWS = 256;
export const BLOCK_BITMAP_BYTES = COLUMN_BLOCK_ROWS / 8;

export interface ColumnBlock {
  /** BLOCK_BITMAP_BYTES each. */
  readonly bitmaps: readonly Uint8Array[];
  /** Of all rows of the block. */
  readonly cells: Uint8Array;
  /** The values of each row with several, in the order of the rows. */
  readonly lists: readonly Uint8Array[];
}

export function encodeColumnBlock({ bitmaps, cells, lists }: ColumnBlock, cellBytes: number): Buffer {
  const counted = lists.flatMap((list) => [uint32(list.length / cellBytes), list]);
  return Buffer.concat([...bitmaps, cells, ...counted]);
}

/** The parts are views of `value`. */
export function decodeColumnBlock(
  value: Buffer,
  { bitmapCount, cellBytes }: { readonly bitmapCount: number; readonly cellBytes: number },
): ColumnBlock {
  const bitmaps = Array.from({ length: bitmapCount }, (_, i) =>
    value.subarray(i * BLOCK_BITMAP_BYTES, (i + 1) * BLOCK_BITMAP_BYTES),
  );
  const cellsAt = bitmapCount * BLOCK_BITMAP_BYTES;
  let at = cellsAt + COLUMN_BLOCK_ROWS * cellBytes;
  const cells = value.subarray(cellsAt, at);
  const lists: Uint8Array[] = [];
  while (at < value.length) {
    const end = at + 4 + value.readUInt32LE(at) * cellBytes;
    lists.push(value.subarray(at + 4, end));
    at = end;
  }
  return { bitmaps, cells, lists };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
