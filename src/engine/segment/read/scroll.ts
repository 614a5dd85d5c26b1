import type { Filter } from '../../../../schemas/filter.ts';
import { decodePointId, encodePointId, type PointId } from '../../../shared/ids.ts';
import { endOfPrefix, payloadKey, pointIdKey, PREFIX } from '../../../storage/keys.ts';
import { compileFilter } from '../../payload/filter/compile.ts';
import type { Cancellation } from '../cancellation.ts';
import { type Collection, decodeLocation, type Location } from '../collection.ts';
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
  const all = Buffer.of(PREFIX.pointId);
  const start = options.from === undefined ? all : pointIdKey(encodePointId(options.from));
  const { excluded = NOTHING } = options;
  const matches = rowMatcher(collection, options.filter);
  const points: ScrolledPoint[] = [];
  let visited = 0;
  for (const { key, value } of collection.env.range(start, endOfPrefix(all))) {
    if (visited++ % POINTS_BETWEEN_CHECKS === 0) cancel.check();
    const at = decodeLocation(collection, value);
    const payload = at && collection.env.get(payloadKey(at.segment.id, at.offset));
    if (at === undefined || payload === undefined || !matches(at, payload)) continue;
    if (excluded.size > 0 && excluded.has(decodePointId(key.subarray(1)))) continue;
    if (points.length === options.limit) return { points, next: decodePointId(key.subarray(1)) };
    points.push({ at, payload });
  }
  return { points, next: undefined };
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
