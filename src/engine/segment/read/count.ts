import type { Filter } from '../../../../schemas/filter.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { Segment } from '../segment.ts';
import { atOneMoment } from './moment.ts';
import { countRows, visibleRows } from './visible-rows.ts';

/** How many points match the filter, exactly; all points without one. */
export function count(collection: Collection, filter: Filter | undefined, cancel: Cancellation): number {
  return atOneMoment(collection, () =>
    collection.segments.reduce(
      (sum, segment) =>
        sum +
        (filter === undefined
          ? countAll(segment)
          : countRows(visibleRows(collection, segment, filter, cancel))),
      0,
    ),
  );
}

function countAll(segment: Segment): number {
  for (;;) {
    const snapshot = segment.snapshot();
    const points = snapshot.count - segment.deletedCount;
    if (segment.isCurrent(snapshot)) return points;
  }
}
