import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { Plan, RequestPlan } from './plan.ts';
import { rowCount, type ScoredRow, settled } from './rows.ts';
import type { Execution } from './stage.ts';

/** Runs a plan on this thread: what fits best, best first, at most `limit` rows. */
export function execute(
  collection: Collection,
  { root, excluded }: RequestPlan,
  limit: number,
  cancel: Cancellation,
): readonly ScoredRow[] {
  return run({ collection, excluded, cancel }, { ...root, limit: Math.min(limit, rowCount(collection)) });
}

function run(
  execution: Execution,
  { stage, prefetches, filter, threshold, limit }: Plan,
): readonly ScoredRow[] {
  execution.cancel.check();
  if (limit === 0) return [];
  const found = prefetches.map((prefetch) => run(execution, prefetch));
  const sources =
    prefetches.length === 0 ? undefined : found.map((rows) => settled(execution.collection, rows));
  return stage.run(execution, { sources, filter, threshold, limit });
}
