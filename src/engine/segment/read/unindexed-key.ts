import { parsePayload } from '../../../shared/json/lossless.ts';
import type { Env } from '../../../storage/env.ts';
import { lastNumberOf, payloadKey } from '../../../storage/keys.ts';
import { NumberList } from '../../payload/fields/number-list.ts';
import { findValues, type KeyPath, parsePath, pathKey } from '../../payload/path.ts';
import { type GroupKey, groupKeys } from '../../query/groups.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { Segment } from '../segment.ts';

const KEYS_MAX = 8;
const READS_BETWEEN_CHECKS = 1024;
const HASH_BITS = 0xffff;
const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Hashes of the groups of each row of a segment below `rows`. */
interface SegmentHashes {
  /** Of the payloads that were looked at. */
  readonly epoch: number;
  rows: number;
  readonly hashes: NumberList;
}

/** By environment and path, the paths used last. What a thread has read it need not read again. */
const remembered = new WeakMap<Env, Map<string, UnindexedKey>>();

/**
 * The groups of all points by a key without an index. Payloads are read once and, like those of a filter, again after one of
 * the segment's was changed in place; a hash of each group is kept, 12 bytes.
 */
export class UnindexedKey {
  readonly #path: KeyPath;
  readonly #segments = new Map<number, SegmentHashes>();

  private constructor(path: KeyPath) {
    this.#path = path;
  }

  static of({ env }: Collection, key: string): UnindexedKey {
    const path = parsePath(key);
    const name = pathKey(path);
    const keys = remembered.get(env) ?? new Map<string, UnindexedKey>();
    remembered.set(env, keys);
    const found = keys.get(name) ?? new UnindexedKey(path);
    keys.delete(name);
    keys.set(name, found);
    if (keys.size > KEYS_MAX) keys.delete(keys.keys().next().value!);
    return found;
  }

  /**
   * The rows of a segment with one of the groups or, for `isExcept`, with another one; and some that have a group of the same
   * hash. At most `max`: undefined if there are more. O(rows), and reads what came since the last call.
   */
  rowsWith(
    { env }: Collection,
    segment: Segment,
    wanted: { readonly keys: readonly GroupKey[]; readonly isExcept: boolean; readonly max: number },
    cancel: Cancellation,
  ): number[] | undefined {
    const { values, rows, length } = this.#upToDate(env, segment, cancel).hashes;
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

  #upToDate(env: Env, segment: Segment, cancel: Cancellation): SegmentHashes {
    const { count, payloadEpoch } = segment.snapshot();
    const last = this.#segments.get(segment.id);
    const state =
      last?.epoch === payloadEpoch ? last : { epoch: payloadEpoch, rows: 0, hashes: new NumberList() };
    if (state.rows >= count) return state;
    // What is read from here on is at least as new as the snapshot.
    env.refresh();
    let reads = 0;
    for (const { key, value } of env.range(
      payloadKey(segment.id, state.rows),
      payloadKey(segment.id, count),
    )) {
      if (reads++ % READS_BETWEEN_CHECKS === 0) cancel.check();
      const row = lastNumberOf(key);
      for (const group of groupKeys(findValues(parsePayload(value), this.#path)))
        state.hashes.add(hashOf(group), row);
      state.rows = row + 1;
    }
    state.rows = count;
    this.#segments.set(segment.id, state);
    return state;
  }
}

/** FNV-1a over the text of a group. */
function hashOf(key: GroupKey): number {
  const text = String(key);
  let hash = FNV_START;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash >>> 0;
}
