import type { DataReply, DataRequest } from '../protocol/tasks.ts';
import { ServiceError } from '../shared/errors.ts';
import { closeEnvelope, openEnvelope } from '../shared/json/envelope.ts';

/**
 * The reply of an update, or what a client that waits is told when its time is up: the change still happens. With a
 * timeout of its own it gets the status `wait_timeout`, else an error after `defaultMs`.
 * @throws NEARIFY_TIMEOUT
 */
export async function withDeadline(
  reply: Promise<DataReply>,
  { args, timeoutMs }: DataRequest,
  defaultMs: number,
): Promise<DataReply> {
  if (args.wait !== true) return reply;
  const startMs = performance.now();
  const deadline = Promise.withResolvers<DataReply>();
  const timer = setTimeout(() => {
    if (timeoutMs !== undefined) deadline.resolve(waitTimeout(startMs));
    else deadline.reject(tooLate(defaultMs));
  }, timeoutMs ?? defaultMs);
  try {
    return await Promise.race([reply, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function waitTimeout(startMs: number): DataReply {
  const writer = openEnvelope();
  writer.text('{"status":"wait_timeout"}');
  return { status: 200, body: closeEnvelope(writer, startMs) };
}

function tooLate(defaultMs: number): ServiceError {
  const seconds = Math.round(defaultMs / 1000);
  return new ServiceError('NEARIFY_TIMEOUT', `Timeout error: Operation 'Update' timed out after ${seconds}s`);
}
