import type { Cancellation } from '../engine/segment/cancellation.ts';
import type { Collection } from '../engine/segment/collection.ts';
import type { TaskArguments } from '../protocol/tasks.ts';
import { JsonSyntaxError, type NumberKernel, readJson } from '../shared/json/reader.ts';
import { formatError } from '../shared/errors.ts';
import type { JsonWriter } from '../shared/json/writer.ts';
import { refuseShardKeyOfRead, refuseShardKeyOfUpdate } from './shard-key.ts';

/** What a read task works with. */
export interface ReadContext {
  readonly collection: Collection;
  /** Another collection by its name. */
  readonly find: (name: string) => Collection | undefined;
  readonly args: TaskArguments;
  readonly body: Uint8Array;
  readonly cancel: Cancellation;
  readonly numbers: NumberKernel;
  /** Stands behind `"result":`; the task writes the result. */
  readonly writer: JsonWriter;
}

/** A read: writes its result or throws a ServiceError. */
export type ReadTaskHandler = (context: ReadContext) => void;

interface RequestBytes {
  readonly body: Uint8Array;
  readonly numbers: NumberKernel;
}

/** Parses the body of a read. @throws NEARIFY_FORMAT with the place of a syntax error, NEARIFY_BAD_REQUEST for a shard key */
export function parseBody(request: RequestBytes): unknown {
  const parsed = parse(request);
  refuseShardKeyOfRead(parsed);
  return parsed;
}

/** Parses the body of an update. @throws NEARIFY_FORMAT, NEARIFY_WRONG_INPUT for a shard key */
export function parseUpdateBody(request: RequestBytes): unknown {
  const parsed = parse(request);
  refuseShardKeyOfUpdate(parsed);
  return parsed;
}

function parse({ body, numbers }: RequestBytes): unknown {
  try {
    return readJson(body, { numbers });
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw formatError('JSON body', error.message);
  }
}
