import type { Collection } from '../../engine/segment/collection.ts';
import { addSegment, catchUp } from '../../engine/segment/open.ts';
import type { SegmentHandle } from '../../engine/segment/segment-handle.ts';
import { WriteTransaction } from '../../engine/segment/write/transaction.ts';
import type { BackgroundTasks, UpdateBatchResult, UpdateRequest } from '../../protocol/background-tasks.ts';
import type { DataReply } from '../../protocol/tasks.ts';
import { toWireError } from '../../protocol/wire-error.ts';
import { ERROR_KINDS } from '../../shared/errors.ts';
import { closeEnvelope, errorEnvelope, openEnvelope } from '../../shared/json/envelope.ts';
import type { NumberKernel } from '../../shared/json/reader.ts';
import type { OpenCollections } from '../open-collections.ts';
import { parseBody } from '../task.ts';
import { type Application, PREPARE } from './prepare-update.ts';

type Prepared = { readonly apply: Application } | { readonly refusal: DataReply };

/** Applies the updates of one collection in order, in one transaction with one fsync; each gets its own reply. */
export function updateBatch(
  { handle, sizing, requests }: Parameters<BackgroundTasks['update']>[0],
  collections: OpenCollections,
  numbers: NumberKernel,
): UpdateBatchResult {
  const startMs = performance.now();
  collections.learn(handle);
  const collection = collections.get(handle.id);
  const attach = (segment: SegmentHandle) => collections.attachSegment(segment, collection.vectors);
  const prepared = requests.map((request) => prepare(collection, request, numbers));
  const newSegments: SegmentHandle[] = [];
  const openSegment = () => {
    const id = (collection.segments.at(-1)?.id ?? 0) + newSegments.length + 1;
    const opened = addSegment(collection.env, id, collection.vectors, sizing);
    newSegments.push(opened);
    return attach(opened);
  };
  collection.env.refresh();
  const { transaction, replies } = collection.env.write(() => {
    newSegments.push(...catchUp(collection, { sizing, attach }));
    const segments = [...collection.segments, ...newSegments.map(attach)];
    const running = new WriteTransaction({ ...collection, segments }, openSegment);
    const written = prepared.map((outcome, i) =>
      'refusal' in outcome ? outcome.refusal : apply(running, outcome.apply, requests[i]!, startMs),
    );
    running.finish();
    return { transaction: running, replies: written };
  });
  transaction.publish();
  return { replies, newSegments };
}

function prepare(collection: Collection, request: UpdateRequest, numbers: NumberKernel): Prepared {
  const startMs = performance.now();
  try {
    return { apply: PREPARE[request.task](collection, parseBody({ body: request.body, numbers })) };
  } catch (thrown) {
    return { refusal: refusal(thrown, startMs) };
  }
}

function apply(
  transaction: WriteTransaction,
  application: Application,
  { args }: UpdateRequest,
  startMs: number,
): DataReply {
  const seq = transaction.nextSeq();
  const isWaiting = args.wait === true;
  try {
    application(transaction);
  } catch (thrown) {
    const refused = refusal(thrown, startMs);
    // Who does not wait is told that the update is logged, which it is.
    if (isWaiting) return refused;
  }
  return updateReply(seq, isWaiting, startMs);
}

/** The reply for what the client did wrong. A fault of ours fails the whole batch, and with it reaches the log. */
function refusal(thrown: unknown, startMs: number): DataReply {
  const error = toWireError(thrown);
  const { httpStatus, blame } = ERROR_KINDS[error.code];
  if (blame === 'service') throw thrown;
  const isBeforeWork = error.code === 'NEARIFY_FORMAT' || error.code === 'NEARIFY_VALIDATION';
  return { status: httpStatus, body: errorEnvelope(error.message, isBeforeWork ? undefined : startMs) };
}

function updateReply(seq: number, wait: boolean, startMs: number): DataReply {
  const writer = openEnvelope();
  writer.text(`{"operation_id":${seq},"status":"${wait ? 'completed' : 'acknowledged'}"}`);
  return { status: 200, body: closeEnvelope(writer, startMs) };
}
