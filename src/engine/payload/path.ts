/**
 * Key paths: `first( "." key | "[" digits "]" | "[]" )*`, where a key is bare (letters and digits of any script, `_`,
 * `-`) or quoted. `a.b` steps into objects only, `a[]` into every element of an array, `a[3]` into one.
 */
import { formatError } from '../../shared/errors.ts';
import type { PayloadObject, PayloadValue } from '../../shared/json/lossless.ts';
import { isPayloadArray, isPayloadObject } from './values.ts';

/** The step `[]`: every element of an array. */
export const EVERY = Symbol('every element');

/** A key of an object, an index of an array, or all of its elements. */
export type PathStep = string | number | typeof EVERY;

/** At least one step, the first one a key. */
export type KeyPath = readonly PathStep[];

const KEY = /(?:"([^"\\]+)"|([\p{Alphabetic}\p{N}_-]+))/uy;
const INDEX = /\[([0-9]*)\]/y;

const CACHED_PATHS_MAX = 1000;
const cache = new Map<string, KeyPath>();

/** The steps of a path, or undefined if the text is none. */
function stepsOf(text: string): KeyPath | undefined {
  const steps: PathStep[] = [];
  let position = 0;
  do {
    const isIndex = steps.length > 0 && text[position] === '[';
    if (!isIndex && steps.length > 0) {
      if (text[position] !== '.') return undefined;
      position += 1;
    }
    const pattern = isIndex ? INDEX : KEY;
    pattern.lastIndex = position;
    const found = pattern.exec(text);
    if (found === null) return undefined;
    position = pattern.lastIndex;
    if (isIndex) steps.push(found[1] === '' ? EVERY : Number(found[1]));
    else steps.push(found[1] ?? found[2]!);
  } while (position < text.length);
  return steps;
}

/**
 * Parses a key path; the paths used last are remembered.
 *
 * @throws NEARIFY_FORMAT `Invalid json path: '…'`
 */
export function parsePath(text: string): KeyPath {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const path = stepsOf(text);
  if (path === undefined) throw formatError('JSON body', `Invalid json path: '${text}'`);
  if (cache.size >= CACHED_PATHS_MAX) cache.clear();
  cache.set(text, path);
  return path;
}

/** One text for every spelling of a path: quoted keys and bare ones are the same. */
export function pathKey(path: KeyPath): string {
  return JSON.stringify(path.map((step) => (step === EVERY ? [] : step)));
}

/** Whether `test` holds for a value found from `step` on under `value`; stops at the first one. */
function someFrom(
  value: PayloadValue,
  path: KeyPath,
  step: number,
  test: (found: PayloadValue) => boolean,
): boolean {
  let current = value;
  for (let index = step; index < path.length; index += 1) {
    const next = path[index]!;
    if (typeof next === 'string') {
      if (!isPayloadObject(current) || !Object.hasOwn(current, next)) return false;
      current = current[next]!;
    } else if (!isPayloadArray(current)) {
      return false;
    } else if (next === EVERY) {
      for (const element of current) {
        if (someFrom(element, path, index + 1, test)) return true;
      }
      return false;
    } else {
      if (next >= current.length) return false;
      current = current[next]!;
    }
  }
  return test(current);
}

/** Whether `test` holds for any of the values that the path leads to; asks no further after the first. */
export function someValue(
  payload: PayloadObject,
  path: KeyPath,
  test: (found: PayloadValue) => boolean,
): boolean {
  return someFrom(payload, path, 0, test);
}

/** All values that the path leads to, in the order of the payload. An array at its end is one value. */
export function findValues(payload: PayloadObject, path: KeyPath): PayloadValue[] {
  const found: PayloadValue[] = [];
  someFrom(payload, path, 0, (value) => {
    found.push(value);
    return false;
  });
  return found;
}

/** All strings that the path leads to, those inside of an array at its end included. */
export function textsAt(payload: PayloadObject, path: KeyPath): string[] {
  const texts: string[] = [];
  someFrom(payload, path, 0, (found) => {
    for (const value of isPayloadArray(found) ? found : [found])
      if (typeof value === 'string') texts.push(value);
    return false;
  });
  return texts;
}
