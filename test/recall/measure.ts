import assert from 'node:assert/strict';
import { type GraphHandle, linkedCount } from '../../src/engine/index/hnsw/graph.ts';
import { type GraphSearch, searchGraph } from '../../src/engine/index/hnsw/search.ts';
import { planWalk, type WalkPlan } from '../../src/engine/index/hnsw/strategy.ts';
import type { VectorIndex } from '../../src/engine/index/vector-index.ts';
import { METRIC } from '../../src/kernels/memory-layout.ts';
import { prng } from '../kernels/support.ts';
import type { GraphMemory } from './graph-memory.ts';

export interface Found {
  readonly offset: number;
  readonly score: number;
}

type Bitmaps = Partial<Pick<GraphSearch, 'tombstones' | 'allowed'>>;

/** Seed of the random data of these tests. */
export const SEED = Number(process.env.NEARIFY_TEST_SEED ?? 20_250_101);

const gauss = (next: () => number): number => next() + next() + next() + next() - 2;

/** A mixture of clusters of which each fills only some dimensions, as embeddings do: nearest neighbours mean something. */
export function clustered(count: number, dim: number, seed: number, clusters = 8): Float32Array[] {
  // The clusters are the same for every seed of points, so that queries come from where the rows are.
  const random = prng(SEED);
  const centres = Array.from({ length: clusters }, () =>
    Float32Array.from({ length: dim }, () => gauss(random)),
  );
  const spreads = Array.from({ length: clusters }, () => Float32Array.from({ length: dim }, () => random()));
  const next = prng(SEED + seed);
  return Array.from({ length: count }, () => {
    const cluster = Math.floor(next() * clusters);
    return Float32Array.from(
      { length: dim },
      (_, i) => (centres[cluster]?.[i] ?? 0) + (spreads[cluster]?.[i] ?? 0) * gauss(next),
    );
  });
}

function writeQuery(
  target: GraphMemory,
  { scratch, vector, kernels }: GraphHandle,
  query: ArrayLike<number>,
): void {
  const floats = new Float32Array(target.memory.buffer, scratch.query, vector.strideBytes / 4).fill(0);
  floats.set(query);
  if (target.metric === 'Cosine') kernels.normalise(scratch.query, vector.dim);
}

function sorted({ kernels, scratch, words }: GraphHandle, length: number): Found[] {
  kernels.heapSort(scratch.heap, length);
  const scores = new Float32Array(words.buffer);
  return Array.from({ length }, (_, i) => {
    const at = scratch.heap / 4 + 2 * i;
    return { score: scores[at] ?? Number.NaN, offset: words[at + 1] ?? -1 };
  });
}

/** The exact `k` best of the rows `from` ≤ offset < `count`. */
export function exactSearch(
  target: GraphMemory,
  handle: GraphHandle,
  query: ArrayLike<number>,
  { k, from = 0, count, tombstones = 0, allowed = 0 }: { k: number; from?: number; count: number } & Bitmaps,
): Found[] {
  const { kernels, vector, scratch } = handle;
  writeQuery(target, handle, query);
  const length = kernels.scanTopK(
    METRIC[target.metric],
    vector.rows,
    vector.strideBytes,
    vector.dim,
    from,
    count,
    tombstones,
    allowed,
    vector.present,
    scratch.query,
    scratch.heap,
    0,
    k,
  );
  return sorted(handle, length);
}

/** How a search would be done of which only some rows may be returned. */
export function plannedWalk(
  { graph, vector }: GraphHandle,
  demand: { rows: number; matches: number; ef: number; k: number },
): WalkPlan {
  const rowBytes = graph.codeStrideBytes || vector.strideBytes;
  return planWalk({ ...demand, m: graph.m, rowBytes, areCodesExact: true });
}

/** What a walk finds, best first. */
export function walkSearch(
  target: GraphMemory,
  handle: GraphHandle,
  query: ArrayLike<number>,
  options: Pick<GraphSearch, 'k' | 'ef'> & Partial<GraphSearch>,
): Found[] {
  writeQuery(target, handle, query);
  const length = searchGraph(handle, {
    mode: 'plain',
    tombstones: 0,
    allowed: 0,
    limit: linkedCount(handle),
    heapLength: 0,
    checkCancelled: () => {},
    ...options,
  });
  return sorted(handle, length);
}

/** What an index finds, best first. */
export function indexSearch(
  target: GraphMemory,
  handle: GraphHandle,
  index: VectorIndex,
  query: ArrayLike<number>,
  options: { k: number; ef?: number; count: number; tombstones: number; deletedCount: number },
): Found[] {
  const { count, tombstones, deletedCount, ...plan } = options;
  writeQuery(target, handle, query);
  const search = {
    plan,
    segment: { deletedCount },
    count,
    tombstones,
    allowed: undefined,
    cancel: { check: () => {} },
  };
  const length = index.search(search, Math.min(count, index.coveredRows()));
  assert.ok(length !== undefined, 'nobody empties the graph');
  return sorted(handle, length);
}

/** Share of the exact results that were found; a row that scores as well as the last of them counts too. */
export function recall(found: readonly Found[], exact: readonly Found[]): number {
  const worst = exact.at(-1)?.score;
  if (worst === undefined) return 1;
  return found.filter(({ score }) => score >= worst).length / exact.length;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
