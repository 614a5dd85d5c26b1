import { GRAPH, NODE, STATE_LAYER_MASK } from '../../../kernels/graph-layout.ts';
import { readBlocks, readStart, type Views } from '../../../storage/block-file.ts';
import type { GraphHandle } from './graph.ts';

/*
 * A checkpoint is a block file (storage/block-file.ts) of the graph's head (256 bytes, see GRAPH), then the codes and the
 * nodes of the linked rows, then the upper layers in use. It is never the truth: without it the rows are linked again.
 */

const HEAD_BYTES = 256;
const BYTES_PER_WORD = 4;
/** Words of the head that must be as they were for a checkpoint to be usable. */
const FIXED_WORDS = [
  'metric',
  'dim',
  'codeStride',
  'codeBytes',
  'nodeStride',
  'm',
  'm0',
  'layerBytes',
] as const;

/** What a checkpoint of the graph consists of. Nobody may link rows until it is written. */
export function checkpointViews(handle: GraphHandle): Views {
  const head = headWords(handle);
  return [new Uint8Array(head.buffer, head.byteOffset, HEAD_BYTES), ...bodyViews(handle, head)];
}

/**
 * Fills an empty graph from a checkpoint; `rows` is how many rows the segment has. Returns how many are linked then: 0 if the
 * file is missing, damaged, or of a graph with other parameters.
 */
export function restoreCheckpoint(handle: GraphHandle, file: string, rows: number): number {
  const start = readStart(file, HEAD_BYTES);
  if (start === undefined) return 0;
  const stored = new Uint32Array(new Uint8Array(start).buffer);
  const own = headWords(handle);
  const linked = stored[GRAPH.linkedCount]!;
  const isSameGraph = FIXED_WORDS.every((name) => stored[GRAPH[name]] === own[GRAPH[name]]);
  if (!isSameGraph || linked > rows || stored[GRAPH.poolUsed]! > own[GRAPH.poolBytes]!) return 0;
  if (!readBlocks(file, [new Uint8Array(HEAD_BYTES), ...bodyViews(handle, stored)])) {
    nodeBytes(handle, linked).fill(0);
    return 0;
  }
  moveUpperLayers(handle, linked, own[GRAPH.pool]! - stored[GRAPH.pool]!);
  for (const name of ['poolUsed', 'nodeCount', 'entry'] as const) own[GRAPH[name]] = stored[GRAPH[name]]!;
  own[GRAPH.claimedCount] = linked;
  Atomics.store(own, GRAPH.linkedCount, linked);
  return linked;
}

function headWords({ words, graph }: GraphHandle): Uint32Array {
  return words.subarray(graph.head / BYTES_PER_WORD, (graph.head + HEAD_BYTES) / BYTES_PER_WORD);
}

/** The parts after the head, as long as the head `words` say. */
function bodyViews(handle: GraphHandle, words: Uint32Array): Views {
  const { graph } = handle;
  const linked = words[GRAPH.linkedCount]!;
  return [
    bytesAt(handle, graph.codes, linked * graph.codeStrideBytes),
    nodeBytes(handle, linked),
    bytesAt(handle, graph.upperLayers, words[GRAPH.poolUsed]!),
  ];
}

function nodeBytes(handle: GraphHandle, rows: number): Uint8Array {
  return bytesAt(handle, handle.graph.nodes, rows * handle.graph.nodeStrideBytes);
}

function bytesAt({ words }: GraphHandle, address: number, length: number): Uint8Array {
  return new Uint8Array(words.buffer, address, length);
}

/** Nodes know their upper layers by address, and these may lie elsewhere in this memory. O(rows). */
function moveUpperLayers({ words, graph }: GraphHandle, rows: number, distance: number): void {
  if (distance === 0) return;
  const stride = graph.nodeStrideBytes / BYTES_PER_WORD;
  const end = graph.nodes / BYTES_PER_WORD + rows * stride;
  for (let node = graph.nodes / BYTES_PER_WORD; node < end; node += stride) {
    if ((words[node + NODE.state]! & STATE_LAYER_MASK) > 0) words[node + NODE.upper]! += distance;
  }
}
