import { strict as assert } from 'node:assert';
import { linkSlice } from '../../src/engine/index/hnsw/build.ts';
import { type GraphHandle, initialiseGraph, openGraph } from '../../src/engine/index/hnsw/graph.ts';
import { attachKernels, loadKernelModule } from '../../src/kernels/loader.ts';
import {
  METRIC,
  type MetricName,
  type SegmentLayout,
  segmentLayout,
  type VectorLayout,
} from '../../src/kernels/memory-layout.ts';

export interface GraphMemoryOptions {
  readonly metric: MetricName;
  readonly dim: number;
  readonly capacity: number;
  readonly m?: number;
  readonly efConstruct?: number;
  /** Threads that may work in the memory at a time. */
  readonly threads?: number;
}

/** The shared memory of a segment with one vector and its graph; can be sent to a thread as it is. */
export interface GraphMemory {
  readonly memory: WebAssembly.Memory;
  readonly layout: SegmentLayout;
  readonly module: WebAssembly.Module;
  readonly metric: MetricName;
}

const module = loadKernelModule();

export function createGraphMemory(options: GraphMemoryOptions): GraphMemory {
  const { metric, dim, capacity, m = 16, efConstruct = 100, threads = 1 } = options;
  const graph = { m, hasCodes: metric !== 'Manhattan' };
  const layout = segmentLayout({ vectors: [{ name: '', dim, graph }], capacity, scratchCount: threads });
  const memory = new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages, shared: true });
  initialiseGraph(memory, layout, onlyVector(layout), { comparison: METRIC[metric], efConstruct });
  return { memory, layout, module, metric };
}

function onlyVector(layout: SegmentLayout): VectorLayout {
  const [vector] = layout.vectors;
  assert.ok(vector);
  return vector;
}

/** The graph as thread `thread` of the memory sees it. */
export function attachGraph({ memory, layout, module: kernels }: GraphMemory, thread = 0): GraphHandle {
  const scratch = layout.scratch[thread];
  assert.ok(scratch, `scratch area ${thread}`);
  return openGraph(memory, attachKernels(memory, kernels), layout, onlyVector(layout), scratch);
}

/** Writes vectors into the rows from `first` on, normalised for Cosine. */
export function writeRows(
  target: GraphMemory,
  handle: GraphHandle,
  vectors: readonly ArrayLike<number>[],
  first = 0,
): void {
  const { vector, kernels } = handle;
  const bytes = new Uint8Array(target.memory.buffer);
  for (const [i, values] of vectors.entries()) {
    const offset = first + i;
    const row = vector.rows + offset * vector.strideBytes;
    new Float32Array(target.memory.buffer, row, vector.dim).set(values);
    if (target.metric === 'Cosine') kernels.normalise(row, vector.dim);
    setBit(bytes, vector.present, offset);
  }
}

export function setBit(bytes: Uint8Array, bitmap: number, i: number): void {
  const at = bitmap + (i >> 3);
  bytes[at] = (bytes[at] ?? 0) | (1 << (i & 7));
}

/** Links all rows below `count` on this thread. */
export function linkAll(handle: GraphHandle, count: number): void {
  const { linkedCount } = linkSlice(handle, count, { msMax: Infinity });
  assert.equal(linkedCount, count);
}
