import { codesPay } from '../../kernels/graph-layout.ts';
import {
  comparisonId,
  HEADER,
  LAYOUT_MAGIC,
  LAYOUT_VERSION,
  type SegmentLayout,
  type SegmentLayoutOptions,
  segmentLayout,
} from '../../kernels/memory-layout.ts';
import { SIDE_ROWS_MAX } from '../../kernels/side-layout.ts';
import { initialiseGraph, setEfConstruct } from '../index/hnsw/graph.ts';
import { codedRowsMax, type CodesHandle, codesHandles } from '../vectors/code-column.ts';
import { createSideHandle } from '../vectors/side-column.ts';
import type { DenseConfig, IndexConfig, VectorConfig } from '../vectors/vector-config.ts';
import type { GraphPlace, SegmentHandle } from './segment-handle.ts';

/** Fewer links than this leave nodes that no walk reaches. */
const M_MIN = 2;

/**
 * Creates the memory of an empty segment. `bytesMax` bounds it, unless `capacityMin` rows need more; `scratchCount` is the
 * number of threads that may attach.
 */
export function createSegmentHandle(options: {
  readonly id: number;
  readonly configs: readonly VectorConfig[];
  readonly bytesMax: number;
  readonly scratchCount: number;
  readonly capacityMin?: number;
}): SegmentHandle {
  const dense = options.configs.filter((config): config is DenseConfig => config.kind === 'dense');
  const vectors = dense.map((config) => {
    const { name, dim, datatype, isOnDisk = false } = config;
    const graph = graphOf(config);
    return { name, dim, datatype, isOnDisk, ...(graph && { graph }) };
  });
  const { bytesMax, scratchCount, capacityMin = 0 } = options;
  const sides = options.configs.filter((config) => config.kind !== 'dense');
  const rowsMax = [
    ...(sides.length > 0 ? [SIDE_ROWS_MAX] : []),
    ...dense.filter(isQuantizable).map((config) => Math.max(capacityMin, codedRowsMax(config, scratchCount))),
  ];
  const layout = layoutWithin(Math.min(...rowsMax), {
    vectors,
    bytesMax,
    scratchCount,
    capacityMin,
  });
  const memory = new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages, shared: true });
  const header = new Int32Array(memory.buffer, layout.header, 1024);
  header[HEADER.magic] = LAYOUT_MAGIC;
  header[HEADER.layoutVersion] = LAYOUT_VERSION;
  header[HEADER.capacity] = layout.capacity;
  for (const [i, { metric, datatype, index }] of dense.entries()) {
    const vector = layout.vectors[i]!;
    if (vector.graph === undefined) continue;
    const comparison = comparisonId(metric, datatype);
    initialiseGraph(memory, layout, vector, { comparison, efConstruct: index.efConstruct });
  }
  const vectorIds = dense.map(({ id }) => id);
  const codes = codesHandles(indexedVectors(layout, vectorIds, dense), layout, []);
  return {
    id: options.id,
    revision: 0,
    memory,
    layout,
    vectorIds,
    codes,
    graphs: graphPlaces(layout, vectorIds, dense, codes),
    isOutdated: false,
    sides: sides.map((config) =>
      createSideHandle(config, { capacity: layout.capacity, scratchCount, bytesMax }),
    ),
  };
}

/** The graph that a vector is to have in new segments; undefined: none. */
function graphOf({ metric, datatype, dim, index }: DenseConfig) {
  const hasCodes = metric !== 'Manhattan';
  // A graph without codes is walked on its rows, which have to be float32 then.
  const canWalk = datatype === 'float32' || (hasCodes && codesPay(dim));
  return index.m === 0 || !canWalk ? undefined : { m: Math.max(M_MIN, index.m), hasCodes };
}

/** Whether there may be codes beside those of its graph. */
function isQuantizable(config: DenseConfig): boolean {
  return codesPay(config.dim) && graphOf(config)?.hasCodes === true;
}

function layoutWithin(capacityMax: number, options: SegmentLayoutOptions): SegmentLayout {
  const layout = segmentLayout(options);
  return layout.capacity <= capacityMax ? layout : segmentLayout({ ...options, capacity: capacityMax });
}

/** The segment under other settings of its collection. Links of a node (`m`) stay what they were when it was made. */
export function configureSegment(handle: SegmentHandle, configs: readonly VectorConfig[]): SegmentHandle {
  const { memory, layout, vectorIds } = handle;
  for (const { graph, config } of graphsOf(layout, vectorIds, configs)) {
    setEfConstruct(memory, graph, config.index.efConstruct);
  }
  const codes = codesHandles(indexedVectors(layout, vectorIds, configs), layout, handle.codes);
  return {
    ...handle,
    revision: handle.revision + 1,
    codes,
    graphs: graphPlaces(layout, vectorIds, configs, codes),
    isOutdated: isOutdated(layout, vectorIds, configs),
    // Whoever still reads a vector that was dropped keeps its memory until then.
    sides: handle.sides.filter(({ vectorId }) => configs.some(({ id }) => id === vectorId)),
  };
}

function isOutdated(
  { vectors }: SegmentLayout,
  vectorIds: readonly number[],
  configs: readonly VectorConfig[],
): boolean {
  return vectors.some(({ graph, isOnDisk }, i) => {
    const config = configs.find(({ id }) => id === vectorIds[i]);
    if (config?.kind !== 'dense') return false;
    if (isOnDisk !== (config.isOnDisk ?? false)) return true;
    const wanted = graphOf(config);
    return wanted !== undefined && graph?.m !== wanted.m;
  });
}

function graphPlaces(
  layout: SegmentLayout,
  vectorIds: readonly number[],
  configs: readonly VectorConfig[],
  codes: readonly CodesHandle[],
): GraphPlace[] {
  return graphsOf(layout, vectorIds, configs)
    .filter(({ config }) => config.index.m !== 0)
    .map(({ graph, config: { id, dim, index } }) => ({
      head: graph.head,
      rowsMin: indexingRowsMin(dim, index),
      rowBytes: dim * BYTES_PER_VALUE,
      codes: codes.find(({ vectorId }) => vectorId === id)?.memory,
    }));
}

/** The vectors that a graph finds. */
function indexedVectors(...[layout, vectorIds, configs]: Parameters<typeof graphsOf>): DenseConfig[] {
  return graphsOf(layout, vectorIds, configs).flatMap(({ config }) => (config.index.m === 0 ? [] : [config]));
}

/** The graphs that the layout has room for, of vectors that the collection still has. */
function graphsOf(layout: SegmentLayout, vectorIds: readonly number[], configs: readonly VectorConfig[]) {
  return layout.vectors.flatMap(({ graph }, i) => {
    const config = configs.find(({ id }) => id === vectorIds[i]);
    return graph === undefined || config?.kind !== 'dense' ? [] : [{ graph, config }];
  });
}

const BYTES_PER_KB = 1024;
const BYTES_PER_VALUE = 4;

function indexingRowsMin(dim: number, { indexingThresholdKb }: IndexConfig): number {
  if (indexingThresholdKb === 0) return Number.POSITIVE_INFINITY;
  return Math.floor((indexingThresholdKb * BYTES_PER_KB) / (dim * BYTES_PER_VALUE));
}
