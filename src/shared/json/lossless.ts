/**
 * Stored payloads as values. Qdrant tells `1` from `1.0` and keeps integers beyond 2^53; JSON.parse does neither, so a
 * payload that contains such numbers is parsed with the source text of each at hand.
 */
import { isNumberObject } from 'node:util/types';
import { float64Text } from './float64.ts';

/**
 * A float whose value is an integer, such as `1.0` or `1e3`. All other floats are plain numbers. Between threads it becomes
 * a plain Number object, which {@link isJsonFloat} still knows.
 */
export class JsonFloat extends Number {
  get value(): number {
    return this.valueOf();
  }

  override toString(): string {
    return float64Text(this.valueOf());
  }
}

export function isJsonFloat(value: unknown): value is { valueOf(): number } {
  return isNumberObject(value);
}

/** A number without fraction is an integer; a bigint is one beyond 2^53, within u64 and i64. */
export type PayloadValue =
  | null
  | boolean
  | string
  | number
  | bigint
  | JsonFloat
  | readonly PayloadValue[]
  | PayloadObject;

export interface PayloadObject {
  readonly [key: string]: PayloadValue;
}

/**
 * Finds any number that a plain JSON.parse would not keep: 16 digits or more, a fraction of zeros, an exponent, -0.
 * Text inside of strings can match too, which costs time and is no error.
 */
const UNSAFE_NUMBER = /[:,[\s]-?(?:\d{16}|\d+(?:\.0*(?!\d)|(?:\.\d+)?[eE]))|-0(?![\d.])/;

const U64_MAX = 2n ** 64n - 1n;
const I64_MIN = -(2n ** 63n);

function reviveNumber(value: number, source: string): PayloadValue {
  const isWrittenAsFloat = /[.eE]/.test(source) || Object.is(value, -0);
  if (isWrittenAsFloat) return Number.isInteger(value) ? new JsonFloat(value) : value;
  if (Number.isSafeInteger(value)) return value;
  const exact = BigInt(source);
  return exact > U64_MAX || exact < I64_MIN ? new JsonFloat(value) : exact;
}

/** Parses with the source text of each number (proposal-json-parse-with-source, in Node since 21). */
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => PayloadObject;

/** Parses the text of a payload, which was checked when it was stored: an object in valid JSON. */
export function parsePayload(bytes: Uint8Array): PayloadObject {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (!UNSAFE_NUMBER.test(text)) return JSON.parse(text) as PayloadObject;
  return parseWithSource(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined ? reviveNumber(value, source) : value,
  );
}

/** JSON text of what `parsePayload` gave, every number of the kind that it was. */
export function stringifyPayload(value: PayloadValue): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (value instanceof JsonFloat) return float64Text(value.value);
  if (Array.isArray(value)) return `[${value.map(stringifyPayload).join(',')}]`;
  const members = Object.entries(value as PayloadObject);
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${stringifyPayload(item)}`).join(',')}}`;
}
