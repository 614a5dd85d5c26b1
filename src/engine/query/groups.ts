/** Hits gathered under the values of a payload key. */
import type { PayloadValue } from '../../shared/json/lossless.ts';
import { isPayloadArray } from '../payload/values.ts';

/** A string or an integer; a bigint where a number is not exact. */
export type GroupKey = string | number | bigint;

/**
 * The groups that a point belongs to by the values under the key; the elements of an array count one by one. None if one
 * of them is neither a string nor an integer.
 */
export function groupKeys(values: readonly PayloadValue[]): readonly GroupKey[] {
  const keys = new Set<GroupKey>();
  for (const value of values.flatMap((found) => (isPayloadArray(found) ? found : [found]))) {
    if (!isGroupKey(value)) return [];
    keys.add(value);
  }
  return [...keys];
}

function isGroupKey(value: PayloadValue): value is GroupKey {
  return (
    typeof value === 'string' ||
    typeof value === 'bigint' ||
    (typeof value === 'number' && Number.isInteger(value))
  );
}

export interface Group<Hit> {
  readonly key: GroupKey;
  readonly hits: readonly Hit[];
}

/** Takes hits, best first, and keeps the best ones of the groups that come first. */
export class GroupCollector<Hit> {
  readonly #limit: number;
  readonly #size: number;
  readonly #groups = new Map<GroupKey, Hit[]>();
  #fullCount = 0;

  /** At most `limit` groups of at most `size` hits. */
  constructor({ limit, size }: { readonly limit: number; readonly size: number }) {
    this.#limit = limit;
    this.#size = size;
  }

  add(keys: readonly GroupKey[], hit: Hit): void {
    for (const key of keys) {
      const hits = this.#groups.get(key);
      if (hits === undefined) this.#open(key, hit);
      else if (hits.length < this.#size) this.#push(hits, hit);
    }
  }

  /** True if no later hit can change anything. */
  get isComplete(): boolean {
    return this.#fullCount >= this.#limit;
  }

  /** The groups in the order of their best hits. */
  groups(): Group<Hit>[] {
    return Array.from(this.#groups, ([key, hits]) => ({ key, hits }));
  }

  #open(key: GroupKey, hit: Hit): void {
    if (this.#groups.size >= this.#limit) return;
    const hits: Hit[] = [];
    this.#groups.set(key, hits);
    this.#push(hits, hit);
  }

  #push(hits: Hit[], hit: Hit): void {
    hits.push(hit);
    if (hits.length === this.#size) this.#fullCount++;
  }
}
