import assert from 'node:assert/strict';
import type { TSchema } from 'typebox';
import { type RequestPart, ServiceError } from '../../src/shared/errors.ts';
import { readJson } from '../../src/shared/json/reader.ts';
import { coerceParameters, compileValidator } from '../../src/shared/validation.ts';

export const accepted = 'accepted';
/** The verdict on a body of a wrong shape. */
export const format = (text: string): string => `400 Format error in JSON body: ${text}`;
/** The verdict on a body that breaks constraints. */
export const violation = (...faults: string[]): string =>
  `422 Validation error in JSON body: [${faults.join('; ')}]`;

function judge(schema: TSchema, part: RequestPart, value: unknown): string {
  try {
    compileValidator(schema, { part })(value);
    return accepted;
  } catch (error) {
    if (error instanceof ServiceError) return `${error.httpStatus} ${error.message}`;
    throw error;
  }
}

/** What becomes of a JSON body: `accepted`, or the status and the message of its refusal. */
export function bodyVerdict(
  schema: TSchema,
  json: string,
  parse: (bytes: Uint8Array) => unknown = readJson,
): string {
  return judge(schema, 'JSON body', parse(Buffer.from(json)));
}

/** As {@link bodyVerdict}, for a query string or the parameters of a path. */
export function parameterVerdict(
  schema: TSchema,
  part: RequestPart,
  raw: Readonly<Record<string, string>>,
): string {
  return judge(schema, part, coerceParameters(schema, raw));
}

/** Checks a table of bodies, as JSON text or as values, and what becomes of each. */
export function assertVerdicts(
  schema: TSchema,
  cases: readonly (readonly [unknown, string])[],
  parse?: (bytes: Uint8Array) => unknown,
): void {
  for (const [body, verdict] of cases) {
    const json = typeof body === 'string' ? body : JSON.stringify(body);
    assert.equal(bodyVerdict(schema, json, parse), verdict, json);
  }
}
