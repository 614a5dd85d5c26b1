import { isDeepStrictEqual } from 'node:util';
import type { AnyVariants, Condition, Filter, Match } from '../../../../schemas/filter.ts';
import type { PointId } from '../../../shared/ids.ts';
import { type Group, GroupCollector, type GroupKey } from '../../query/groups.ts';
import { execute } from './execute.ts';
import { mergeFilters } from './merge-filters.ts';
import type { Plan, RequestPlan } from './plan.ts';
import type { QueryHost } from './query.ts';
import { RowGroups } from './row-groups.ts';
import { rowCount, type ScoredRow } from './rows.ts';
import { UnindexedKey } from './unindexed-key.ts';

export interface Grouping {
  readonly key: string;
  /** At most so many groups. */
  readonly limit: number;
  /** Of at most so many hits. */
  readonly size: number;
}

type RowGroup = Group<ScoredRow>;

/** Points that a search asks for at least; a larger list of neighbours costs it next to nothing. */
const POINTS_MIN = 64;
/** Each further search of all points asks for so many times more. */
const GROWTH = 8;
const NARROWER_SEARCHES_MAX = 10;
const LARGER_SEARCHES_MAX = 2;
/** No more points than this are searched by their ids. */
const IDS_MAX = 1024;

/** Groups of the points that a plan finds. */
export function collectGroups(host: QueryHost, plan: RequestPlan, grouping: Grouping): readonly RowGroup[] {
  if (plan.root.prefetches.length > 0) return searchLargerPrefetches(host, plan, grouping);
  const search = new GroupSearch(host, plan, grouping.key);
  return searchNarrower(search, grouping) ?? searchWider(search, grouping);
}

/**
 * Searches for more and more points, in prefetches too: each group may take all of what a prefetch finds, and those of points
 * without a group find others instead. What a level above prefetches makes of a point depends on the others, so that each
 * search begins anew. It gives up after some: groups may be missing then, and have fewer hits than there are.
 */
function searchLargerPrefetches(
  host: QueryHost,
  plan: RequestPlan,
  { key, limit, size }: Grouping,
): readonly RowGroup[] {
  const total = rowCount(host.collection);
  const hasGroup: Filter = { must_not: [{ is_empty: { key } }] };
  for (let round = 1, factor = limit; ; round++, factor *= GROWTH) {
    const root = withLargerPrefetches(plan.root, { factor, filter: hasGroup });
    const search = new GroupSearch(host, { ...plan, root }, key);
    const collector = new GroupCollector<ScoredRow>({ limit, size });
    search.run(collector, total);
    const isLast = round === LARGER_SEARCHES_MAX || leastLimit(root) >= total;
    if (collector.isComplete || isLast) return collector.groups();
  }
}

function withLargerPrefetches(
  plan: Plan,
  change: { readonly factor: number; readonly filter: Filter },
): Plan {
  const prefetches = plan.prefetches.map((prefetch) => ({
    ...withLargerPrefetches(prefetch, change),
    limit: prefetch.limit * change.factor,
  }));
  return { ...plan, prefetches, filter: mergeFilters(plan.filter, change.filter) };
}

/** The smallest limit of all prefetches. */
function leastLimit({ prefetches }: Plan): number {
  return Math.min(...prefetches.map((prefetch) => Math.min(prefetch.limit, leastLimit(prefetch))));
}

/** Searches for more and more points until the groups are full, or so few points are left that each is looked at. */
function searchWider(search: GroupSearch, { limit, size }: Grouping): readonly RowGroup[] {
  for (let count = Math.max(limit * size, POINTS_MIN); ; count *= GROWTH) {
    const collector = new GroupCollector<ScoredRow>({ limit, size });
    const isExhausted = search.run(collector, count);
    if (collector.isComplete || isExhausted) return collector.groups();
    const filled = searchMissing(search, collector.groups(), { limit, size });
    if (filled !== undefined) return filled;
  }
}

/**
 * The groups, filled with all points that there are for those that are not full, and followed by other groups if there are
 * fewer than `limit`. Undefined if these are too many points to look at.
 */
function searchMissing(
  search: GroupSearch,
  found: readonly RowGroup[],
  { limit, size }: Pick<Grouping, 'limit' | 'size'>,
): readonly RowGroup[] | undefined {
  const keysWhere = (isWanted: (group: RowGroup) => boolean) => found.filter(isWanted).map(({ key }) => key);
  const isFull = ({ hits }: RowGroup) => hits.length === size;
  const ids =
    found.length < limit
      ? search.idsWith({ keys: keysWhere(isFull), isExcept: true, max: IDS_MAX })
      : search.idsWith({ keys: keysWhere((group) => !isFull(group)), isExcept: false, max: IDS_MAX });
  if (ids === undefined) return undefined;
  if (ids.length === 0) return found;
  const collector = new GroupCollector<ScoredRow>({ limit: Number.POSITIVE_INFINITY, size });
  search.run(collector, ids.length, { has_id: ids });
  const groups = new Map(found.map((group) => [group.key, group]));
  takeBetter(groups, collector.groups(), limit);
  return [...groups.values()];
}

