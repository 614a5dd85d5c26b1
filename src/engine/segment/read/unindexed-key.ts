import type { Env } from '../../../storage/env.ts';
import { findValues, parsePath, pathKey } from '../../payload/path.ts';
import { type GroupKey, groupKeys } from '../../query/groups.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { Segment } from '../segment.ts';
import { PayloadNumbers } from './payload-numbers.ts';

const KEYS_MAX = 8;
const HASH_BITS = 0xffff;
const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** By environment and path, the paths used last. */
const remembered = new WeakMap<Env, Map<string, UnindexedKey>>();

/** The groups of all points by a key without an index: a hash of each. */
export class UnindexedKey {
  readonly #hashes: PayloadNumbers;

  private constructor(key: string) {
    const path = parsePath(key);
    this.#hashes = new PayloadNumbers((payload) => groupKeys(findValues(payload, path)).map(hashOf));
  }

  /** The one that this thread has of a key. */
  static of({ env }: Collection, key: string): UnindexedKey {
    const name = pathKey(parsePath(key));
    const keys = remembered.get(env) ?? new Map<string, UnindexedKey>();
    remembered.set(env, keys);
    const found = keys.get(name) ?? new UnindexedKey(key);
    keys.delete(name);
    keys.set(name, found);
    if (keys.size > KEYS_MAX) keys.delete(keys.keys().next().value!);
    return found;
  }

  /**
   * The rows of a segment with one of the groups or, for `isExcept`, with another one; and some that have a group of the same
   * hash. At most `max`: undefined if there are more. O(rows)
   */
  rowsWith(
    collection: Collection,
    segment: Segment,
    wanted: { readonly keys: readonly GroupKey[]; readonly isExcept: boolean; readonly max: number },
    cancel: Cancellation,
  ): number[] | undefined {
    const { values, rows, length } = this.#hashes.ofSegment(collection, segment, cancel);
    const keys = new Set(wanted.keys.map(hashOf));
    // Most hashes are told apart by their last bits.
    const mayBeKey = new Uint8Array(HASH_BITS + 1);
    for (const hash of keys) mayBeKey[hash & HASH_BITS] = 1;
    const found: number[] = [];
    for (let i = 0; i < length; i++) {
      const isKey = mayBeKey[values[i]! & HASH_BITS] === 1 && keys.has(values[i]!);
      if (isKey === wanted.isExcept) continue;
      const row = rows[i]!;
      if (found.at(-1) === row || segment.isDeleted(row)) continue;
      if (found.length === wanted.max) return undefined;
      found.push(row);
    }
    return found;
  }
}

/** FNV-1a over the text of a group; an integer is another one than the text that spells it. */
function hashOf(key: GroupKey): number {
  const text = typeof key === 'string' ? `"${key}` : String(key);
  let hash = FNV_START;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash >>> 0;
}
