import type { Filter } from '../../../../schemas/filter.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { Segment, Snapshot } from '../segment.ts';

/** How many points match the filter, exactly; all points without one. */
export function count(collection: Collection, filter: Filter | undefined, cancel: Cancellation): number {
  return collection.segments.reduce(
    (sum, segment) => sum + countSegment(collection, segment, filter, cancel),
    0,
  );
}

function countSegment(
  collection: Collection,
  segment: Segment,
  filter: Filter | undefined,
  cancel: Cancellation,
): number {
  for (;;) {
    cancel.check();
    const snapshot = segment.snapshot();
    const matches =
      filter === undefined
        ? snapshot.count - segment.deletedCount
        : countMatches(collection, segment, filter, snapshot, cancel);
    if (segment.isCurrent(snapshot)) return matches;
  }
}

function countMatches(
  collection: Collection,
  segment: Segment,
  filter: Filter,
  snapshot: Snapshot,
  cancel: Cancellation,
): number {
  const rows = snapshot.count;
  if (rows === 0) return 0;
  collection.env.refresh();
  const { bits } = collection.filterCache.bitmap(segment, filter, snapshot, cancel);
  const scratch = segment.scratch(collection.threadIndex);
  segment.bytesAt(scratch.filter, bits.length).set(bits);
  segment.kernels.bitmapAndNot(scratch.filter, segment.layout.tombstones, rows);
  return segment.kernels.bitmapCount(scratch.filter, rows);
}