/** Takes groups that have more hits than before, and new ones up to the limit. */
function takeBetter(groups: Map<GroupKey, RowGroup>, found: readonly RowGroup[], limit: number): void {
  for (const group of found) {
    const known = groups.get(group.key);
    const isBetter = known === undefined ? groups.size < limit : group.hits.length > known.hits.length;
    if (isBetter) groups.set(group.key, group);
  }
}

/**
 * Searches for what is missing, under a filter that an index answers: for points of other groups than the full ones until
 * there are enough groups, then for points of those that are not full. Undefined if no index tells the groups.
 */
function searchNarrower(search: GroupSearch, { limit, size }: Grouping): readonly RowGroup[] | undefined {
  const groups = new Map<GroupKey, RowGroup>();
  const count = Math.max(limit * size, POINTS_MIN);
  let match: Match | undefined;
  for (let round = 1; round <= NARROWER_SEARCHES_MAX; round++) {
    if (!search.hasIndex) return undefined;
    const collector = new GroupCollector<ScoredRow>({ limit: Number.POSITIVE_INFINITY, size });
    const isExhausted = search.run(collector, count, match && { key: search.key, match });
    takeBetter(groups, collector.groups(), limit);
    const keysWhere = (isWanted: (group: RowGroup) => boolean) =>
      search.variants([...groups.values()].filter(isWanted).map(({ key }) => key));
    const any = keysWhere(({ hits }) => hits.length < size);
    const except = keysWhere(({ hits }) => hits.length === size);
    if (any === undefined || except === undefined) return undefined;
    const hasAllGroups = groups.size === limit;
    const next = hasAllGroups ? { any } : { except };
    const isComplete = hasAllGroups && any.length === 0;
    if (isComplete || isExhausted || isDeepStrictEqual(next, match)) break;
    match = next;
  }
  return [...groups.values()];
}

/** Runs a plan and sees to which groups its points belong. */
class GroupSearch {
  readonly #host: QueryHost;
  readonly #plan: RequestPlan;
  readonly key: string;
  readonly #rowGroups: RowGroups;
  readonly #total: number;

  constructor(host: QueryHost, plan: RequestPlan, key: string) {
    this.#host = host;
    this.#plan = plan;
    this.key = key;
    this.#rowGroups = new RowGroups(host.collection, key);
    this.#total = rowCount(host.collection);
  }

  get hasIndex(): boolean {
    return this.#rowGroups.indexKind !== undefined;
  }

  /** Keys as a list to match; undefined if the index tells nothing of one of them. */
  variants(keys: readonly GroupKey[]): AnyVariants | undefined {
    if (this.#rowGroups.indexKind === 'keyword') {
      const texts = keys.filter((key) => typeof key === 'string');
      return texts.length === keys.length ? texts : undefined;
    }
    const integers = keys.filter((key) => typeof key !== 'string');
    return integers.length === keys.length ? integers : undefined;
  }

  /** The ids of the points with one of the groups, or with another one; undefined if there are more than `max`. */
  idsWith(wanted: {
    readonly keys: readonly GroupKey[];
    readonly isExcept: boolean;
    readonly max: number;
  }): PointId[] | undefined {
    const { collection, cancel } = this.#host;
    const unindexed = UnindexedKey.of(collection, this.key);
    const ids: PointId[] = [];
    for (const segment of collection.segments) {
      const rows = unindexed.rowsWith(
        collection,
        segment,
        { ...wanted, max: wanted.max - ids.length },
        cancel,
      );
      if (rows === undefined) return undefined;
      for (const row of rows) ids.push(segment.idAt(row));
    }
    return ids;
  }

  /** Collects the best `count` points of those that meet the condition; true if there are no more. */
  run(collector: GroupCollector<ScoredRow>, count: number, condition?: Condition): boolean {
    const { collection, cancel } = this.#host;
    const { root } = this.#plan;
    const filter = condition && mergeFilters(root.filter, { must: [condition] });
    const plan = filter === undefined ? this.#plan : { ...this.#plan, root: { ...root, filter } };
    const rows = execute(collection, plan, count, cancel);
    collection.env.refresh();
    for (const row of rows) {
      if (collector.isComplete) break;
      collector.add(this.#rowGroups.of(row), row);
    }
    return rows.length < Math.min(count, this.#total) || count >= this.#total;
  }
}
