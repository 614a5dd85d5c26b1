import { hasIndexWork, readIndexState } from '../../engine/payload/fields/index-state.ts';
import { PayloadIndexes } from '../../engine/payload/fields/payload-indexes.ts';
import type { Collection } from '../../engine/segment/collection.ts';
import { loadIndexes } from '../../engine/segment/load-indexes.ts';
import { addSegment, catchUp } from '../../engine/segment/open.ts';
import type { SegmentHandle } from '../../engine/segment/segment-handle.ts';
import { WriteTransaction } from '../../engine/segment/write/transaction.ts';
import type { CollectionChanges, SegmentSizing } from '../../protocol/background-tasks.ts';
import type { CollectionHandle } from '../../protocol/shared-handles.ts';
import type { OpenCollections } from '../open-collections.ts';

/** Runs `body` in a write transaction over a collection, and shows what it did once that is on disk. */
export function transact<T>(
  { handle, sizing }: { readonly handle: CollectionHandle; readonly sizing: SegmentSizing },
  collections: OpenCollections,
  body: (transaction: WriteTransaction) => T,
): { result: T; changes: CollectionChanges } {
  const collection = collections.latest(handle);
  const { env } = collection;
  const newSegments: SegmentHandle[] = [];
  const attach = (segment: SegmentHandle) => collections.attachSegment(segment, collection);
  const openSegment = () => {
    const id = (collection.segments.at(-1)?.id ?? 0) + newSegments.length + 1;
    const opened = addSegment(env, id, collection.vectors, sizing);
    newSegments.push(opened);
    return attach(opened);
  };
  env.refresh();
  const { transaction, result, hasWork, isCaughtUp } = writeOrForget(collection, () => {
    const missing = catchUp(collection, { sizing, attach });
    newSegments.push(...(missing ?? []));
    const segments = [...collection.segments, ...newSegments.map(attach)];
    const indexes = missing === undefined ? collection.indexes : reloadIndexes(collection, segments);
    const running = new WriteTransaction({ ...collection, segments, indexes }, openSegment);
    const done = body(running);
    running.finish();
    return {
      transaction: running,
      result: done,
      hasWork: hasIndexWork(readIndexState(env)),
      isCaughtUp: missing !== undefined,
    };
  });
  transaction.publish();
  const { handles, isChanged } = transaction.indexes;
  const indexes = isChanged || isCaughtUp ? { indexes: handles } : {};
  return { result, changes: { newSegments, hasIndexWork: hasWork, ...indexes } };
}

/** As `env.write`; after a rollback this thread must not take its own rows for those that another writes in their place. */
function writeOrForget<T>({ env, segments }: Collection, body: () => T): T {
  try {
    return env.write(body);
  } catch (error) {
    for (const segment of segments) segment.forgetPending();
    throw error;
  }
}

/** Memory may lack what the last writer stored. */
function reloadIndexes(
  { env, indexes: { module, threadIndex } }: Collection,
  segments: Collection['segments'],
): PayloadIndexes {
  return PayloadIndexes.attach(loadIndexes(env, segments, module), { env, module, threadIndex });
}
