import type { Filter } from '../../../../schemas/filter.ts';
import { SCRATCH_HEAP_MAX } from '../../../kernels/memory-layout.ts';
import { searchSparse } from '../../index/sparse/search.ts';
import type { SideColumn } from '../../vectors/side-column.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { Segment } from '../segment.ts';
import { type Hit, heapHits } from './heap-hits.ts';
import { freezeRows } from './moment.ts';
import type { NearestPlan } from './segment-search.ts';
import { sideScores, writeSideQuery } from './side-scores.ts';

const ROWS_PER_SLICE = 16_384;
/** Multivectors of a row are many: fewer rows between two looks at the clock. */
const MULTI_ROWS_PER_SLICE = 1024;

/** One search of the rows of a sparse vector or multivector, the query being in the scratch area. */
interface Search {
  readonly segment: Segment;
  readonly column: SideColumn;
  readonly threadIndex: number;
  readonly k: number;
  /** Terms of a sparse query. */
  readonly terms: number;
  /** Rows to look at: those in the scratch area's `filter`. */
  readonly count: number;
  readonly cancel: Cancellation;
}

/** The `k` rows of a segment most similar to the query, exactly, in no particular order. */
export function searchSide(
  collection: Collection,
  segment: Segment,
  column: SideColumn,
  plan: NearestPlan,
  cancel: Cancellation,
): Hit[] {
  const { threadIndex } = collection;
  const count = copyVisibleRows(collection, segment, column, plan.filter, cancel);
  writeSideQuery(column, plan.query, threadIndex);
  const terms = plan.query.kind === 'sparse' ? plan.query.indices.length : 0;
  const search: Search = { segment, column, threadIndex, k: plan.k, terms, count, cancel };
  if (plan.k > SCRATCH_HEAP_MAX) return scoreAll(search);
  const { kernels, memory } = column;
  const { heap: address } = column.scratch(threadIndex);
  const length = column.config.kind === 'sparse' ? searchLists(search) : scanRows(search);
  return heapHits(segment, { kernels, memory, address, length });
}

/**
 * Copies the rows that the filter allows and that are not deleted, all of one moment, to the scratch area of the column;
 * returns how many rows there were, in the bitmap or not.
 */
export function copyVisibleRows(
  collection: Collection,
  segment: Segment,
  column: SideColumn,
  filter: Filter | undefined,
  cancel: Cancellation,
): number {
  cancel.check();
  const scratch = column.scratch(collection.threadIndex);
  const snapshot = freezeRows(collection, segment, (rows) => {
    const bytes = Math.ceil(rows / 64) * 8;
    column.bytesAt(scratch.tombstones, bytes).set(segment.bytesAt(segment.layout.tombstones, bytes));
  });
  const { count } = snapshot;
  const { kernels } = column;
  if (filter === undefined) kernels.bitmapFill(scratch.filter, count);
  else {
    const { bits } = collection.filterCache.bitmap(segment, filter, snapshot, cancel);
    column.bytesAt(scratch.filter, bits.length).set(bits);
  }
  kernels.bitmapAndNot(scratch.filter, scratch.tombstones, count);
  return count;
}

function searchLists({ column, threadIndex, terms, count, k, cancel }: Search): number {
  const scratch = column.scratch(threadIndex);
  return searchSparse(column, {
    scratch,
    terms,
    count,
    tombstones: 0,
    allowed: scratch.filter,
    allowedCount: column.kernels.bitmapCount(scratch.filter, count),
    k,
    checkCancelled: cancel.check,
  });
}

function scanRows({ column, threadIndex, count, k, cancel }: Search): number {
  const { query, filter, heap } = column.scratch(threadIndex);
  const { starts } = column.layout;
  const { config, kernels, comparison } = column;
  const dim = config.kind === 'multi' ? config.dim : 0;
  let length = 0;
  for (let from = 0; from < count; from += MULTI_ROWS_PER_SLICE) {
    cancel.check();
    const to = Math.min(from + MULTI_ROWS_PER_SLICE, count);
    length = kernels.multiScan(comparison, starts, query, dim, from, to, 0, filter, heap, length, k);
  }
  return length;
}

/** For a k that no heap in scratch holds: every row with its score. */
function scoreAll({ segment, column, threadIndex, count, cancel }: Search): Hit[] {
  const { filter } = column.scratch(threadIndex);
  const bits = column.bytesAt(filter, Math.ceil(count / 8)).slice();
  const hits: Hit[] = [];
  for (let from = 0; from < count; from += ROWS_PER_SLICE) {
    cancel.check();
    const length = Math.min(ROWS_PER_SLICE, count - from);
    const all = Uint32Array.from({ length }, (_, i) => from + i);
    const offsets = all.filter((offset) => ((bits[offset >> 3]! >> (offset & 7)) & 1) === 1);
    const scores = sideScores(column, offsets, threadIndex, Number.NaN);
    for (const [i, offset] of offsets.entries()) {
      if (!Number.isNaN(scores[i])) hits.push({ segment, offset, similarity: scores[i]! });
    }
  }
  return hits;
}
