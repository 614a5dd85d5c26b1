import type { Static, TSchema } from 'typebox';
import { formatError, type RequestPart, validationError } from './errors.ts';
import { compile, type Schema } from './validation/compile.ts';
import { type Fault, pathText } from './validation/node.ts';

/**
 * Compiles a schema into a function that returns the value it was given, typed, or throws.
 * It may bring the value into normal form in place: aliases of property names, numbers where a float is meant.
 * @throws NEARIFY_FORMAT (400) if the value has the wrong shape, NEARIFY_VALIDATION (422) if it breaks bounds or rules
 */
export function compileValidator<T extends TSchema>(
  schema: T,
  { part }: { readonly part: RequestPart },
): (value: unknown) => Static<T> {
  const node = compile(schema as Schema);
  return (value) => {
    if (!node.fits(value)) throw formatError(part, node.explain(value));
    const faults: Fault[] = [];
    node.verify(value, [], faults);
    const malformed = faults.find(({ isFormat }) => isFormat);
    if (malformed !== undefined) throw formatError(part, malformed.message);
    if (faults.length > 0) {
      throw validationError(
        part,
        faults.map(({ path, message }) => `${pathText(path)}: ${message}`),
      );
    }
    return value as Static<T>;
  };
}

const INTEGER = /^\d+$/;

/**
 * Turns the strings of a path or a query string into the types that an object schema declares; what does not convert is
 * left for the validator to refuse. An empty parameter counts as absent.
 */
export function coerceParameters<T extends TSchema>(
  schema: T,
  raw: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { properties = {} } = schema as Schema;
  const typed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    const property = properties[name];
    if (property !== undefined && value !== '') typed[name] = coerce(property, value);
  }
  return typed;
}

function coerce(schema: Schema, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const types = schema.anyOf?.map(({ type }) => type) ?? [schema.type];
  if (types.includes('boolean') && (value === 'true' || value === 'false')) return value === 'true';
  if (types.includes('integer') && INTEGER.test(value)) {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : BigInt(value);
  }
  return value;
}
