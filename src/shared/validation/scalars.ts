import { parseDatetime } from '../datetime.ts';
import { parsePointId } from '../ids.ts';
import { type Facts, type Fault, invalidType, type Path, type SchemaNode } from './node.ts';

/** The keywords of JSON Schema that scalars of the API use. */
export interface ScalarSchema {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

const U64_MAX = 2n ** 64n - 1n;
const I64_MAX = 2n ** 63n - 1n;
const U32_MAX = 2 ** 32 - 1;

function leaf(parts: Pick<SchemaNode, 'fits' | 'explain'> & Partial<SchemaNode>): SchemaNode {
  return { verify: () => {}, isFloat: false, takesFloat: false, ...parts };
}

export const ANYTHING = leaf({ fits: () => true, explain: () => '' });

export const NULL = leaf({ fits: (value) => value === null, explain: (value) => invalidType(value, 'null') });

export const BOOLEAN = leaf({
  fits: (value) => typeof value === 'boolean',
  explain: (value) => invalidType(value, 'a boolean'),
});

/** One of a list of strings. */
export function variants(values: readonly unknown[]): SchemaNode {
  const list = values.map((value) => `\`${value}\``);
  const expected = list.length === 1 ? list[0] : `one of ${list.join(', ')}`;
  return leaf({
    fits: (value) => values.includes(value),
    explain: (value) =>
      typeof value === 'string'
        ? `unknown variant \`${value}\`, expected ${expected}`
        : invalidType(value, 'string or map'),
  });
}

export function text(schema: ScalarSchema): SchemaNode {
  const { format, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  const isBounded = minLength > 0 || maxLength !== Number.POSITIVE_INFINITY;
  const isFormatted = (value: string) => {
    if (format === 'uuid') return typeof parsePointId(value) === 'string';
    return format !== 'date-time' || parseDatetime(value) !== undefined;
  };
  return leaf({
    fits: (value) => typeof value === 'string' && isFormatted(value),
    explain: (value) => {
      if (typeof value !== 'string') return invalidType(value, 'a string');
      if (format !== 'date-time') return `invalid value: string ${JSON.stringify(value)}, expected a UUID`;
      return (
        `'${value}' does not match accepted datetime format (RFC3339). ` +
        'Example: 2014-01-01T00:00:00Z, 2014-01-01T00:00:00, 2014-01-01 00:00 or 2014-01-01'
      );
    },
    verify: (value, path, faults) => {
      const length = isBounded ? [...(value as string)].length : minLength;
      if (length >= minLength && length <= maxLength) return;
      const allowed =
        maxLength === Number.POSITIVE_INFINITY
          ? `at least ${minLength}`
          : `from ${minLength} to ${maxLength}`;
      const message = `value ${JSON.stringify(value)} invalid, must be ${allowed} characters`;
      faults.push({ path, message, isFormat: false });
    },
  });
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Integers by their format; a bigint is only what a number cannot hold exactly. */
export function integer(schema: ScalarSchema, facts: Facts): SchemaNode {
  const { format = 'int64' } = schema;
  const isUnsigned = format.startsWith('uint');
  const inRange = (value: number | bigint) => {
    if (typeof value === 'bigint') {
      if (format === 'uint64') return value >= 0n && value <= U64_MAX;
      return format === 'int64' && value >= -I64_MAX - 1n && value <= I64_MAX;
    }
    // `-0` is no integer of the API: its parsers read it as a float.
    if (Object.is(value, -0)) return false;
    return (
      Number.isSafeInteger(value) && (!isUnsigned || value >= 0) && (format !== 'uint32' || value <= U32_MAX)
    );
  };
  const expected = rustType(format, facts.isNonZero === true);
  return leaf({
    fits: (value) => isNumeric(value) && inRange(value) && !(facts.isNonZero === true && value === 0),
    explain: (value) =>
      isNumeric(value) && (typeof value === 'bigint' || (Number.isInteger(value) && !Object.is(value, -0)))
        ? `invalid value: integer \`${value}\`, expected ${expected}`
        : invalidType(value, expected),
    verify: bounds(schema, facts, String),
  });
}

function rustType(format: string, isNonZero: boolean): string {
  const name = { uint: 'usize', uint32: 'u32', uint64: 'u64', int64: 'i64' }[format] ?? format;
  return isNonZero ? `a nonzero ${name}` : name;
}

export function float(schema: ScalarSchema, facts: Facts): SchemaNode {
  return leaf({
    fits: (value) => typeof value === 'number',
    explain: (value) => invalidType(value, schema.format === 'double' ? 'f64' : 'f32'),
    verify: bounds(schema, facts, (value) => (Number.isInteger(value) ? `${value}.0` : String(value))),
    isFloat: true,
    takesFloat: true,
  });
}

/** The bounds of a number. A minimum of 0 on an unsigned integer is part of its shape and never reached here. */
function bounds(
  schema: ScalarSchema,
  facts: Facts,
  print: (value: number | bigint) => string,
): SchemaNode['verify'] {
  const { minimum, maximum } = schema;
  if (minimum === undefined && maximum === undefined) return () => {};
  return (value: unknown, path: Path, faults: Fault[]) => {
    const number = value as number | bigint;
    if ((minimum === undefined || number >= minimum) && (maximum === undefined || number <= maximum)) return;
    const general = `value ${print(number)} invalid, must be ${rangeText(minimum, maximum, print)}`;
    faults.push({ path, message: facts.boundText ?? general, isFormat: false });
  };
}

function rangeText(
  minimum: number | undefined,
  maximum: number | undefined,
  print: (value: number | bigint) => string,
): string {
  if (maximum === undefined) return `${print(minimum ?? 0)} or larger`;
  return minimum === undefined
    ? `${print(maximum)} or smaller`
    : `from ${print(minimum)} to ${print(maximum)}`;
}
