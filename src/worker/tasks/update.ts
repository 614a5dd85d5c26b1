import { PointInsertOperations, PointsSelector } from '../../../schemas/points.ts';
import { NEVER_CANCELLED } from '../../engine/segment/cancellation.ts';
import type { Collection } from '../../engine/segment/collection.ts';
import { addSegment } from '../../engine/segment/open.ts';
import type { SegmentHandle } from '../../engine/segment/segment-handle.ts';
import { applyDelete, checkDelete } from '../../engine/segment/write/delete.ts';
import { WriteTransaction } from '../../engine/segment/write/transaction.ts';
import { applyUpsert, prepareUpsert } from '../../engine/segment/write/upsert.ts';
import type { BackgroundTasks, UpdateBatchResult, UpdateRequest } from '../../protocol/background-tasks.ts';
import type { DataReply, UpdateTask } from '../../protocol/tasks.ts';
import { toWireError } from '../../protocol/wire-error.ts';
import { ERROR_KINDS } from '../../shared/errors.ts';
import { closeEnvelope, errorEnvelope, openEnvelope } from '../../shared/json/envelope.ts';
import type { NumberKernel } from '../../shared/json/reader.ts';
import { compileValidator } from '../../shared/validation.ts';
import type { OpenCollections } from '../open-collections.ts';
import { parseBody } from '../task.ts';

/** Changes the collection within a transaction; everything that the request can be blamed for was checked before. */
type Application = (transaction: WriteTransaction) => void;

const validateUpsert = compileValidator(PointInsertOperations, { part: 'JSON body' });
const validateSelector = compileValidator(PointsSelector, { part: 'JSON body' });

/** Parses and checks a request against its collection; changes nothing. */
const PREPARE: Record<UpdateTask, (collection: Collection, body: unknown) => Application> = {
  upsert: (collection, body) => {
    const prepared = prepareUpsert(collection, validateUpsert(body));
    return (transaction) => applyUpsert(transaction, prepared);
  },
  delete_points: (_, body) => {
    const selector = validateSelector(body);
    checkDelete(selector);
    return (transaction) => applyDelete(transaction, selector, NEVER_CANCELLED);
  },
};

/** Applies the updates of one collection in order, in one transaction with one fsync; each gets its own reply. */
export function updateBatch(
  { handle, sizing, requests }: Parameters<BackgroundTasks['update']>[0],
  collections: OpenCollections,
  numbers: NumberKernel,
): UpdateBatchResult {
  const startMs = performance.now();
  collections.learn(handle);
  const collection = collections.get(handle.id);
  const prepared = requests.map((request) => prepare(collection, request, numbers));
  const newSegments: SegmentHandle[] = [];
  const openSegment = () => {
    const id = (collection.segments.at(-1)?.id ?? 0) + newSegments.length + 1;
    const opened = addSegment(collection.env, id, collection.vectors, sizing);
    newSegments.push(opened);
    return collections.attachSegment(opened, collection.vectors);
  };
  collection.env.refresh();
  const { transaction, seqs } = collection.env.write(() => {
    const running = new WriteTransaction(collection, openSegment);
    const numbersGiven = prepared.map((apply) => {
      if ('error' in apply) return 0;
      const seq = running.nextSeq();
      apply.ok(running);
      return seq;
    });
    running.finish();
    return { transaction: running, seqs: numbersGiven };
  });
  transaction.publish();
  const replies = prepared.map((outcome, i) =>
    'error' in outcome ? outcome.error : updateReply(seqs[i]!, requests[i]!.args.wait === true, startMs),
  );
  return { replies, newSegments };
}

function prepare(
  collection: Collection,
  request: UpdateRequest,
  numbers: NumberKernel,
): { ok: Application } | { error: DataReply } {
  const startMs = performance.now();
  try {
    return { ok: PREPARE[request.task](collection, parseBody({ body: request.body, numbers })) };
  } catch (thrown) {
    const error = toWireError(thrown);
    const { httpStatus, blame } = ERROR_KINDS[error.code];
    // A fault of ours fails the whole batch, and with it reaches the log.
    if (blame === 'service') throw thrown;
    const isBeforeWork = error.code === 'NEARIFY_FORMAT' || error.code === 'NEARIFY_VALIDATION';
    return {
      error: { status: httpStatus, body: errorEnvelope(error.message, isBeforeWork ? undefined : startMs) },
    };
  }
}

function updateReply(seq: number, wait: boolean, startMs: number): DataReply {
  const writer = openEnvelope();
  writer.text(`{"operation_id":${seq},"status":"${wait ? 'completed' : 'acknowledged'}"}`);
  return { status: 200, body: closeEnvelope(writer, startMs) };
}
