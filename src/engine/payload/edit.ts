/** Changes of a parsed payload, in place: what set_payload and delete_payload do to one point. */
import type { PayloadObject, PayloadValue } from '../../shared/json/lossless.ts';
import { EVERY, type KeyPath } from './path.ts';
import { isPayloadArray, isPayloadObject } from './values.ts';

type MutableObject = Record<string, PayloadValue>;
type MutableArray = PayloadValue[];

/**
 * Merges `changes` into the object at `path`, or into the payload itself without one: a null deletes the key, everything
 * else replaces its value. What is missing on the way is created and what is of another kind is replaced, but an array
 * gets no new elements: `a[0]` changes an element that exists, `a[]` all of them.
 */
export function mergeAt(payload: PayloadObject, path: KeyPath | undefined, changes: PayloadObject): void {
  if (path === undefined) {
    merge(payload as MutableObject, changes);
    return;
  }
  const [first, ...rest] = path;
  const object = payload as MutableObject;
  setOwn(object, first as string, merged(ownValue(object, first as string), rest, changes));
}

/** Deletes what `path` leads to; `a[]` at its end empties an array, an index at its end does nothing. */
export function removeAt(payload: PayloadObject, path: KeyPath): void {
  removeFrom(payload, path, 0);
}

/** The value that takes the place of `value` when `changes` are merged in at `path` below it. */
function merged(value: PayloadValue | undefined, path: KeyPath, changes: PayloadObject): PayloadValue {
  const [step, ...rest] = path;
  if (step === undefined || typeof step === 'string') {
    const object: MutableObject = value !== undefined && isPayloadObject(value) ? value : {};
    if (step === undefined) merge(object, changes);
    else setOwn(object, step, merged(ownValue(object, step), rest, changes));
    return object;
  }
  const array: MutableArray = value !== undefined && isPayloadArray(value) ? (value as MutableArray) : [];
  if (step === EVERY) return array.map((element) => merged(element, rest, changes));
  if (step < array.length) array[step] = merged(array[step], rest, changes);
  return array;
}

function merge(target: MutableObject, changes: PayloadObject): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete target[key];
    else setOwn(target, key, structuredCopy(value));
  }
}

/** One change goes into many places, and each place may be changed further on its own. */
function structuredCopy(value: PayloadValue): PayloadValue {
  if (isPayloadArray(value)) return value.map(structuredCopy);
  if (!isPayloadObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, structuredCopy(item)]));
}

function removeFrom(value: PayloadValue, path: KeyPath, at: number): void {
  const step = path[at]!;
  const isLast = at === path.length - 1;
  if (typeof step === 'string') {
    if (!isPayloadObject(value) || !Object.hasOwn(value, step)) return;
    if (isLast) delete (value as MutableObject)[step];
    else removeFrom(value[step]!, path, at + 1);
  } else if (isPayloadArray(value)) {
    if (step === EVERY) {
      if (isLast) (value as MutableArray).length = 0;
      else for (const element of value) removeFrom(element, path, at + 1);
    } else if (!isLast && step < value.length) {
      removeFrom(value[step]!, path, at + 1);
    }
  }
}

function ownValue(object: PayloadObject, key: string): PayloadValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** As an assignment, but `__proto__` is a key like any other. */
function setOwn(object: MutableObject, key: string, value: PayloadValue): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
