import type { GroupId, WithLookupInterface } from '../../../../schemas/groups.ts';
import type { QueryGroupsRequest } from '../../../../schemas/query.ts';
import { notFound } from '../../../shared/errors.ts';
import { parsePointId } from '../../../shared/ids.ts';
import { parsePayload } from '../../../shared/json/lossless.ts';
import type { JsonWriter } from '../../../shared/json/writer.ts';
import { payloadKey } from '../../../storage/keys.ts';
import { findValues, type KeyPath, parsePath } from '../../payload/path.ts';
import { type Group, GroupCollector, type GroupKey, groupKeys } from '../../query/groups.ts';
import type { Collection } from '../collection.ts';
import type { Segment } from '../segment.ts';
import { execute } from './execute.ts';
import { IndexedKey, type RowValues } from './indexed-key.ts';
import { type Plan, planQuery, type RequestPlan } from './plan.ts';
import type { QueryHost } from './query.ts';
import { type Selection, selection, writeRecord } from './record.ts';
import { storedRow } from './retrieve.ts';
import { rowCount, rowKey, type ScoredRow } from './rows.ts';
import { writeScoredPoints } from './scored-points.ts';

const LIMIT = 10;
const SIZE = 3;

/** Points that the first search asks for at least; a larger list of neighbours costs it next to nothing. */
const POINTS_MIN = 64;
/** The next search asks for so many times more. */
const GROWTH = 8;
const SEARCHES_MAX = 3;

/** Answers one query for groups: writes `{"groups":[…]}`. */
export function queryGroups(host: QueryHost, request: QueryGroupsRequest, writer: JsonWriter): void {
  const { collection, find } = host;
  const selected = selection(collection, request.with_payload, request.with_vector);
  const lookup = lookupOf(request.with_lookup, find);
  const limit = request.limit ?? LIMIT;
  const plan = planQuery(collection, { ...request, limit }, find);
  const groups = collectGroups(host, plan, {
    groupBy: request.group_by,
    limit,
    size: request.group_size ?? SIZE,
  });
  writer.text('{"groups":[');
  for (const [i, group] of groups.entries()) {
    writer.text(i === 0 ? '{"id":' : ',{"id":');
    writeKey(writer, group.key);
    writer.text(',"hits":');
    writeScoredPoints(writer, { collection, selected, stage: plan.root.stage }, group.hits);
    if (lookup !== undefined) writeLookup(writer, lookup, group.key);
    writer.text('}');
  }
  writer.text(']}');
}

interface Grouping {
  readonly groupBy: string;
  readonly limit: number;
  readonly size: number;
}

/**
 * Searches for more and more points until the groups are full or there are no more points. It gives up after some searches:
 * groups may be missing then, and have fewer hits than there are.
 */
function collectGroups(
  { collection, cancel }: QueryHost,
  plan: RequestPlan,
  { groupBy, limit, size }: Grouping,
): readonly Group<ScoredRow>[] {
  const keysOf = new RowGroups(collection, groupBy);
  const grouped = { ...plan, root: withLargerPrefetches(plan.root, limit) };
  const total = rowCount(collection);
  let count = Math.max(limit * size, POINTS_MIN);
  for (let search = 1; ; search++) {
    const collector = new GroupCollector<ScoredRow>({ limit, size });
    const rows = execute(collection, grouped, count, cancel);
    collection.env.refresh();
    for (const row of rows) {
      if (collector.isComplete) break;
      collector.add(keysOf.row(row), row);
    }
    const isExhausted = rows.length < Math.min(count, total) || count >= total;
    if (collector.isComplete || isExhausted || search === SEARCHES_MAX) return collector.groups();
    count *= GROWTH;
  }
}

/** Each group may take all of what a prefetch finds. */
function withLargerPrefetches(plan: Plan, factor: number): Plan {
  const prefetches = plan.prefetches.map((prefetch) => ({
    ...withLargerPrefetches(prefetch, factor),
    limit: prefetch.limit * factor,
  }));
  return { ...plan, prefetches };
}

/** The groups of rows: by an index where it tells them, else by the payload, which is read once. */
class RowGroups {
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

  /** Call `env.refresh()` before. */
  row(row: ScoredRow): readonly GroupKey[] {
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

interface Lookup {
  readonly collection: Collection;
  readonly selected: Selection;
}

/** @throws NEARIFY_NOT_FOUND */
function lookupOf(
  lookup: WithLookupInterface | null | undefined,
  find: QueryHost['find'],
): Lookup | undefined {
  if (lookup === undefined || lookup === null) return undefined;
  const {
    collection: name,
    with_payload,
    with_vectors,
  } = typeof lookup === 'string' ? { collection: lookup } : lookup;
  const collection = find(name);
  if (collection === undefined) throw notFound(`Collection ${name} not found`);
  collection.env.refresh();
  return { collection, selected: selection(collection, with_payload ?? true, with_vectors) };
}

/** Writes the member `,"lookup":…` if there is a point with the group's key as its id. */
function writeLookup(writer: JsonWriter, { collection, selected }: Lookup, key: GroupKey): void {
  const id = parsePointId(key);
  const row = id === undefined ? undefined : storedRow(collection, id);
  if (row === undefined) return;
  writer.text(',"lookup":');
  writeRecord(writer, selected, row);
}

function writeKey(writer: JsonWriter, key: GroupId): void {
  if (typeof key === 'string') writer.string(key);
  else writer.text(String(key));
}
