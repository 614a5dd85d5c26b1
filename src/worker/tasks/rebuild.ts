import { removeCheckpoints } from '../../engine/segment/checkpoint.ts';
import type { Collection } from '../../engine/segment/collection.ts';
import { addSegment, removeSegment } from '../../engine/segment/open.ts';
import type { Segment } from '../../engine/segment/segment.ts';
import type { SegmentHandle } from '../../engine/segment/segment-handle.ts';
import { moveRows } from '../../engine/segment/write/move.ts';
import type { BackgroundTasks } from '../../protocol/background-tasks.ts';
import { assert } from '../../shared/assert.ts';
import type { OpenCollections } from '../open-collections.ts';
import { transact } from './transact.ts';

/** Opens an empty segment behind the last one. */
export function openSegment(
  { handle, sizing }: Parameters<BackgroundTasks['open_segment']>[0],
  collections: OpenCollections,
): SegmentHandle {
  const collection = collections.latest(handle);
  const { env, segments, vectors } = collection;
  return env.write(() => addSegment(env, (segments.at(-1)?.id ?? 0) + 1, vectors, sizing));
}

/** Moves rows out of a segment for about `msMax`. */
export function moveSegmentRows(
  { handle, sizing, segmentId, from, msMax }: Parameters<BackgroundTasks['move_rows']>[0],
  collections: OpenCollections,
): ReturnType<BackgroundTasks['move_rows']> {
  const { result, changes } = transact({ handle, sizing }, collections, (transaction) =>
    moveRows(transaction, segmentOf(transaction, segmentId), from, msMax),
  );
  return { next: result, changes };
}

/** Removes a segment that has no living row any more. */
export function dropSegment(
  { handle, segmentId }: Parameters<BackgroundTasks['drop_segment']>[0],
  collections: OpenCollections,
): void {
  const { env, ...collection } = collections.latest(handle);
  const segment = segmentOf(collection, segmentId);
  assert(segment.count === segment.deletedCount, 'a segment that is dropped has no living row');
  env.write(() => removeSegment(env, segmentId));
  removeCheckpoints(env.path, segment);
}

function segmentOf({ segments }: Pick<Collection, 'segments'>, segmentId: number): Segment {
  const segment = segments.find(({ id }) => id === segmentId);
  assert(segment !== undefined, `segment ${segmentId} exists`);
  return segment;
}
