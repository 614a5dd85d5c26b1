import { EF_MAX } from '../../../kernels/graph-layout.ts';
import type { IndexSearch, VectorIndex } from '../vector-index.ts';
import { type GraphHandle, linkedCount } from './graph.ts';
import { searchGraph } from './search.ts';
import { planWalk } from './strategy.ts';

/** The default engine: a graph that the kernels walk, with or without a filter. */
export class HnswIndex implements VectorIndex {
  readonly #graph: GraphHandle;
  readonly #efDefault: number;

  constructor(graph: GraphHandle, efDefault: number) {
    this.#graph = graph;
    this.#efDefault = efDefault;
  }

  coveredRows(): number {
    return linkedCount(this.#graph);
  }

  search({ plan, segment, count, tombstones, allowed, cancel }: IndexSearch, limit: number): number {
    const { k } = plan;
    const graph = this.#graph;
    // Of all rows; those that are linked are taken to be like the others.
    const visible = allowed?.count ?? count - segment.deletedCount;
    const matches = Math.round(visible * (limit / count));
    const { mode, ef } = planWalk({
      rows: limit,
      matches,
      m: graph.graph.m,
      ef: Math.min(EF_MAX, Math.max(k, plan.ef ?? this.#efDefault)),
      k,
    });
    return searchGraph(graph, {
      ef,
      k,
      mode,
      // An estimate must not make a search look for more than there is.
      ...(limit === count && { matches }),
      tombstones: segment.deletedCount === 0 ? 0 : tombstones,
      allowed: allowed?.address ?? 0,
      limit,
      heapLength: 0,
      checkCancelled: cancel.check,
    });
  }
}
