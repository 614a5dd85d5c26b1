import type { Cancellation } from '../engine/segment/cancellation.ts';
import type { Collection } from '../engine/segment/collection.ts';
import type { TaskArguments } from '../protocol/tasks.ts';
import { JsonSyntaxError, type NumberKernel, readJson } from '../shared/json/reader.ts';
import { formatError } from '../shared/errors.ts';
import type { JsonWriter } from '../shared/json/writer.ts';

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

/** Parses a body. @throws NEARIFY_FORMAT with the place of a syntax error */
export function parseBody({ body, numbers }: { body: Uint8Array; numbers: NumberKernel }): unknown {
  try {
    return readJson(body, { numbers });
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw formatError('JSON body', error.message);
  }
}
