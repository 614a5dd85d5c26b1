import type { Env } from '../../../storage/env.ts';
import { endOfPrefix, indexPrefix, META, metaKey, PREFIX } from '../../../storage/keys.ts';
import type { IndexDefinition } from './payload-indexes.ts';

/** What is stored of an index: its definition and, until it is complete, the rows of each segment that it holds. */
export interface StoredIndex extends IndexDefinition {
  readonly built?: Readonly<Record<number, number>>;
}

/** What is stored of a collection's payload indexes, besides what they hold. */
export interface IndexState {
  readonly nextId: number;
  readonly indexes: readonly StoredIndex[];
  /** Indexes that are gone, but for what they still have in storage. */
  readonly dropped: readonly number[];
}

export function readIndexState(env: Env): IndexState {
  const text = env.get(metaKey(META.payloadIndexes));
  return text === undefined ? { nextId: 1, indexes: [], dropped: [] } : JSON.parse(text.toString());
}

/** Call inside a transaction. */
export function writeIndexState(env: Env, state: IndexState): void {
  env.put(metaKey(META.payloadIndexes), Buffer.from(JSON.stringify(state)));
}

/** Something is left to build or to remove. */
export function hasIndexWork({ indexes, dropped }: IndexState): boolean {
  return dropped.length > 0 || indexes.some(({ isComplete }) => !isComplete);
}

/** Keys that one transaction removes: some milliseconds. */
const KEYS_A_STEP = 5000;

/** Removes a part of what dropped indexes have in storage; call inside a transaction. */
export function cleanDropped(env: Env): void {
  const state = readIndexState(env);
  const [id, ...rest] = state.dropped;
  if (id === undefined) return;
  const keys = [PREFIX.columnBlock, PREFIX.dictionary, PREFIX.postings].flatMap((prefix) =>
    firstKeys(env, indexPrefix(prefix, id)),
  );
  for (const key of keys) env.remove(key);
  if (keys.length < KEYS_A_STEP) writeIndexState(env, { ...state, dropped: rest });
}

/** Copies: the keys are to be removed. */
function firstKeys(env: Env, start: Buffer): Buffer[] {
  const keys: Buffer[] = [];
  for (const key of env.keys(start, endOfPrefix(start))) {
    keys.push(Buffer.from(key));
    if (keys.length === KEYS_A_STEP) break;
  }
  return keys;
}
