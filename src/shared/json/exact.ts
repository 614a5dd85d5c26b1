/**
 * JSON of the control plane, whose bodies are small: values are plain JavaScript, but integers beyond 2^53 are bigints and
 * floats such as `1.0` are JsonFloats, in both directions.
 */
import { float64Text } from './float64.ts';
import { isJsonFloat, JsonFloat } from './lossless.ts';
import { readJson } from './reader.ts';

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
type Replacer = (key: string, value: unknown) => unknown;

/** Parses with the source text of each number (proposal-json-parse-with-source, in Node since 21). */
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

const INTEGER = /^-?\d+$/;

const revive: Reviver = (_, value, { source }) => {
  if (typeof value !== 'number' || source === undefined) return value;
  if (!INTEGER.test(source)) return Number.isInteger(value) ? new JsonFloat(value) : value;
  return Number.isSafeInteger(value) ? value : BigInt(source);
};

const replace: Replacer = (_, value) => {
  if (isJsonFloat(value)) return rawJSON(float64Text(value.valueOf()));
  return typeof value === 'bigint' ? rawJSON(String(value)) : value;
};

/** @throws JsonSyntaxError with the texts of the data plane's parser */
export function parseExact(bytes: Uint8Array): unknown {
  readJson(bytes);
  return parseWithSource(new TextDecoder().decode(bytes), revive);
}

export function stringifyExact(value: unknown): string {
  return JSON.stringify(value, replace);
}
