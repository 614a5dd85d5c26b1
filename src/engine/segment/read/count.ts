import type { Filter } from '../../../../schemas/filter.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { Segment } from '../segment.ts';
import { countRows, visibleRows } from './visible-rows.ts';

/** More tries than slices of a vacuum can spoil. */
const TRIES_MAX = 16;

/**
 * How many points match the filter, exactly; all points without one. Segments are counted one after the other: if points
 * moved from one to another meanwhile, they are counted again.
 */
export function count(collection: Collection, filter: Filter | undefined, cancel: Cancellation): number {
  const { segments } = collection;
  for (let attempt = 1; ; attempt++) {
    const before = segments.map((segment) => segment.snapshot());
    const sum = segments.reduce(
      (points, segment) => points + countSegment(collection, segment, filter, cancel),
      0,
    );
    const isOneMoment = segments.every((segment, i) => segment.isCurrent(before[i]!));
    if (isOneMoment || segments.length === 1 || attempt === TRIES_MAX) return sum;
  }
}

function countSegment(
  collection: Collection,
  segment: Segment,
  filter: Filter | undefined,
  cancel: Cancellation,
): number {
  if (filter === undefined) return countAll(segment);
  return countRows(visibleRows(collection, segment, filter, cancel));
}

function countAll(segment: Segment): number {
  for (;;) {
    const snapshot = segment.snapshot();
    const points = snapshot.count - segment.deletedCount;
    if (segment.isCurrent(snapshot)) return points;
  }
}
