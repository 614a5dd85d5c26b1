import { EF_MAX, WALK, WALK_MODE } from '../../../kernels/graph-layout.ts';
import { SCRATCH_HEAP_MAX } from '../../../kernels/memory-layout.ts';
import { assert } from '../../../shared/assert.ts';
import { type GraphHandle, linkedCount } from './graph.ts';
import { efAmong, type WalkStep } from './strategy.ts';

export interface GraphSearch {
  /** Candidate list: at least `k`, at most EF_MAX. */
  readonly ef: number;
  /** How many rows the heap keeps. */
  readonly k: number;
  /** As `planWalk` chooses it. */
  readonly mode: keyof typeof WALK_MODE;
  readonly efAsked?: number | undefined;
  readonly otherwise?: WalkStep | undefined;
  /**
   * How many rows may be returned, if known: when a walk under a filter finds fewer than it should, because they lie apart
   * from each other, all are scanned instead.
   */
  readonly matches?: number;
  /** Addresses of bitmaps of rows that are deleted and of rows that a filter allows; 0: none. Not asked by `plain`. */
  readonly tombstones: number;
  readonly allowed: number;
  /** Only rows below: the graph's `linkedCount`, read before the search, if the rows above are scanned. */
  readonly limit: number;
  /** Entries that the heap in scratch holds already, of a scan or of other rows. */
  readonly heapLength: number;
  /** False: offer rows by the scores of their codes. True if not given. */
  readonly isRescored?: boolean;
  /** The exact score of a row, for graphs whose rows lie on disk; undefined if the row is no more. */
  readonly scoreRow?: ((offset: number) => number | undefined) | undefined;
  /** Called between slices of at most ~1 ms; may throw to give the search up. */
  readonly checkCancelled: () => void;
}

/** Candidates expanded between two looks at the cancel flag: each costs up to 2m distances. */
const HOPS_PER_SLICE = 256;
const ROWS_PER_SLICE = 16_384;
/** Hops after which a walk through hidden rows looks how many matches it will find, and by how many times k they suffice. */
const PROBE_HOPS = 16;
const PROBE_MATCHES_MIN = 1.2;

/**
 * Searches the graph for the rows most similar to the query in `scratch.query` (float32, normalised for Cosine, padded
 * with zeros) and offers them to `scratch.heap` by their exact scores, as `scanTopK` does: the two can be combined.
 * Returns the heap's new length; `heapSort` brings it into order. O(ef · m) distances, O(rows) for `scan`.
 */
export function searchGraph(handle: GraphHandle, search: GraphSearch): number {
  const { kernels, graph, walk } = handle;
  const { ef, k, limit, heapLength } = search;
  assert(k > 0 && k <= SCRATCH_HEAP_MAX && ef >= k && ef <= EF_MAX, `ef ${ef} does not serve k ${k}`);
  if (!begin(handle, search, search)) return heapLength;
  const { otherwise } = search;
  if (!run(handle, search, search) && otherwise !== undefined) {
    begin(handle, search, otherwise);
    run(handle, search, otherwise);
  }
  const isFiltered = search.mode === 'hidden' || search.mode === 'twoHops';
  const expected = Math.min(k, search.matches ?? 0);
  if (isFiltered && kernels.searchFound(walk.head, limit) < expected) {
    const step = { mode: 'scan', ef: otherwise?.ef ?? ef } as const;
    begin(handle, search, step);
    run(handle, search, step);
  }
  if (search.isRescored === false) return kernels.searchEndByCodes(walk.head, limit, heapLength, k);
  if (search.scoreRow !== undefined) return rescoreRows(handle, search, search.scoreRow);
  return kernels.searchEnd(graph.head, walk.head, limit, heapLength, k);
}

/** Offers what was found by the scores that `scoreRow` gives, which is asked no more than it takes. */
function rescoreRows(
  { kernels, graph, walk, scratch, words }: GraphHandle,
  { k, limit, heapLength }: GraphSearch,
  scoreRow: (offset: number) => number | undefined,
): number {
  assert(heapLength === 0, 'the heap is free for the candidates');
  const found = kernels.searchBounds(graph.head, walk.head, limit);
  kernels.heapSort(scratch.heap, found);
  const [at, floats] = [scratch.heap / 4, new Float32Array(words.buffer)];
  const bounds = Float32Array.from({ length: found }, (_, i) => floats[at + 2 * i]!);
  const offsets = Uint32Array.from({ length: found }, (_, i) => words[at + 2 * i + 1]!);
  let length = 0;
  for (const [i, offset] of offsets.entries()) {
    // The worst of the best k is first in the heap.
    if (length === k && bounds[i]! < floats[at]!) break;
    const score = scoreRow(offset);
    if (score !== undefined) length = kernels.heapOffer(scratch.heap, length, k, score, offset);
  }
  return length;
}

function begin({ kernels, graph, walk }: GraphHandle, search: GraphSearch, { mode, ef }: WalkStep): boolean {
  const { tombstones, allowed } = search;
  return kernels.searchBegin(graph.head, walk.head, ef, WALK_MODE[mode], tombstones, allowed) !== 0;
}

/** False if it was given up, or has found too little, because there are too few matches around the query. */
function run(handle: GraphHandle, search: GraphSearch, { mode }: WalkStep): boolean {
  const { kernels, graph, walk } = handle;
  const { k, limit, checkCancelled } = search;
  if (mode === 'scan') {
    scan(handle, search);
    return true;
  }
  const isHidden = mode === 'hidden';
  let isOver = kernels.searchRun(graph.head, walk.head, isHidden ? PROBE_HOPS : HOPS_PER_SLICE) !== 0;
  if (isHidden && !isOver && !lookAround(handle, search)) return false;
  while (!isOver) {
    checkCancelled();
    isOver = kernels.searchRun(graph.head, walk.head, HOPS_PER_SLICE) !== 0;
  }
  return !isHidden || kernels.searchFound(walk.head, limit) >= k;
}

/**
 * Looks which share of the rows around the query matches. False if the walk would find too little; else its list becomes as
 * short as that share allows.
 */
function lookAround({ kernels, walk, words }: GraphHandle, search: GraphSearch): boolean {
  const { ef, efAsked, k, limit, otherwise } = search;
  const head = walk.head / 4;
  const length = words[head + WALK.length]!;
  const share = kernels.searchFound(walk.head, limit) / length;
  if (otherwise !== undefined && share * ef < PROBE_MATCHES_MIN * k) return false;
  if (efAsked === undefined) return true;
  const shorter = Math.ceil(Math.min(ef, efAmong(share, efAsked, k)));
  words[head + WALK.ef] = shorter;
  words[head + WALK.length] = Math.min(length, shorter);
  return true;
}

/** Scores all linked rows that may be returned. */
function scan(handle: GraphHandle, { limit, checkCancelled }: GraphSearch): void {
  const { kernels, graph, walk } = handle;
  const rows = Math.min(limit, linkedCount(handle));
  for (let from = 0; from < rows; from += ROWS_PER_SLICE) {
    checkCancelled();
    kernels.searchScan(graph.head, walk.head, from, Math.min(from + ROWS_PER_SLICE, rows));
  }
}
