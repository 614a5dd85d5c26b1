import { EF_MAX, WALK_MODE } from '../../../kernels/graph-layout.ts';
import { SCRATCH_HEAP_MAX } from '../../../kernels/memory-layout.ts';
import { assert } from '../../../shared/assert.ts';
import type { GraphHandle } from './graph.ts';

export interface GraphSearch {
  /** Candidate list: at least `k`, at most EF_MAX. */
  readonly ef: number;
  /** How many rows the heap keeps. */
  readonly k: number;
  readonly mode: keyof typeof WALK_MODE;
  /** Addresses of bitmaps of rows that are deleted and of rows that a filter allows; 0: none. Not asked by `plain`. */
  readonly tombstones: number;
  readonly allowed: number;
  /** Only rows below: the graph's `linkedCount`, read before the search, if the rows above are scanned. */
  readonly limit: number;
  /** Entries that the heap in scratch holds already, of a scan or of other rows. */
  readonly heapLength: number;
  /** Called between slices of at most ~1 ms; may throw to give the search up. */
  readonly checkCancelled: () => void;
}

/** Candidates expanded between two looks at the cancel flag: each costs up to 2m distances. */
const HOPS_PER_SLICE = 256;

/**
 * Searches the graph for the rows most similar to the query in `scratch.query` (float32, normalised for Cosine, padded
 * with zeros) and offers them to `scratch.heap` by their exact scores, as `scanTopK` does: the two can be combined.
 * Returns the heap's new length; `heapSort` brings it into order. O(ef · m) distances.
 */
export function searchGraph(handle: GraphHandle, search: GraphSearch): number {
  const { kernels, graph, walk } = handle;
  const { ef, k, limit, heapLength } = search;
  assert(k > 0 && k <= SCRATCH_HEAP_MAX && ef >= k && ef <= EF_MAX, `ef ${ef} does not serve k ${k}`);
  const mode = WALK_MODE[search.mode];
  const { head } = graph;
  if (kernels.searchBegin(head, walk.head, ef, mode, search.tombstones, search.allowed) === 0)
    return heapLength;
  while (kernels.searchRun(head, walk.head, HOPS_PER_SLICE) === 0) search.checkCancelled();
  return kernels.searchEnd(head, walk.head, limit, heapLength, k);
}
