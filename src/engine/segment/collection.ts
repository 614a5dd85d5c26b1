import type { CreateCollection } from '../../../schemas/collections.ts';
import type { Env } from '../../storage/env.ts';
import { pointIdKey } from '../../storage/keys.ts';
import { encodePointId, type PointId } from '../../shared/ids.ts';
import type { VectorConfig } from '../vectors/vector-config.ts';
import type { PayloadIndexes } from '../payload/fields/payload-indexes.ts';
import type { FilterCache } from './read/filter-cache.ts';
import type { Segment } from './segment.ts';

/** A collection as one thread works on it. */
export interface Collection {
  readonly name: string;
  readonly params: CreateCollection;
  readonly vectors: readonly VectorConfig[];
  readonly env: Env;
  /** Oldest first; new rows go to the last one. */
  readonly segments: readonly Segment[];
  /** Which scratch area of each segment belongs to this thread. */
  readonly threadIndex: number;
  readonly indexes: PayloadIndexes;
  readonly filterCache: FilterCache;
}

/**
 * True if rows were written to a segment that this thread has not been told of yet: points may have moved there, so what it
 * reads may lack them.
 */
export function isBehind({ segments }: Collection): boolean {
  let known = 0;
  let newest = 0;
  for (const { id, newestSegment } of segments) {
    known = Math.max(known, id);
    newest = Math.max(newest, newestSegment);
  }
  return newest > known;
}

/** Where a point lies. */
export interface Location {
  readonly segment: Segment;
  readonly offset: number;
}

/** Bytes of a location in LMDB: segment id and offset, u32 little-endian each. */
export function encodeLocation(segmentId: number, offset: number): Buffer {
  const value = Buffer.allocUnsafe(8);
  value.writeUInt32LE(segmentId, 0);
  value.writeUInt32LE(offset, 4);
  return value;
}

/** The segment and offset of a stored location; undefined if this thread does not know the segment yet. */
export function decodeLocation(collection: Collection, value: Uint8Array): Location | undefined {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const segmentId = view.getUint32(0, true);
  const segment = collection.segments.find(({ id }) => id === segmentId);
  return segment && { segment, offset: view.getUint32(4, true) };
}

/** Finds a point by its id as of the last `env.refresh()`. One LMDB lookup. */
export function locate(collection: Collection, id: PointId): Location | undefined {
  const value = collection.env.get(pointIdKey(encodePointId(id)));
  return value && decodeLocation(collection, value);
}
