import type { Filter } from '../../../../schemas/filter.ts';
import type { SearchParams } from '../../../../schemas/query.ts';
import type { PointId } from '../../../shared/ids.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { VectorConfig } from '../../vectors/vector-config.ts';
import type { Examples } from './examples.ts';
import { batchesOf, matchingRows, type RowBatch, type ScoredRow, unionOf } from './rows.ts';

/** A request under way on this thread. */
export interface Execution {
  readonly collection: Collection;
  /** Points that are no results, because they are examples of the request. */
  readonly excluded: ReadonlySet<PointId>;
  readonly cancel: Cancellation;
}

/** What a stage is to find. */
export interface StageInput {
  /** What each prefetch found; undefined: the stage looks at all points of the collection. */
  readonly sources: readonly (readonly ScoredRow[])[] | undefined;
  /** Already applied to the sources. */
  readonly filter: Filter | undefined;
  readonly threshold: number | undefined;
  /** Most rows to return. */
  readonly limit: number;
}

/** What one level of a request does: made by the file of its kind of query, with all that the query says. */
export interface Stage {
  /** The rows that fit best, best first. */
  run(execution: Execution, input: StageInput): readonly ScoredRow[];
  /** The rows are listed and not scored: they show neither a score nor the version of the point. */
  readonly isListing?: boolean;
  /** The rows come in another order each time: there is no page to skip. */
  readonly isUnordered?: boolean;
}

/** What the file of a kind gets to make a stage of a query. */
export interface StageContext {
  readonly collection: Collection;
  /** Name of the vectors to compare with. */
  readonly using: string;
  readonly params: SearchParams | undefined;
  /** As the level of the request says; results to skip are not counted in. */
  readonly limit: number;
  readonly prefetchCount: number;
  readonly threshold: number | undefined;
  /** The vectors to compare with. @throws NEARIFY_WRONG_INPUT if there are none of the name */
  vectorConfig(): VectorConfig;
  /** For examples to compare with those vectors. */
  examples(): Examples;
}

/** The rows that a stage looks at. */
export function inputRows(
  { collection, excluded, cancel }: Execution,
  { sources, filter }: StageInput,
): Iterable<RowBatch> {
  if (sources !== undefined) return batchesOf(unionOf(sources));
  return matchingRows(collection, { filter, excluded }, cancel);
}
