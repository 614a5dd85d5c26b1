import type { TSchema } from 'typebox';
import { type RequestPart, ServiceError } from '../../src/shared/errors.ts';
import { readJson } from '../../src/shared/json/reader.ts';
import { coerceParameters, compileValidator } from '../../src/shared/validation.ts';

function judge(schema: TSchema, part: RequestPart, value: unknown): string {
  try {
    compileValidator(schema, { part })(value);
    return 'accepted';
  } catch (error) {
    if (error instanceof ServiceError) return `${error.httpStatus} ${error.message}`;
    throw error;
  }
}

/** What becomes of a JSON body: `accepted`, or the status and the message of its refusal. */
export function bodyVerdict(schema: TSchema, json: string): string {
  return judge(schema, 'JSON body', readJson(Buffer.from(json)));
}

/** As {@link bodyVerdict}, for a query string or the parameters of a path. */
export function parameterVerdict(
  schema: TSchema,
  part: RequestPart,
  raw: Readonly<Record<string, string>>,
): string {
  return judge(schema, part, coerceParameters(schema, raw));
}
