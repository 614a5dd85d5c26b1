import type { Filter } from '../../../../schemas/filter.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { Segment } from '../segment.ts';
import { freezeRows } from './moment.ts';

/** Rows of a segment as they were at one moment: bit i of byte i >> 3 for row i. The bytes belong to the caller. */
export interface RowBitmap {
  /** Rows that there are, in the bitmap or not. */
  readonly count: number;
  readonly bits: Uint8Array;
}

const NO_ROWS: RowBitmap = { count: 0, bits: new Uint8Array(0) };

/**
 * The rows of a segment that are not deleted and that the filter allows; all of one moment, which the reads of the
 * collection's environment see until its next refresh. O(rows / 64) without a filter.
 */
export function visibleRows(
  collection: Collection,
  segment: Segment,
  filter: Filter | undefined,
  cancel: Cancellation,
): RowBitmap {
  cancel.check();
  const { filter: target, tombstones } = segment.scratch(collection.threadIndex);
  const { kernels, layout } = segment;
  const snapshot = freezeRows(collection, segment, (rows) =>
    kernels.bitmapCopy(tombstones, layout.tombstones, rows),
  );
  const { count } = snapshot;
  if (count === 0) return NO_ROWS;
  if (filter === undefined) kernels.bitmapFill(target, count);
  else {
    const { bits } = collection.filterCache.bitmap(segment, filter, snapshot, cancel);
    segment.bytesAt(target, bits.length).set(bits);
  }
  kernels.bitmapAndNot(target, tombstones, count);
  // Bits beyond the count are those of another request.
  const bits = segment.bytesAt(target, Math.ceil(count / 8)).slice();
  if (count % 8 !== 0) bits[bits.length - 1]! &= (1 << (count % 8)) - 1;
  return { count, bits };
}

export function hasRow({ bits }: RowBitmap, row: number): boolean {
  return (bits[row >> 3]! & (1 << (row & 7))) !== 0;
}

/** How many rows are in the bitmap. */
export function countRows({ bits }: RowBitmap): number {
  let count = 0;
  for (const byte of bits) count += BITS_OF_BYTE[byte]!;
  return count;
}

/** Set bits of each byte. */
const BITS_OF_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
});

/** The offsets of the rows, ascending, at most `max` in a batch. A batch is valid until the next one is asked for. */
export function* offsetBatches({ bits }: RowBitmap, max: number): Generator<Uint32Array> {
  const batch = new Uint32Array(max);
  let length = 0;
  for (let at = 0; at < bits.length; at++) {
    for (let rest = bits[at]!; rest !== 0; rest &= rest - 1) {
      batch[length++] = at * 8 + 31 - Math.clz32(rest & -rest);
      if (length === max) {
        yield batch;
        length = 0;
      }
    }
  }
  if (length > 0) yield batch.subarray(0, length);
}
