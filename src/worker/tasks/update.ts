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
import { parseUpdateBody } from '../task.ts';
import { type Application, prepareUpdate } from './prepare-update.ts';

/** A batch has several steps, each an operation with a number of its own. */
type Prepared = { readonly steps: readonly Application[] } | { readonly refusal: DataReply };

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
      'refusal' in outcome ? outcome.refusal : apply(running, outcome.steps, requests[i]!, startMs),
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
    const body = parseUpdateBody({ body: request.body, numbers });
    return { steps: prepareUpdate(request.task, collection, body) };
  } catch (thrown) {
    return { refusal: refusal(thrown, startMs) };
  }
}

function apply(
  transaction: WriteTransaction,
  steps: readonly Application[],
  { task, args }: UpdateRequest,
  startMs: number,
): DataReply {
  const isWaiting = args.wait === true;
  const results: string[] = [];
  for (const step of steps) {
    const seq = transaction.nextSeq();
    try {
      step(transaction);
    } catch (thrown) {
      const refused = refusal(thrown, startMs);
      // Who does not wait is told that the update is logged, which it is.
      if (isWaiting) return refused;
    }
    results.push(`{"operation_id":${seq},"status":"${isWaiting ? 'completed' : 'acknowledged'}"}`);
  }
  const writer = openEnvelope();
  writer.text(task === 'batch_update' ? `[${results.join(',')}]` : results[0]!);
  return { status: 200, body: closeEnvelope(writer, startMs) };
}

/** The reply for what the client did wrong. A fault of ours fails the whole batch, and with it reaches the log. */
function refusal(thrown: unknown, startMs: number): DataReply {
  const error = toWireError(thrown);
  const { httpStatus, blame } = ERROR_KINDS[error.code];
  if (blame === 'service') throw thrown;
  const isBeforeWork = error.code === 'NEARIFY_FORMAT' || error.code === 'NEARIFY_VALIDATION';
  return { status: httpStatus, body: errorEnvelope(error.message, isBeforeWork ? undefined : startMs) };
}
