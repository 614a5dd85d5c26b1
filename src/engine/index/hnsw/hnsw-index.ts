import { EF_MAX } from '../../../kernels/graph-layout.ts';
import type { CodeColumn } from '../../vectors/code-column.ts';
import { DEFAULT_QUANTIZED_SEARCH, type QuantizedSearch } from '../../vectors/quantization.ts';
import type { IndexSearch, VectorIndex } from '../vector-index.ts';
import { resetCount } from './build.ts';
import { claimedCount, type GraphHandle, linkedCount } from './graph.ts';
import { searchGraph } from './search.ts';
import { planWalk } from './strategy.ts';

/** How the vector of a graph is quantized. */
export interface GraphQuantization {
  /** Of the segment. */
  readonly memory: WebAssembly.Memory;
  /** Codes to search by; undefined: the graph's own. */
  readonly codes: CodeColumn | undefined;
}

export interface HnswOptions {
  readonly quantization?: GraphQuantization | undefined;
  /** The exact score of a row for the query in scratch, if rows lie on disk; undefined if the row is no more. */
  readonly scoreRow?: ((offset: number) => number | undefined) | undefined;
}

/** The default engine: a graph that the kernels walk, with or without a filter. */
export class HnswIndex implements VectorIndex {
  readonly #graph: GraphHandle;
  readonly #efDefault: number;
  readonly #options: HnswOptions;
  #quantizedGraph: GraphHandle | undefined;

  /** `efDefault`: candidate list of searches that do not give one. */
  constructor(graph: GraphHandle, efDefault: number, options: HnswOptions = {}) {
    this.#graph = graph;
    this.#efDefault = efDefault;
    this.#options = options;
  }

  coveredRows(): number {
    return linkedCount(this.#graph);
  }

  search(
    { plan, segment, count, tombstones, allowed, cancel }: IndexSearch,
    limit: number,
  ): number | undefined {
    const { k } = plan;
    const resets = resetCount(this.#graph);
    if (linkedCount(this.#graph) < limit) return undefined;
    const quantized = this.#quantizedSearch(plan.quantized);
    const graph = quantized === undefined ? this.#graph : this.#byCodes();
    const candidates = Math.ceil(k * (quantized?.oversampling ?? 1));
    // Of all rows; those that are linked are taken to be like the others.
    const visible = allowed?.count ?? count - segment.deletedCount;
    const matches = Math.round(visible * (limit / count));
    const { codeStrideBytes, m } = graph.graph;
    const walkPlan = planWalk({
      rows: limit,
      matches,
      m,
      rowBytes: codeStrideBytes || graph.vector.strideBytes,
      ef: Math.min(EF_MAX, Math.max(candidates, plan.ef ?? this.#efDefault)),
      k,
      areCodesExact: quantized === undefined,
      twoHopsMax: plan.twoHopsMax,
    });
    const length = searchGraph(graph, {
      ...walkPlan,
      k,
      // An estimate must not make a search look for more than there is.
      ...(limit === count && { matches }),
      tombstones: segment.deletedCount === 0 ? 0 : tombstones,
      allowed: allowed?.address ?? 0,
      limit,
      heapLength: 0,
      isRescored: quantized?.isRescored ?? true,
      scoreRow: this.#options.scoreRow,
      checkCancelled: cancel.check,
    });
    return resetCount(graph) === resets ? length : undefined;
  }

  /** How to search by a quantization; undefined: not at all. */
  #quantizedSearch(asked: QuantizedSearch = DEFAULT_QUANTIZED_SEARCH): QuantizedSearch | undefined {
    return this.#options.quantization === undefined || asked.isIgnored ? undefined : asked;
  }

  /** The graph as it is searched by the codes of the quantization, for the query in scratch. */
  #byCodes(): GraphHandle {
    const graph = this.#graph;
    const { codes, memory } = this.#options.quantization!;
    // Codes that a change of settings asks for are still being made.
    if (codes === undefined || codes.codedCount < claimedCount(graph)) return graph;
    this.#quantizedGraph ??= { ...graph, kernels: { ...graph.kernels, ...codes.searchKernels(memory) } };
    codes.prepareQuery(new Float32Array(memory.buffer, graph.scratch.query, graph.vector.dim));
    return this.#quantizedGraph;
  }
}
