import { type GraphHandle, linkedCount } from '../index/hnsw/graph.ts';
import { linkSlice } from '../index/hnsw/build.ts';
import type { Collection } from './collection.ts';
import type { Segment, VectorColumn } from './segment.ts';

/**
 * Links rows that no graph holds yet, and codes the rows of quantized vectors, for at most about `msMax`. A graph is begun
 * when its segment passes the indexing threshold, and then follows every row. Several threads may work on one collection.
 * True if rows are left to take.
 */
export function linkCollection({ segments, threadIndex }: Collection, msMax: number): boolean {
  const end = performance.now() + msMax;
  for (const segment of segments) {
    for (const column of segment.vectors) {
      const graph = segment.graph(column, threadIndex);
      if (graph === undefined || !segment.isIndexed(graph)) continue;
      if (indexVector(segment, column, graph, { threadIndex, end })) return true;
    }
  }
  return false;
}

/** True if rows are left to take, or perhaps. */
function indexVector(
  segment: Segment,
  column: VectorColumn,
  graph: GraphHandle,
  { threadIndex, end }: { readonly threadIndex: number; readonly end: number },
): boolean {
  let limit = segment.count;
  const codes = segment.codes(column, threadIndex);
  if (codes !== undefined) {
    const rowAt = (offset: number) => segment.comparedAt(column, offset);
    if (codes.encode(limit, end - performance.now(), rowAt)) return true;
    // Rows get their codes before a search by them can come across.
    limit = Math.min(limit, codes.codedCount);
  }
  if (linkedCount(graph) >= limit) return false;
  const msMax = end - performance.now();
  return msMax <= 0 || !linkSlice(graph, limit, { msMax }).isExhausted;
}
