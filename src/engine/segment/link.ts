import { encodeRow, type GraphHandle, linkedCount } from '../index/hnsw/graph.ts';
import { linkSlice, mendGraph, type SliceBudget } from '../index/hnsw/build.ts';
import type { Collection } from './collection.ts';
import type { Segment, VectorColumn } from './segment.ts';

/** How long linking may take at a time, and what it calls every few rows to let other threads run. */
export type LinkBudget = Pick<SliceBudget, 'msMax' | 'pause'>;

/**
 * Links rows that no graph holds yet, and codes the rows of quantized vectors, for at most about `msMax`. A graph is begun
 * when its segment passes the indexing threshold, and then follows every row. Several threads may work on one collection.
 * True if rows are left to take.
 */
export function linkCollection(
  { env, segments, threadIndex }: Collection,
  { msMax, pause }: LinkBudget,
): boolean {
  const end = performance.now() + msMax;
  // Rows on disk are read from a state that has all of them.
  const counts = segments.map(({ count }) => count);
  env.refresh();
  for (const [i, segment] of segments.entries()) {
    for (const column of segment.vectors) {
      const graph = segment.graph(column, threadIndex);
      if (graph === undefined || !segment.isIndexed(graph)) continue;
      if (indexVector(segment, column, graph, { threadIndex, count: counts[i]!, end, pause })) return true;
    }
  }
  return false;
}

interface IndexWork extends Pick<LinkBudget, 'pause'> {
  readonly threadIndex: number;
  readonly count: number;
  /** When to end (`performance.now()`). */
  readonly end: number;
}

/** True if rows are left to take, or perhaps. */
function indexVector(
  segment: Segment,
  column: VectorColumn,
  graph: GraphHandle,
  { threadIndex, count, end, pause }: IndexWork,
): boolean {
  let limit = count;
  const codes = segment.codes(column, threadIndex);
  if (codes !== undefined) {
    const rowAt = (offset: number) => segment.comparedAt(column, offset);
    if (codes.encode(limit, end - performance.now(), rowAt)) return true;
    // Rows get their codes before a search by them can come across.
    limit = Math.min(limit, codes.codedCount);
  }
  if (linkedCount(graph) >= limit) return false;
  const msMax = end - performance.now();
  const prepare =
    column.disk && ((from: number, to: number) => encodeRows(segment, column, graph, { from, to }));
  return msMax <= 0 || !linkSlice(graph, limit, { msMax, prepare, pause }).isExhausted;
}

function encodeRows(
  segment: Segment,
  column: VectorColumn,
  graph: GraphHandle,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  for (let offset = from; offset < to; offset++) {
    const values = segment.comparedAt(column, offset);
    if (values !== undefined) encodeRow(graph, offset, values);
  }
}

/**
 * Makes the graphs whole after a thread died, or failed, that was linking: those with rows that it had taken are emptied,
 * to be linked anew, as it may have left nodes half linked or locked. No thread may be linking; searches may go on.
 */
export function mendGraphs({ segments, threadIndex }: Collection): void {
  for (const segment of segments) {
    for (const column of segment.vectors) {
      const graph = segment.graph(column, threadIndex);
      if (graph === undefined) continue;
      mendGraph(graph);
      segment.codes(column, threadIndex)?.unlock();
    }
  }
}
