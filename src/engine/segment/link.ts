import { linkSlice } from '../index/hnsw/build.ts';
import type { Collection } from './collection.ts';

/**
 * Links rows that no graph holds yet, for at most about `msMax`. A graph is begun when its segment passes the indexing
 * threshold, and then follows every row. Several threads may work on one collection. True if rows are left to take.
 */
export function linkCollection({ segments, threadIndex }: Collection, msMax: number): boolean {
  const end = performance.now() + msMax;
  for (const segment of segments) {
    for (const column of segment.vectors) {
      const graph = segment.graph(column, threadIndex);
      if (graph === undefined || !segment.wantsLinks(graph)) continue;
      const leftMs = end - performance.now();
      if (leftMs <= 0) return true;
      if (!linkSlice(graph, segment.count, { msMax: leftMs }).isExhausted) return true;
    }
  }
  return false;
}
