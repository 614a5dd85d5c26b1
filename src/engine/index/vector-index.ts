import type { QuantizedSearch } from '../vectors/quantization.ts';

/** One search of a segment's rows by one vector. The query lies in the calling thread's scratch area, where the heap is too. */
export interface IndexSearch {
  readonly plan: {
    /** How many rows the heap keeps. */
    readonly k: number;
    /** Candidate list; the index's own if not given. */
    readonly ef?: number;
    /** How to use a quantization, if there is one. */
    readonly quantized?: QuantizedSearch;
    /** Share of matches up to which a graph is walked by two hops, if it is walked at all. */
    readonly twoHopsMax?: number | undefined;
  };
  readonly segment: { readonly deletedCount: number };
  /** Rows that the search sees. */
  readonly count: number;
  /** Address of the bitmap of deleted rows. */
  readonly tombstones: number;
  /** The living rows that a filter allows; undefined without a filter. */
  readonly allowed: { readonly address: number; readonly count: number } | undefined;
  readonly cancel: { readonly check: () => void };
}

/** What finds the rows of a segment that are nearest to a query without looking at all of them, for the calling thread. */
export interface VectorIndex {
  /** Rows below which the index knows all that have the vector: those above are to be scanned. It grows, or starts anew. */
  coveredRows(): number;
  /**
   * Offers the best living rows below `limit`, which is at most `coveredRows()`, to the empty heap in scratch by their exact
   * scores; returns its length. Undefined if the index does not cover these rows any more: what the heap holds is void.
   */
  search(search: IndexSearch, limit: number): number | undefined;
}
