import { GRAPH, type GraphLayout, WALK, type WalkLayout } from '../../../kernels/graph-layout.ts';
import type { Kernels } from '../../../kernels/loader.ts';
import {
  METRIC,
  type ScratchLayout,
  type SegmentLayout,
  type VectorLayout,
  vectorStrideBytes,
} from '../../../kernels/memory-layout.ts';
import { assert } from '../../../shared/assert.ts';

export interface GraphParams {
  /** Metric and datatype of the rows, see `comparisonId`. */
  readonly comparison: number;
  /** Candidate list at build. */
  readonly efConstruct: number;
}

/** A graph as one thread works on it: its place in the memory, and that thread's kernels and walk area. */
export interface GraphHandle {
  readonly kernels: Kernels;
  readonly layout: SegmentLayout;
  readonly vector: VectorLayout;
  readonly graph: GraphLayout;
  readonly scratch: ScratchLayout;
  readonly walk: WalkLayout;
  /** All u32 words of the memory. */
  readonly words: Uint32Array;
}

/** Writes the head of a vector's graph into a fresh memory: the graph is empty. Once, by the thread that creates it. */
export function initialiseGraph(
  memory: WebAssembly.Memory,
  layout: SegmentLayout,
  vector: VectorLayout,
  { comparison, efConstruct }: GraphParams,
): void {
  const { graph } = vector;
  assert(graph !== undefined, `vector "${vector.name}" has no room for a graph`);
  assert(graph.codes === 0 || (comparison & 3) !== METRIC.Manhattan, 'Manhattan has no codes');
  assert(graph.codes !== 0 || !vector.isOnDisk, 'without codes rows are walked in memory');
  assert(graph.codes !== 0 || comparison <= METRIC.Manhattan, 'without codes rows are walked as float32');
  const head = new Uint32Array(memory.buffer, graph.head, 64).fill(0);
  head[GRAPH.metric] = comparison;
  head[GRAPH.dim] = vector.dim;
  head[GRAPH.rows] = vector.rows;
  head[GRAPH.rowStride] = vector.strideBytes;
  head[GRAPH.codes] = graph.codes;
  head[GRAPH.codeStride] = graph.codeStrideBytes;
  head[GRAPH.codeBytes] = graph.codeBytes;
  head[GRAPH.nodes] = graph.nodes;
  head[GRAPH.nodeStride] = graph.nodeStrideBytes;
  head[GRAPH.m] = graph.m;
  head[GRAPH.m0] = 2 * graph.m;
  head[GRAPH.efConstruct] = efConstruct;
  head[GRAPH.pool] = graph.upperLayers;
  head[GRAPH.poolBytes] = graph.upperLayersBytes;
  head[GRAPH.layerBytes] = graph.layerBytes;
  head[GRAPH.present] = vector.present;
  head[GRAPH.tombstones] = layout.tombstones;
}

/** Changes the candidate list of rows that are linked from now on. */
export function setEfConstruct(memory: WebAssembly.Memory, { head }: GraphLayout, efConstruct: number): void {
  Atomics.store(new Uint32Array(memory.buffer, head, 64), GRAPH.efConstruct, efConstruct);
}

/** Opens a graph for the calling thread, which owns `scratch` and nobody else does. */
export function openGraph(
  memory: WebAssembly.Memory,
  kernels: Kernels,
  layout: SegmentLayout,
  vector: VectorLayout,
  scratch: ScratchLayout,
): GraphHandle {
  const { graph } = vector;
  const { walk } = scratch;
  assert(graph !== undefined && walk !== undefined, `vector "${vector.name}" has no room for a graph`);
  const head = new Uint32Array(memory.buffer, walk.head, 64);
  head[WALK.visited] = walk.visited;
  head[WALK.visitedBytes] = walk.visitedBytes;
  head[WALK.list] = walk.list;
  head[WALK.scores] = walk.scores;
  head[WALK.pool] = walk.pool;
  head[WALK.queryCode] = walk.queryCode;
  head[WALK.query] = scratch.query;
  head[WALK.heap] = scratch.heap;
  head[WALK.selected] = walk.selected;
  head[WALK.candidates] = walk.candidates;
  head[WALK.own] = walk.own;
  return { kernels, layout, vector, graph, scratch, walk, words: new Uint32Array(memory.buffer) };
}

/** Writes the code of a row that lies on disk; `values` are its numbers, of unit length for Cosine. Before it is linked. */
export function encodeRow(
  { kernels, graph, vector, scratch, words }: GraphHandle,
  offset: number,
  values: Float32Array,
): void {
  const { codes, codeBytes, codeStrideBytes } = graph;
  assert(codes !== 0, 'a graph without codes is walked on its rows');
  const row = new Float32Array(words.buffer, scratch.query, vectorStrideBytes(vector.dim) / 4);
  row.fill(0);
  row.set(values);
  kernels.encodeRow(scratch.query, vector.dim, codeBytes, codes + offset * codeStrideBytes);
}

/** Rows below which some thread has taken all to link. */
export function claimedCount({ words, graph }: GraphHandle): number {
  return Atomics.load(words, graph.head / 4 + GRAPH.claimedCount);
}

/** Rows below which all are linked or have no vector. */
export function linkedCount({ words, graph }: GraphHandle): number {
  return Atomics.load(words, graph.head / 4 + GRAPH.linkedCount);
}
