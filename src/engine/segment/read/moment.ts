/** Reads that see a collection as it was at one moment, while a writer goes on. */
import { META, metaKey } from '../../../storage/keys.ts';
import type { Collection } from '../collection.ts';
import type { Segment, Snapshot } from '../segment.ts';

/** More tries than slices of a vacuum can spoil. */
const TRIES_MAX = 16;

/**
 * Copies a segment's tombstones by `copy` and fixes what reads of the collection's environment see until its next refresh,
 * both of the moment of the snapshot that is returned. `copy` gets the rows that there are; it may be called again.
 */
export function freezeRows({ env }: Collection, segment: Segment, copy: (rows: number) => void): Snapshot {
  for (;;) {
    const snapshot = segment.snapshot();
    copy(snapshot.count);
    env.refresh();
    // The first read after a refresh fixes the state that is seen; a later look at the snapshot says if it fits.
    env.get(metaKey(META.seq));
    if (segment.isCurrent(snapshot)) return snapshot;
  }
}

/**
 * What `read` returns, which looks at one segment after the other: it is called again if a row was hidden meanwhile, as
 * its point may have moved from one segment to another and be met twice.
 */
export function atOneMoment<T>({ segments }: Collection, read: () => T): T {
  for (let attempt = 1; ; attempt++) {
    const before = segments.map((segment) => segment.snapshot());
    const result = read();
    const isOneMoment = segments.every((segment, i) => segment.isCurrent(before[i]!));
    if (isOneMoment || segments.length === 1 || attempt === TRIES_MAX) return result;
  }
}
