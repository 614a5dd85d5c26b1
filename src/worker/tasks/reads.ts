import type { ReadTask } from '../../protocol/tasks.ts';
import type { ReadTaskHandler } from '../task.ts';
import { runCount } from './count.ts';
import { runFacet } from './facet.ts';
import { runMatrixOffsets, runMatrixPairs } from './matrix.ts';
import { runQuery, runQueryBatch, runQueryGroups } from './query.ts';
import { runGetPoint, runRetrieve } from './retrieve.ts';
import { runScroll } from './scroll.ts';
import { SEARCH_HANDLERS } from './search.ts';

/** The explicit table of reads. */
export const READ_HANDLERS: Record<ReadTask, ReadTaskHandler> = {
  query: runQuery,
  query_batch: runQueryBatch,
  query_groups: runQueryGroups,
  ...SEARCH_HANDLERS,
  facet: runFacet,
  matrix_pairs: runMatrixPairs,
  matrix_offsets: runMatrixOffsets,
  retrieve: runRetrieve,
  get_point: runGetPoint,
  scroll: runScroll,
  count: runCount,
};
