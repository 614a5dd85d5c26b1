import { parsePayload } from '../../../shared/json/lossless.ts';
import { payloadKey } from '../../../storage/keys.ts';
import { findValues, type KeyPath, parsePath } from '../../payload/path.ts';
import { type GroupKey, groupKeys } from '../../query/groups.ts';
import type { Collection } from '../collection.ts';
import type { Segment } from '../segment.ts';
import { IndexedKey, type RowValues } from './indexed-key.ts';
import { rowKey, type ScoredRow } from './rows.ts';

/** The groups of rows: by an index where it tells them, else by the payload, which is read once. */
export class RowGroups {
  readonly #collection: Collection;
  readonly #path: KeyPath;
  readonly #key: IndexedKey | undefined;
  readonly #known = new Map<number, readonly GroupKey[]>();
  readonly #values = new Map<Segment, RowValues | undefined>();

  constructor(collection: Collection, groupBy: string) {
    this.#collection = collection;
    this.#path = parsePath(groupBy);
    const key = IndexedKey.find(collection, groupBy);
    this.#key = key?.kind === 'keyword' || key?.kind === 'integer' ? key : undefined;
  }

  /** What an index has of the key; undefined if only payloads tell. */
  get indexKind(): 'keyword' | 'integer' | undefined {
    return this.#key?.kind as 'keyword' | 'integer' | undefined;
  }

  /** Call `env.refresh()` before. */
  of(row: ScoredRow): readonly GroupKey[] {
    const key = rowKey(row);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#indexed(row) ?? this.#read(row);
    this.#known.set(key, found);
    return found;
  }

  #indexed({ segment, offset }: ScoredRow): readonly GroupKey[] | undefined {
    if (!this.#values.has(segment)) this.#values.set(segment, this.#key?.inSegment(segment));
    return this.#values.get(segment)?.allValues(offset) as readonly GroupKey[] | undefined;
  }

  #read({ segment, offset }: ScoredRow): readonly GroupKey[] {
    const payload = this.#collection.env.get(payloadKey(segment.id, offset));
    return payload === undefined ? [] : groupKeys(findValues(parsePayload(payload), this.#path));
  }
}
