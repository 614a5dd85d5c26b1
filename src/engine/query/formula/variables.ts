/** What a formula reads of a point: scores of prefetches and values of its payload. */
import type { GeoDistanceParams } from '../../../../schemas/formula.ts';
import { parseDatetime } from '../../../shared/datetime.ts';
import { ServiceError, wrongInput } from '../../../shared/errors.ts';
import type { PayloadObject, PayloadValue } from '../../../shared/json/lossless.ts';
import { haversine } from '../../payload/filter/conditions/geo.ts';
import { findValues, type KeyPath, parsePath } from '../../payload/path.ts';
import { asDouble, isPayloadArray, isPayloadObject } from '../../payload/values.ts';
import { invalidFormula } from './fault.ts';
import type { Evaluate } from './point.ts';

/** A variable by its meaning: the score of a prefetch, or the path of a payload key. */
type Variable = { readonly prefetch: number } | { readonly path: KeyPath; readonly name: string };

const SCORE = /^\$score(?:\[(\d+)\])?$/;
const RESERVED = /^\$([\p{Alphabetic}\p{N}_-]+)/u;
const MICROS_PER_SECOND = 1_000_000;
const SCORE_IF_UNKNOWN = 0;

/** Values for what a point lacks, by the meaning of the variable. */
export class Defaults {
  readonly #scores = new Map<number, number>();
  readonly #values = new Map<string, PayloadValue>();

  /** `given`: the values of a request by the names of their variables. @throws NEARIFY_WRONG_INPUT */
  constructor(given: Readonly<Record<string, unknown>>) {
    for (const [name, value] of Object.entries(given)) {
      const variable = parseVariable(name);
      if ('prefetch' in variable) this.#scores.set(variable.prefetch, Number(value));
      else this.#values.set(variable.name, asPayload(value));
    }
  }

  score(prefetch: number): number {
    return this.#scores.get(prefetch) ?? SCORE_IF_UNKNOWN;
  }

  value(name: string): PayloadValue | undefined {
    return this.#values.get(name);
  }
}

/** A list of numbers of a request may have come as float32. */
function asPayload(value: unknown): PayloadValue {
  return (value instanceof Float32Array ? Array.from(value) : value) as PayloadValue;
}

/** @throws NEARIFY_WRONG_INPUT `failed to parse variable ID …` */
function parseVariable(text: string): Variable {
  const score = SCORE.exec(text);
  if (score !== null) return { prefetch: Number(score[1] ?? 0) };
  if (!text.startsWith('$')) return { path: payloadPath(text), name: text };
  const word = RESERVED.exec(text)?.[1];
  const kind = word === undefined || word === 'score' ? 'variable' : 'word';
  throw invalidVariable(text, `Invalid reserved ${kind}: ${text}`);
}

function payloadPath(text: string): KeyPath {
  try {
    return parsePath(text);
  } catch (error) {
    if (error instanceof ServiceError) throw invalidVariable(text, `Invalid payload variable: ${text}`);
    throw error;
  }
}

function invalidVariable(text: string, why: string): ServiceError {
  return invalidFormula(`failed to parse variable ID ${text}: ${why}`);
}

/** A number: `$score`, `$score[i]` or a payload key. */
export function compileVariable(text: string, defaults: Defaults): Evaluate {
  const variable = parseVariable(text);
  if ('prefetch' in variable) {
    const { prefetch } = variable;
    const otherwise = defaults.score(prefetch);
    return (point) => point.score(prefetch) ?? otherwise;
  }
  const { name, path } = variable;
  const read = valueReader({ name, path, defaults, type: 'number' }, (value) => {
    const number = asDouble(value);
    return number ?? { fault: 'Value is not a number' };
  });
  return (point) => read(point.payload());
}

/** Metres from a fixed place to that of a payload key. */
export function compileGeoDistance({ origin, to }: GeoDistanceParams, defaults: Defaults): Evaluate {
  const read = valueReader({ name: to, path: parsePath(to), defaults, type: 'geo point' }, (value) => {
    if (!isPayloadObject(value)) return { fault: 'Value is not a geo point' };
    const lon = asDouble(value.lon);
    const lat = asDouble(value.lat);
    if (lon === undefined) return { fault: 'missing field `lon`' };
    return lat === undefined ? { fault: 'missing field `lat`' } : haversine(origin, lon, lat);
  });
  return (point) => read(point.payload());
}

/** Seconds since 1970 of a fixed moment. @throws NEARIFY_WRONG_INPUT */
export function compileDatetime(text: string): Evaluate {
  const micros = parseDatetime(text);
  if (micros === undefined) {
    throw invalidFormula(`failed to parse date-time ${text}: it is not in an accepted format (RFC 3339)`);
  }
  const seconds = Number(micros) / MICROS_PER_SECOND;
  return () => seconds;
}

/** Seconds since 1970 of the moment under a payload key. */
export function compileDatetimeKey(name: string, defaults: Defaults): Evaluate {
  const read = valueReader({ name, path: parsePath(name), defaults, type: 'datetime' }, (value) => {
    if (typeof value !== 'string') return { fault: 'value is not a string' };
    const micros = parseDatetime(value);
    if (micros === undefined) return { fault: 'value is not in an accepted datetime format (RFC 3339)' };
    return Number(micros) / MICROS_PER_SECOND;
  });
  return (point) => read(point.payload());
}

interface PayloadVariable {
  readonly name: string;
  readonly path: KeyPath;
  readonly defaults: Defaults;
  /** What the value has to be, for messages. */
  readonly type: string;
}

/** Reads the one value under the path, or its default, as a number. The reader throws NEARIFY_WRONG_INPUT. */
function valueReader(
  { name, path, defaults, type }: PayloadVariable,
  convert: (value: PayloadValue) => number | { readonly fault: string },
): (payload: PayloadObject) => number {
  const fault = (why: string) =>
    wrongInput(
      `Expected ${type} value for ${name} in the payload and/or in the formula defaults. Error: ${why}`,
    );
  return (payload) => {
    const found = onlyValue(findValues(payload, path));
    const value = found === undefined ? defaults.value(name) : found;
    if (value === undefined) throw fault('No value found in a payload nor defaults');
    const converted = convert(value);
    if (typeof converted !== 'number') throw fault(converted.fault);
    return converted;
  };
}

/** The elements of arrays count one by one: one value stands for itself, none for nothing, more of them for an array. */
function onlyValue(found: readonly PayloadValue[]): PayloadValue | undefined {
  const values = found.flatMap((value) => (isPayloadArray(value) ? value : [value]));
  return values.length > 1 ? values : values[0];
}
