/** Shorthands for the scalar types of the API. The integer formats decide which numbers are out of shape (400). */
import {
  Type,
  type TInteger,
  type TNull,
  type TNumber,
  type TOptional,
  type TSchema,
  type TUnion,
  type TUnsafe,
} from 'typebox';
import { withFacts } from './component.ts';

interface ScalarOptions {
  description?: string;
  deprecated?: boolean;
  minimum?: number;
  maximum?: number;
  default?: unknown;
}

/** An integer from 0 that is exact as a JavaScript number. */
export function uint(options: ScalarOptions = {}): TInteger {
  return Type.Integer({ format: 'uint', minimum: 0, ...options });
}

/** An integer from 0 to 2^32-1. */
export function uint32(options: ScalarOptions = {}): TInteger {
  return Type.Integer({ format: 'uint32', minimum: 0, ...options });
}

/** An integer from 0 to 2^64-1: a bigint where a number is not exact. */
export function uint64(options: ScalarOptions = {}): TUnsafe<number | bigint> {
  return Type.Unsafe<number | bigint>(Type.Integer({ format: 'uint64', minimum: 0, ...options }));
}

/** An integer from -2^63 to 2^63-1: a bigint where a number is not exact. */
export function int64(options: ScalarOptions = {}): TUnsafe<number | bigint> {
  return Type.Unsafe<number | bigint>(Type.Integer({ format: 'int64', ...options }));
}

/** Says that 0 does not even parse, as opposed to a value that breaks a bound. */
export function nonZero<T extends TSchema>(schema: T): T {
  return withFacts(schema, { isNonZero: true });
}

/** A number of single precision. */
export function float32(options: ScalarOptions = {}): TNumber {
  return Type.Number({ format: 'float', ...options });
}

/** A number of double precision. */
export function float64(options: ScalarOptions = {}): TNumber {
  return Type.Number({ format: 'double', ...options });
}

/** One of a fixed list of strings. */
export function oneOf<const T extends readonly string[]>(
  values: T,
  options: { description?: string; default?: T[number] } = {},
): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });
}

/** A property that may be absent or null. */
export function opt<T extends TSchema>(
  schema: T,
  options: { description?: string; deprecated?: boolean; default?: unknown } = {},
): TOptional<TUnion<[T, TNull]>> {
  return Type.Optional(Type.Union([schema, Type.Null()], options)) as TOptional<TUnion<[T, TNull]>>;
}

/** A value that may be null. */
export function nullable<T extends TSchema>(
  schema: T,
  options: { description?: string } = {},
): TUnion<[T, TNull]> {
  return Type.Union([schema, Type.Null()], options);
}
