import type { Filter } from '../../../../schemas/filter.ts';
import { assert } from '../../../shared/assert.ts';
import type { PointId } from '../../../shared/ids.ts';
import type { Cancellation } from '../cancellation.ts';
import { type Collection, type Location, locate } from '../collection.ts';
import type { Segment } from '../segment.ts';
import { atOneMoment } from './moment.ts';
import { offsetBatches, type RowBitmap, visibleRows } from './visible-rows.ts';

/** A row with the score that clients see, float32. */
export interface ScoredRow extends Location {
  readonly score: number;
  /** The value by which it was ordered, as JSON. */
  readonly orderValue?: string;
}

/** Some rows of one segment. */
export interface RowBatch {
  readonly segment: Segment;
  /** Valid until the next batch is asked for. */
  readonly offsets: Uint32Array;
}

/** Few enough that their vectors stay in the processor's cache while they are compared with one example after the other. */
export const BATCH_ROWS = 512;
const OFFSETS = 2 ** 32;

/** Rows of all points, deleted ones too: more are never found. */
export function rowCount({ segments }: Collection): number {
  return segments.reduce((sum, segment) => sum + segment.count, 0);
}

/** A number that tells rows of a collection apart. */
export function rowKey({ segment, offset }: Location): number {
  return segment.id * OFFSETS + offset;
}

/** The row that a key of {@link rowKey} stands for. */
export function rowAt(collection: Collection, key: number): Location {
  const id = Math.floor(key / OFFSETS);
  const segment = collection.segments.find((candidate) => candidate.id === id);
  assert(segment !== undefined, `segment ${id} is one of the collection`);
  return { segment, offset: key % OFFSETS };
}

/** Lists as one, each row once, as it was met first. */
export function unionOf<Row extends Location>(lists: readonly (readonly Row[])[]): Row[] {
  const union = new Map<number, Row>();
  for (const row of lists.flat()) {
    const key = rowKey(row);
    if (!union.has(key)) union.set(key, row);
  }
  return [...union.values()];
}

/** Rows of a segment that may be shown. */
export interface SegmentRows {
  readonly segment: Segment;
  readonly rows: RowBitmap;
}

/** The rows of all points that match the filter; all of one moment only inside of {@link atOneMoment}. */
export function rowsOfSegments(
  collection: Collection,
  filter: Filter | undefined,
  cancel: Cancellation,
): readonly SegmentRows[] {
  const rowsOf = (segment: Segment) => visibleRows(collection, segment, filter, cancel);
  return collection.segments.map((segment) => ({ segment, rows: rowsOf(segment) }));
}

/** The rows of all points that match the filter and have none of the excluded ids. */
export function* matchingRows(
  collection: Collection,
  { filter, excluded }: { readonly filter: Filter | undefined; readonly excluded: Iterable<PointId> },
  cancel: Cancellation,
): Generator<RowBatch> {
  const matching = atOneMoment(collection, () => rowsOfSegments(collection, filter, cancel));
  yield* batchesWithout(collection, { matching, excluded }, cancel);
}

/** Given rows, but those of the excluded ids. */
export function* batchesWithout(
  collection: Collection,
  { matching, excluded }: { readonly matching: readonly SegmentRows[]; readonly excluded: Iterable<PointId> },
  cancel: Cancellation,
): Generator<RowBatch> {
  for (const { segment, rows } of matching) {
    for (const id of excluded) {
      const at = locate(collection, id);
      if (at?.segment === segment && at.offset < rows.count) {
        rows.bits[at.offset >> 3]! &= ~(1 << (at.offset & 7));
      }
    }
    for (const offsets of offsetBatches(rows, BATCH_ROWS)) {
      cancel.check();
      yield { segment, offsets };
    }
  }
}

/** Given rows, in batches of one segment each. */
export function* batchesOf(rows: readonly Location[]): Generator<RowBatch> {
  for (const [segment, offsets] of bySegment(rows)) {
    for (let from = 0; from < offsets.length; from += BATCH_ROWS) {
      yield { segment, offsets: Uint32Array.from(offsets.slice(from, from + BATCH_ROWS)) };
    }
  }
}

function bySegment(rows: readonly Location[]): Map<Segment, number[]> {
  const offsets = new Map<Segment, number[]>();
  for (const { segment, offset } of rows) {
    const list = offsets.get(segment);
    if (list === undefined) offsets.set(segment, [offset]);
    else list.push(offset);
  }
  return offsets;
}

/**
 * The rows where the points of these rows are now: an update may have replaced a point since it was found, or deleted it.
 */
export function settled<Row extends Location>(collection: Collection, rows: readonly Row[]): readonly Row[] {
  if (!rows.some(({ segment, offset }) => segment.isDeleted(offset))) return rows;
  collection.env.refresh();
  return rows.flatMap((row) => {
    if (!row.segment.isDeleted(row.offset)) return [row];
    const at = locate(collection, row.segment.idAt(row.offset));
    return at === undefined ? [] : [{ ...row, ...at }];
  });
}
