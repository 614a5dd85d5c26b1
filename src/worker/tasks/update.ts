import type { Collection } from '../../engine/segment/collection.ts';
import type { WriteTransaction } from '../../engine/segment/write/transaction.ts';
import type { BackgroundTasks, UpdateBatchResult, UpdateRequest } from '../../protocol/background-tasks.ts';
import type { DataReply } from '../../protocol/tasks.ts';
import { toWireError } from '../../protocol/wire-error.ts';
import { ERROR_KINDS } from '../../shared/errors.ts';
import { closeEnvelope, errorEnvelope, openEnvelope } from '../../shared/json/envelope.ts';
import type { NumberKernel } from '../../shared/json/reader.ts';
import type { OpenCollections } from '../open-collections.ts';
import { parseUpdateBody } from '../task.ts';
import { type Application, prepareUpdate } from './prepare-update.ts';
import { transact } from './transact.ts';

/** A batch has several steps, each an operation with a number of its own. */
type Prepared = { readonly steps: readonly Application[] } | { readonly refusal: DataReply };

/** Applies the updates of one collection in order, in one transaction with one fsync; each gets its own reply. */
export function updateBatch(
  { handle, sizing, requests }: Parameters<BackgroundTasks['update']>[0],
  collections: OpenCollections,
  numbers: NumberKernel,
): UpdateBatchResult {
  const startMs = performance.now();
  const collection = collections.latest(handle);
  const prepared = requests.map((request) => prepare(collection, request, numbers));
  const { result: replies, changes } = transact({ handle, sizing }, collections, (transaction) =>
    prepared.map((outcome, i) =>
      'refusal' in outcome ? outcome.refusal : apply(transaction, outcome.steps, requests[i]!, startMs),
    ),
  );
  return { replies, ...changes };
}

function prepare(collection: Collection, request: UpdateRequest, numbers: NumberKernel): Prepared {
  const startMs = performance.now();
  try {
    const parse = () => parseUpdateBody({ body: request.body, numbers });
    return { steps: prepareUpdate(request, collection, parse) };
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
