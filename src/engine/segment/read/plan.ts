import type { Filter } from '../../../../schemas/filter.ts';
import type { Prefetch, QueryRequest } from '../../../../schemas/query.ts';
import { badRequest } from '../../../shared/errors.ts';
import type { PointId } from '../../../shared/ids.ts';
import type { Collection } from '../collection.ts';
import { Examples, exampleSource, type FindCollection, vectorNamed } from './examples.ts';
import { mergeFilters } from './merge-filters.ts';
import { invalidPlan } from './invalid-plan.ts';
import { stageOf } from './kinds/kinds.ts';
import { rowCount } from './rows.ts';
import type { Stage, StageContext } from './stage.ts';

const DEFAULT_LIMIT = 10;
const PREFETCH_DEPTH_MAX = 64;

/** One level of a request, and below it the levels whose results it works on. */
export interface Plan {
  readonly stage: Stage;
  /** Empty: the stage looks at all points. */
  readonly prefetches: readonly Plan[];
  /** Of this level and of those above it. */
  readonly filter: Filter | undefined;
  readonly threshold: number | undefined;
  readonly limit: number;
}

/** A whole request, ready to run: nothing in it is looked up any more. */
export interface RequestPlan {
  readonly root: Plan;
  readonly excluded: ReadonlySet<PointId>;
}

/** A level of a request of the API. */
type Level = Omit<Prefetch, 'limit'> & Pick<QueryRequest, 'limit'>;

interface Planner {
  readonly collection: Collection;
  readonly find: FindCollection;
  readonly mentioned: Set<PointId>;
  /** More than there are points is never asked for. */
  readonly limitMax: number;
}

/**
 * Checks a request and resolves what it refers to.
 * @throws NEARIFY_BAD_REQUEST, NEARIFY_WRONG_INPUT, NEARIFY_NOT_FOUND
 */
export function planQuery(collection: Collection, request: Level, find: FindCollection): RequestPlan {
  const depth = depthOf(request) - 1;
  if (depth > PREFETCH_DEPTH_MAX) {
    throw invalidPlan(`prefetches depth ${depth} exceeds max depth ${PREFETCH_DEPTH_MAX}`);
  }
  const planner: Planner = { collection, find, mentioned: new Set(), limitMax: rowCount(collection) };
  return { root: planLevel(planner, request, undefined), excluded: planner.mentioned };
}

function prefetchesOf({ prefetch }: Level): readonly Prefetch[] {
  if (!prefetch) return [];
  return Array.isArray(prefetch) ? prefetch : [prefetch];
}

function depthOf(level: Level): number {
  return 1 + Math.max(0, ...prefetchesOf(level).map(depthOf));
}

function planLevel(planner: Planner, level: Level, filterAbove: Filter | undefined): Plan {
  checkShape(level);
  const filter = mergeFilters(filterAbove, level.filter ?? undefined);
  const limit = Math.min(Number(level.limit ?? DEFAULT_LIMIT), planner.limitMax);
  return {
    stage: stageOf(level.query, contextOf(planner, level, limit)),
    prefetches: prefetchesOf(level).map((prefetch) => planLevel(planner, prefetch, filter)),
    filter,
    threshold: level.score_threshold ?? undefined,
    limit,
  };
}

function contextOf({ collection, find, mentioned }: Planner, level: Level, limit: number): StageContext {
  const using = level.using ?? '';
  const source = exampleSource(collection, using, level.lookup_from, find);
  const vectorConfig = () => vectorNamed(collection, using);
  return {
    collection,
    using,
    params: level.params ?? undefined,
    limit,
    prefetchCount: prefetchesOf(level).length,
    threshold: level.score_threshold ?? undefined,
    vectorConfig,
    examples: () => new Examples(source, vectorConfig(), mentioned),
  };
}

/** What does not go together, whatever the collection is. @throws NEARIFY_BAD_REQUEST */
function checkShape(level: Level): void {
  const hasQuery = level.query !== undefined && level.query !== null;
  if (!hasQuery && prefetchesOf(level).length > 0) {
    throw badRequest(
      "A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
    );
  }
  if (!hasQuery && typeof level.score_threshold === 'number') {
    throw badRequest(
      "A query is needed to use the score_threshold. Can't have score_threshold without defining a query.",
    );
  }
}
