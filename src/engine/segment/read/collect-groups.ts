import { isDeepStrictEqual } from 'node:util';
import type { AnyVariants, Match } from '../../../../schemas/filter.ts';
import { type Group, GroupCollector, type GroupKey } from '../../query/groups.ts';
import { execute } from './execute.ts';
import { mergeFilters } from './merge-filters.ts';
import type { Plan, RequestPlan } from './plan.ts';
import type { QueryHost } from './query.ts';
import { RowGroups } from './row-groups.ts';
import { rowCount, type ScoredRow } from './rows.ts';

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
const WIDER_SEARCHES_MAX = 3;
const NARROWER_SEARCHES_MAX = 10;

/**
 * Groups of the points that a plan finds. It gives up after some searches: groups may be missing then, and have fewer hits
 * than there are.
 */
export function collectGroups(host: QueryHost, plan: RequestPlan, grouping: Grouping): readonly RowGroup[] {
  const { root } = plan;
  if (root.prefetches.length === 0) {
    const search = new GroupSearch(host, plan, grouping.key);
    return searchNarrower(search, grouping) ?? searchWider(search, grouping);
  }
  // What a level above prefetches makes of a point depends on the others: all searches have to see the same ones.
  const larger = { ...plan, root: withLargerPrefetches(root, grouping.limit) };
  return searchWider(new GroupSearch(host, larger, grouping.key), grouping);
}

/** Each group may take all of what a prefetch finds. */
function withLargerPrefetches(plan: Plan, factor: number): Plan {
  const prefetches = plan.prefetches.map((prefetch) => ({
    ...withLargerPrefetches(prefetch, factor),
    limit: prefetch.limit * factor,
  }));
  return { ...plan, prefetches };
}

/** Searches for more and more points until the groups are full or there are no more points. */
function searchWider(search: GroupSearch, { limit, size }: Grouping): readonly RowGroup[] {
  let count = Math.max(limit * size, POINTS_MIN);
  for (let round = 1; ; round++) {
    const collector = new GroupCollector<ScoredRow>({ limit, size });
    const isExhausted = search.run(collector, count);
    if (collector.isComplete || isExhausted || round === WIDER_SEARCHES_MAX) return collector.groups();
    count *= GROWTH;
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
    const isExhausted = search.run(collector, count, match);
    for (const group of collector.groups()) {
      const known = groups.get(group.key);
      const isBetter = known === undefined ? groups.size < limit : group.hits.length > known.hits.length;
      if (isBetter) groups.set(group.key, group);
    }
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
  readonly #key: string;
  readonly #rowGroups: RowGroups;
  readonly #total: number;

  constructor(host: QueryHost, plan: RequestPlan, key: string) {
    this.#host = host;
    this.#plan = plan;
    this.#key = key;
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

  /** Collects the best `count` points of those whose key matches; true if there are no more. */
  run(collector: GroupCollector<ScoredRow>, count: number, match?: Match): boolean {
    const { collection, cancel } = this.#host;
    const { root } = this.#plan;
    const filter = match && mergeFilters(root.filter, { must: [{ key: this.#key, match }] });
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
