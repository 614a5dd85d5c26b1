import { removeCheckpoints } from '../../engine/segment/checkpoint.ts';
import type { Collection } from '../../engine/segment/collection.ts';
import { addSegment, removeSegment } from '../../engine/segment/open.ts';
import type { Segment } from '../../engine/segment/segment.ts';
import type { SegmentHandle } from '../../engine/segment/segment-handle.ts';
import { moveRows } from '../../engine/segment/write/move.ts';
import { WriteTransaction } from '../../engine/segment/write/transaction.ts';
import type { BackgroundTasks, SegmentSizing } from '../../protocol/background-tasks.ts';
import { assert } from '../../shared/assert.ts';
import type { OpenCollections } from '../open-collections.ts';

/** Opens an empty segment behind the last one. */
export function openSegment(
  { handle, sizing }: Parameters<BackgroundTasks['open_segment']>[0],
  collections: OpenCollections,
): SegmentHandle {
  const collection = learned(handle, collections);
  return collection.env.write(() => nextSegment(collection, sizing, 1));
}

/** Moves rows out of a segment for about `msMax`. */
export function moveSegmentRows(
  { handle, sizing, segmentId, from, msMax }: Parameters<BackgroundTasks['move_rows']>[0],
  collections: OpenCollections,
): ReturnType<BackgroundTasks['move_rows']> {
  const collection = learned(handle, collections);
  const newSegments: SegmentHandle[] = [];
  collection.env.refresh();
  const { transaction, next } = collection.env.write(() => {
    const running = new WriteTransaction(collection, () => {
      const opened = nextSegment(collection, sizing, newSegments.length + 1);
      newSegments.push(opened);
      return collections.attachSegment(opened, collection.vectors);
    });
    const goOn = moveRows(running, segmentOf(collection, segmentId), from, msMax);
    running.finish();
    return { transaction: running, next: goOn };
  });
  transaction.publish();
  return { next, newSegments };
}

/** Removes a segment that has no living row any more. */
export function dropSegment(
  { handle, segmentId }: Parameters<BackgroundTasks['drop_segment']>[0],
  collections: OpenCollections,
): void {
  const { env, ...collection } = learned(handle, collections);
  const segment = segmentOf(collection, segmentId);
  assert(segment.count === segment.deletedCount, 'a segment that is dropped has no living row');
  env.write(() => removeSegment(env, segmentId));
  removeCheckpoints(env.path, segment);
}

function learned(handle: Parameters<OpenCollections['learn']>[0], collections: OpenCollections): Collection {
  collections.learn(handle);
  return collections.get(handle.id);
}

function nextSegment(
  { env, segments, vectors }: Collection,
  sizing: SegmentSizing,
  step: number,
): SegmentHandle {
  return addSegment(env, (segments.at(-1)?.id ?? 0) + step, vectors, sizing);
}

function segmentOf({ segments }: Pick<Collection, 'segments'>, segmentId: number): Segment {
  const segment = segments.find(({ id }) => id === segmentId);
  assert(segment !== undefined, `segment ${segmentId} exists`);
  return segment;
}
