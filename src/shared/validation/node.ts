import { isJsonFloat } from '../json/lossless.ts';

/**
 * A schema as the validator sees it. Checking has two steps, because Qdrant tells two kinds of fault apart: a value that
 * does not even parse (`fits`, status 400), and one that parses and breaks a bound or a rule (`verify`, status 422).
 */
export interface SchemaNode {
  /** True if the value has the right shape. May bring aliases of property names and the numbers of floats into normal form. */
  fits(value: unknown): boolean;
  /** Why a value does not fit, in the words of a deserialiser. Only called for values that do not fit. */
  explain(value: unknown): string;
  /** Adds what a value of the right shape violates. */
  verify(value: unknown, path: Path, faults: Fault[]): void;
  /** The value is a number of floating point, so that a large integer is meant as one. */
  readonly isFloat: boolean;
  /** The value may be a number of floating point, among others. */
  readonly takesFloat: boolean;
}

/** Brings a number that is meant as a float into its plain form. */
export function asMeant(value: unknown, { isFloat, takesFloat }: SchemaNode): unknown {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return isFloat ? Number(value) : value;
  return isJsonFloat(value) && takesFloat ? value.valueOf() : value;
}

/** Steps from the request to a value: names, `[3]` for elements, `?` for the entry of a map. */
export type Path = readonly string[];

export interface Fault {
  readonly path: Path;
  readonly message: string;
  /** The fault is one of format: a 400 with the message alone. */
  readonly isFormat: boolean;
}

/** `points[0].vector.?.indices` */
export function pathText(path: Path): string {
  return path.reduce(
    (text, step) => (step.startsWith('[') || text === '' ? text + step : `${text}.${step}`),
    '',
  );
}

/** What a rule of the schemas reports. */
export interface RuleFault {
  readonly at?: string;
  readonly message: string;
  readonly format?: boolean;
}

/** Facts that schemas carry under the hidden key `~facts`; `schemas/component.ts` describes them. */
export interface Facts {
  readonly rules?: readonly ((value: never) => RuleFault | undefined)[];
  readonly aliases?: Readonly<Record<string, string>>;
  readonly isNonZero?: boolean;
  readonly boundText?: string;
  readonly flattenedAs?: string;
  readonly flattenedInside?: Readonly<Record<string, string>>;
  readonly tellsInside?: boolean;
  readonly choose?: (value: unknown) => number;
  readonly isOneOrMany?: boolean;
  readonly explain?: (value: unknown) => string;
  readonly target?: () => object;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || isJsonFloat(value)) return false;
  return !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** A value as serde names it in `invalid type: …`. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return `string ${JSON.stringify(value)}`;
  if (typeof value === 'boolean') return `boolean \`${value}\``;
  if (typeof value === 'bigint') return `integer \`${value}\``;
  if (isJsonFloat(value)) return `floating point \`${value}\``;
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return 'floating point `-0.0`';
    return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``;
  }
  return isObject(value) ? 'map' : 'sequence';
}

export function invalidType(value: unknown, expected: string): string {
  return `invalid type: ${valueText(value)}, expected ${expected}`;
}
