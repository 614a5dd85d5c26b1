import type { ReadTask } from '../../protocol/tasks.ts';
import type { ReadTaskHandler } from '../task.ts';
import { runCount } from './count.ts';
import { runQuery, runQueryBatch } from './query.ts';
import { runGetPoint, runRetrieve } from './retrieve.ts';
import { runScroll } from './scroll.ts';

/** The explicit table of reads. */
export const READ_HANDLERS: Record<ReadTask, ReadTaskHandler> = {
  query: runQuery,
  query_batch: runQueryBatch,
  retrieve: runRetrieve,
  get_point: runGetPoint,
  scroll: runScroll,
  count: runCount,
};
