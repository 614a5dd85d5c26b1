import { GRAPH, GRAPH_RESETS, NODE } from '../../../kernels/graph-layout.ts';
import { assert } from '../../../shared/assert.ts';
import { claimedCount, type GraphHandle, linkedCount } from './graph.ts';

/** How much one call of `linkSlice` may do. */
export interface SliceBudget {
  /** Wall time after which no further rows are taken. */
  readonly msMax: number;
  /** Most rows; as many as the time allows if not given. */
  readonly rowsMax?: number;
  /** Called with rows that are linked next; codes them if the graph's rows lie on disk. */
  readonly prepare?: ((from: number, to: number) => void) | undefined;
  /** Called every few rows, to let other threads run. */
  readonly pause?: (() => void) | undefined;
}

export interface SliceResult {
  /** Rows that this call linked or found to have no vector. */
  readonly rows: number;
  /** Rows below which all are linked, by whichever thread: what is above is to be scanned. */
  readonly linkedCount: number;
  /** False if rows below `limit` are still to be taken. Those that other threads took may be under way. */
  readonly isExhausted: boolean;
}

/** Rows taken in one go: few, because a slice overruns its time by at most these. */
const CLAIM_ROWS = 4;

/**
 * Takes the next rows below `limit` for the calling thread alone, which must link them all: a gap would hold up
 * `linkedCount` for ever. Returns the first, or `limit` if there is none left.
 */
function claimRows({ words, graph }: GraphHandle, limit: number, rows: number): [from: number, to: number] {
  const at = graph.head / 4 + GRAPH.claimedCount;
  for (;;) {
    const from = Atomics.load(words, at);
    if (from >= limit) return [limit, limit];
    const to = Math.min(from + rows, limit);
    if (Atomics.compareExchange(words, at, from, to) === from) return [from, to];
  }
}

/**
 * Links rows below `limit` (the published count) into the graph until the budget is used up. Several threads may call it
 * for one graph at a time, each with a handle and walk area of its own, while others search. O(log rows) distances a row.
 */
export function linkSlice(
  handle: GraphHandle,
  limit: number,
  { msMax, rowsMax, prepare, pause }: SliceBudget,
): SliceResult {
  const { kernels, graph, walk, layout } = handle;
  assert(limit <= layout.capacity, `row ${limit} lies outside of the graph`);
  const end = performance.now() + msMax;
  let rows = 0;
  let isExhausted = false;
  while (!isExhausted && rows < (rowsMax ?? limit)) {
    const [from, to] = claimRows(handle, limit, Math.min(CLAIM_ROWS, (rowsMax ?? limit) - rows));
    prepare?.(from, to);
    kernels.insertRange(graph.head, walk.head, from, to);
    rows += to - from;
    isExhausted = to === limit;
    if (performance.now() >= end) break;
    pause?.();
  }
  return { rows, linkedCount: kernels.advanceLinked(graph.head, limit), isExhausted };
}

/**
 * True if rows were taken that nobody links any more, because their thread died; then `linkedCount` stays below them, and
 * the thread may have held the lock of a node. Only to be asked while no thread is in `linkSlice`.
 */
export function hasAbandonedRows(handle: GraphHandle): boolean {
  return claimedCount(handle) > linkedCount(handle);
}

/**
 * Makes a graph whole after a thread died, or failed, in `linkSlice`: it is emptied, for all rows to be linked again, if it
 * lacks rows that were taken. No thread may be in `linkSlice`; searches may go on.
 */
export function mendGraph(handle: GraphHandle): void {
  const { words, graph, kernels } = handle;
  for (const name of ['lock', 'givenUp'] as const) Atomics.store(words, graph.head / 4 + GRAPH[name], 0);
  kernels.advanceLinked(graph.head, claimedCount(handle));
  if (hasAbandonedRows(handle)) resetGraph(handle);
}

/** Empties a graph. Searches under way must ask `resetCount` whether what they found is void. */
function resetGraph({ words, graph }: GraphHandle): void {
  const head = graph.head / 4;
  const taken = Atomics.load(words, head + GRAPH.claimedCount);
  // First of all, so that a search that does not see the count of resets change finds no rows.
  Atomics.store(words, head + GRAPH.linkedCount, 0);
  Atomics.add(words, head + GRAPH_RESETS, 1);
  for (const name of ['entry', 'nodeCount', 'claimedCount'] as const) {
    Atomics.store(words, head + GRAPH[name], 0);
  }
  // A node keeps its upper layers, also when it is linked again: a search may be in the midst of them.
  const stride = graph.nodeStrideBytes / 4;
  const end = graph.nodes / 4 + taken * stride;
  for (let node = graph.nodes / 4; node < end; node += stride) {
    for (const word of [NODE.count, NODE.state, NODE.lock]) Atomics.store(words, node + word, 0);
  }
}

/** Changes when a graph is emptied. */
export function resetCount({ words, graph }: GraphHandle): number {
  return Atomics.load(words, graph.head / 4 + GRAPH_RESETS);
}
