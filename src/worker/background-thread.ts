/** Entry of a background thread: piscina calls one of the exported tasks by its name. */
import { threadId, workerData } from 'node:worker_threads';
import { checkpointStep, FIRST_STEP } from '../engine/segment/checkpoint.ts';
import { linkCollection, mendGraphs } from '../engine/segment/link.ts';
import { configureCollection } from '../engine/segment/open.ts';
import { buildIndexes } from '../engine/segment/write/build-indexes.ts';
import type { WriteTransaction } from '../engine/segment/write/transaction.ts';
import { loadThreadKernels } from '../engine/thread-kernels.ts';
import type { BackgroundTask, BackgroundTasks } from '../protocol/background-tasks.ts';
import { type Outcome, toWireError } from '../protocol/wire-error.ts';
import { assert } from '../shared/assert.ts';
import { sharedGarbage } from '../shared/shared-garbage.ts';
import type { NumberKernel } from '../shared/json/reader.ts';
import { OpenCollections } from './open-collections.ts';
import { changeVectors } from './tasks/change-vectors.ts';
import { lowerThreadPriority, pause } from './thread-priority.ts';
import { dropSegment, moveSegmentRows, openSegment } from './tasks/rebuild.ts';
import { closeStorage, createCollection, dropCollection, openStorage } from './tasks/storage.ts';
import { transact } from './tasks/transact.ts';
import { updateBatch } from './tasks/update.ts';

lowerThreadPriority();
const { claims, drops, firstThreadIndex } = workerData as {
  claims: SharedArrayBuffer;
  drops: Int32Array;
  firstThreadIndex: number;
};
const kernels = loadThreadKernels();
const collections = new OpenCollections(
  kernels.segmentModule,
  firstThreadIndex + claimIndex(new Int32Array(claims)),
);

function claimIndex(words: Int32Array): number {
  const index = words.findIndex((_, i) => Atomics.compareExchange(words, i, 0, threadId) === 0);
  assert(index >= 0, 'there is a scratch area for each background thread');
  return index;
}

/** Parses as `numbers` does, with pauses between vectors. */
function pausing(numbers: NumberKernel): NumberKernel {
  return {
    begin: (bytes) => numbers.begin(bytes),
    read: (position) => {
      pause();
      return numbers.read(position);
    },
    get end() {
      return numbers.end;
    },
  };
}

let dropsSeen = 0;
let droppedKib = 0;

/** Any thread may have worked on a collection, and only one is asked to drop it. */
async function forgetDropped(): Promise<void> {
  const count = Atomics.load(drops, 0);
  if (count === dropsSeen) return;
  dropsSeen = count;
  const kib = Atomics.load(drops, 1);
  // The sum may have wrapped.
  sharedGarbage.add(((kib - droppedKib) | 0) * 1024);
  droppedKib = kib;
  await collections.forgetRemoved();
}

/** Errors travel as data: thrown ones would lose their class and code. */
function task<T extends BackgroundTask>(
  run: (
    input: Parameters<BackgroundTasks[T]>[0],
  ) => ReturnType<BackgroundTasks[T]> | Promise<ReturnType<BackgroundTasks[T]>>,
) {
  return async (
    input: Parameters<BackgroundTasks[T]>[0],
  ): Promise<Outcome<ReturnType<BackgroundTasks[T]>>> => {
    try {
      await forgetDropped();
      await collections.closeUnused();
      sharedGarbage.collectNow();
      return { ok: await run(input) };
    } catch (error) {
      return { error: toWireError(error) };
    }
  };
}

export const open_storage = task<'open_storage'>((input) => openStorage(input, kernels.segmentModule));
export const create_collection = task<'create_collection'>(createCollection);
export const configure = task<'configure'>(({ handle, params }) => {
  const { env } = collections.latest(handle);
  return configureCollection({ env, segments: handle.segments }, params);
});
export const change_vectors = task<'change_vectors'>((input) => changeVectors(input, collections));
export const drop_collection = task<'drop_collection'>(async (input) => {
  if (input.id !== undefined) await collections.forget(input.id);
  await dropCollection(input);
});
export const forget_dropped = task<'forget_dropped'>(() => {});
export const update = task<'update'>((input) => {
  const numbers = input.isSharingCores ? pausing(kernels.numbers) : kernels.numbers;
  return updateBatch(input, collections, numbers);
});
export const open_segment = task<'open_segment'>((input) => openSegment(input, collections));
export const move_rows = task<'move_rows'>((input) => moveSegmentRows(input, collections));
export const drop_segment = task<'drop_segment'>((input) => dropSegment(input, collections));
export const build_indexes = task<'build_indexes'>((input) => {
  const work = (transaction: WriteTransaction) => buildIndexes(transaction, input.msMax);
  return transact(input, collections, work).changes;
});
export const link = task<'link'>(({ handle, msMax, isSharingCores }) =>
  linkCollection(collections.latest(handle), { msMax, pause: isSharingCores ? pause : undefined }),
);
export const mend_graphs = task<'mend_graphs'>(({ handle }) => mendGraphs(collections.latest(handle)));
export const checkpoint = task<'checkpoint'>(({ handle, step }) =>
  checkpointStep(collections.latest(handle), step ?? FIRST_STEP),
);
export const close_storage = task<'close_storage'>(closeStorage);
