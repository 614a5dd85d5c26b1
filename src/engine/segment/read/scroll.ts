import type { Filter } from '../../../../schemas/filter.ts';
import { comparePointIds, decodePointId, encodePointId, type PointId } from '../../../shared/ids.ts';
import { endOfPrefix, payloadKey, pointIdKey, PREFIX } from '../../../storage/keys.ts';
import { compileFilter } from '../../payload/filter/compile.ts';
import { type Bits, countBits, forEachBit, hasBit } from '../../payload/filter/truth.ts';
import type { Cancellation } from '../cancellation.ts';
import { type Collection, decodeLocation, locate, type Location } from '../collection.ts';
import type { Segment } from '../segment.ts';
import { RowPoint } from './row-point.ts';

export interface ScrolledPoint {
  readonly at: Location;
  readonly payload: Buffer;
}

export interface ScrollPage {
  readonly points: readonly ScrolledPoint[];
  /** The first id that was not returned, or undefined at the end. */
  readonly next: PointId | undefined;
}

const POINTS_BETWEEN_CHECKS = 256;
const NOTHING: ReadonlySet<PointId> = new Set();
/** Share of points above which sorting their ids costs more than walking through all. */
const SORTED_SHARE_MAX = 0.25;

/** Points in the order of their ids, from `from` (inclusive) on, at most `limit` that match the filter. */
export function scroll(
  collection: Collection,
  options: {
    readonly from?: PointId | undefined;
    readonly limit: number;
    readonly filter?: Filter | undefined;
    readonly excluded?: ReadonlySet<PointId>;
  },
  cancel: Cancellation,
): ScrollPage {
  const { limit, filter, excluded = NOTHING } = options;
  const matches = rowMatcher(collection, filter);
  const points: ScrolledPoint[] = [];
  let visited = 0;
  for (const { id, at } of candidates(collection, options)) {
    if (visited++ % POINTS_BETWEEN_CHECKS === 0) cancel.check();
    if (excluded.has(id)) continue;
    const payload = collection.env.get(payloadKey(at.segment.id, at.offset));
    if (payload === undefined || !matches(at, payload)) continue;
    if (points.length === limit) return { points, next: id };
    points.push({ at, payload });
  }
  return { points, next: undefined };
}

interface Candidate {
  readonly id: PointId;
  readonly at: Location;
}

/** Points that may match, in the order of their ids: all but those that indexes rule out. */
function candidates(
  collection: Collection,
  { from, limit, filter }: { from?: PointId | undefined; limit: number; filter?: Filter | undefined },
): Iterable<Candidate> {
  if (filter === undefined) return pointsById(collection, from, () => true);
  const possible = new Map(
    collection.segments.map((segment) => [segment, collection.filterCache.possible(segment, filter)]),
  );
  let count = 0;
  let total = 0;
  for (const { rows, bits } of possible.values()) {
    count += countBits(bits, 0);
    total += rows;
  }
  // As many points are passed on the way to a page as it takes to find so many that match; ids come sorted then.
  const isRare = count < total * SORTED_SHARE_MAX;
  if (isRare && count * count < (limit + 1) * total) return sortedPoints(collection, possible, from);
  return pointsById(collection, from, ({ segment, offset }) => {
    const known = possible.get(segment);
    // Nothing is known of rows that came since.
    return known === undefined || offset >= known.rows || hasBit(known.bits, offset);
  });
}

/** Walks through the points by their ids. */
function* pointsById(
  collection: Collection,
  from: PointId | undefined,
  isWanted: (at: Location) => boolean,
): Iterable<Candidate> {
  const all = Buffer.of(PREFIX.pointId);
  const start = from === undefined ? all : pointIdKey(encodePointId(from));
  for (const { key, value } of collection.env.range(start, endOfPrefix(all))) {
    const at = decodeLocation(collection, value);
    if (at !== undefined && isWanted(at)) yield { id: decodePointId(key.subarray(1)), at };
  }
}

/** Sorts the points of some rows by their ids; where a point has another row by now, that one counts. */
function* sortedPoints(
  collection: Collection,
  rows: ReadonlyMap<Segment, { readonly bits: Bits }>,
  from: PointId | undefined,
): Iterable<Candidate> {
  const ids = new Set<PointId>();
  for (const [segment, { bits }] of rows) {
    forEachBit(bits, 0, (offset) => {
      const id = segment.idAt(offset);
      if (from === undefined || comparePointIds(id, from) >= 0) ids.add(id);
    });
  }
  for (const id of [...ids].toSorted(comparePointIds)) {
    const at = locate(collection, id);
    if (at !== undefined) yield { id, at };
  }
}

function rowMatcher(
  { indexes }: Collection,
  filter: Filter | undefined,
): (at: Location, payload: Buffer) => boolean {
  if (filter === undefined) return () => true;
  const predicate = compileFilter(filter, indexes.context);
  const points = new Map<Segment, RowPoint>();
  return ({ segment, offset }, payload) => {
    const point = points.get(segment) ?? new RowPoint(segment);
    points.set(segment, point);
    point.moveTo(offset, payload);
    return predicate(point);
  };
}
