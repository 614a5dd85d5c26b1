import {
  GRAPH,
  NODE,
  STATE_ABSENT,
  STATE_LAYER_MASK,
  STATE_LINKED,
  STATE_TREE_SHIFT,
} from '../../../kernels/graph-layout.ts';
import { assert } from '../../../shared/assert.ts';
import { type GraphHandle, linkedCount } from './graph.ts';

export interface GraphSummary {
  /** Rows below are linked or have no vector. */
  readonly linkedCount: number;
  /** Linked rows that have a vector. */
  readonly nodeCount: number;
  /** Nodes that reach layer i, by i. */
  readonly layerSizes: readonly number[];
  /** Links on layer 0. */
  readonly linkCount: number;
}

/** What the checks below look at: the memory, and where the graph lies in it, in words. */
interface View {
  readonly handle: GraphHandle;
  readonly words: Uint32Array;
  readonly head: number;
  readonly linked: number;
}

function stateOf({ words, handle: { graph } }: View, offset: number): number {
  return words[(graph.nodes + offset * graph.nodeStrideBytes) / 4 + NODE.state]!;
}

const layerOf = (view: View, offset: number): number => stateOf(view, offset) & STATE_LAYER_MASK;

function isNode(view: View, offset: number): boolean {
  return (stateOf(view, offset) & (STATE_LINKED | STATE_ABSENT)) === STATE_LINKED;
}

function linksOf({ words, handle: { graph } }: View, offset: number, layer: number): Uint32Array {
  const node = (graph.nodes + offset * graph.nodeStrideBytes) / 4;
  const upper = words[node + NODE.upper]! + (layer - 1) * graph.layerBytes;
  const at = layer === 0 ? node + NODE.count : upper / 4;
  return words.subarray(at + 1, at + 1 + words[at]!);
}

function hasVector({ handle: { vector, words } }: View, offset: number): boolean {
  return (words[vector.present / 4 + (offset >>> 5)]! & (1 << (offset & 31))) !== 0;
}

function checkList(view: View, offset: number, layer: number): void {
  const { m } = view.handle.graph;
  const links = linksOf(view, offset, layer);
  const where = `links of row ${offset} on layer ${layer}`;
  assert(links.length <= (layer === 0 ? 2 * m : m), `${where}: ${links.length} are too many`);
  assert(new Set(links).size === links.length, `${where} name a row twice`);
  for (const link of links) {
    assert(link !== offset, `${where} name the row itself`);
    assert(link < view.linked && isNode(view, link), `${where} name ${link}, which is no node`);
    assert(layerOf(view, link) >= layer, `${where} name ${link}, which is not there`);
  }
}

function checkNode(view: View, offset: number): void {
  const { graph } = view.handle;
  const node = (graph.nodes + offset * graph.nodeStrideBytes) / 4;
  const layer = layerOf(view, offset);
  assert(view.words[node + NODE.lock] === 0, `row ${offset} is locked`);
  if (layer > 0) {
    const upper = view.words[node + NODE.upper]!;
    const used = graph.upperLayers + view.words[view.head + GRAPH.poolUsed]!;
    const isInside = upper >= graph.upperLayers && upper + layer * graph.layerBytes <= used;
    assert(isInside, `upper layers of row ${offset} lie outside of their section`);
  }
  for (let l = 0; l <= layer; l++) checkList(view, offset, l);
  const tree = linksOf(view, offset, 0).subarray(0, stateOf(view, offset) >>> STATE_TREE_SHIFT);
  for (const other of tree) {
    const back = linksOf(view, other, 0).subarray(0, stateOf(view, other) >>> STATE_TREE_SHIFT);
    assert(back.includes(offset), `tree link from ${offset} to ${other} has no way back`);
  }
}

/** How many rows can be reached from `entry` on the lowest layer. */
function countReachable(view: View, entry: number): number {
  const seen = new Uint8Array(view.linked);
  const queue = [entry];
  seen[entry] = 1;
  for (let at = 0; at < queue.length; at++) {
    for (const link of linksOf(view, queue[at]!, 0)) {
      if (seen[link] === 1) continue;
      seen[link] = 1;
      queue.push(link);
    }
  }
  return queue.length;
}

/**
 * Checks a graph that no thread is linking into: every node can be reached on the lowest layer, links name nodes of their
 * layer only, the spanning tree is whole, and the counts agree. Throws what is wrong first. O(rows · m).
 */
export function assertValidGraph(handle: GraphHandle): GraphSummary {
  const { words, graph } = handle;
  const head = graph.head / 4;
  const view: View = { handle, words, head, linked: linkedCount(handle) };
  const word = (name: keyof typeof GRAPH): number => words[head + GRAPH[name]]!;
  assert(word('lock') === 0, 'the graph is locked');
  assert(word('claimedCount') === view.linked, `${word('claimedCount')} rows taken, ${view.linked} linked`);
  const layerSizes: number[] = [];
  let linkCount = 0;
  for (let offset = 0; offset < view.linked; offset++) {
    assert((stateOf(view, offset) & STATE_LINKED) !== 0, `row ${offset} is not linked`);
    assert(isNode(view, offset) === hasVector(view, offset), `row ${offset} is wrongly a node, or none`);
    if (!isNode(view, offset)) continue;
    checkNode(view, offset);
    linkCount += linksOf(view, offset, 0).length;
    for (let l = 0; l <= layerOf(view, offset); l++) layerSizes[l] = (layerSizes[l] ?? 0) + 1;
  }
  const nodeCount = layerSizes[0] ?? 0;
  assert(word('nodeCount') === nodeCount, `${word('nodeCount')} nodes counted, there are ${nodeCount}`);
  if (nodeCount === 0) return { linkedCount: view.linked, nodeCount, layerSizes, linkCount };
  const entry = word('entry') - 1;
  assert(entry >= 0 && entry < view.linked && isNode(view, entry), `entry point ${entry} is no node`);
  assert(layerOf(view, entry) === layerSizes.length - 1, `entry point ${entry} is not on the top layer`);
  const reached = countReachable(view, entry);
  assert(reached === nodeCount, `${nodeCount - reached} of ${nodeCount} nodes cannot be reached`);
  return { linkedCount: view.linked, nodeCount, layerSizes, linkCount };
}
