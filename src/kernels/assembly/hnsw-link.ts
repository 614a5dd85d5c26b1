// Changes to the lists of links of nodes that others can see, under the node's lock. Readers take none: an entry is
// written before the count that shows it, and a link that moves is for a moment there twice, but never missing.
//
// The heuristic alone leaves some nodes without any link to them. So the lowest layer holds a spanning tree: each node
// but the first has a parent, the two link each other, and these links are never dropped. They come first in a list.

import {
  GRAPH_M,
  GRAPH_M0,
  linksAt,
  NODE_STATE,
  NODE_TREE_LINK,
  nodeAt,
  treeLinksOf,
  WALK_CANDIDATES,
  WALK_LENGTH,
  WALK_LIST,
  WALK_POOL,
  WALK_ROW_COEFFICIENTS,
  WALK_SCORES,
  WALK_SELECTED,
} from './graph';
import { rowAsTarget, selectNeighbours } from './hnsw-select';
import { acquire, release } from './lock';
import { keyOffset, poolInsert, poolKey } from './pool';
import { scoreList } from './hnsw-candidates';

/** Most tree links of a node: half of its list, and enough for the tree to branch. */
function treeLinksMax(graph: usize): u32 {
  return max<u32>(3, load<u32>(graph, GRAPH_M));
}

/**
 * Chooses the links of a full list anew. The list of the walk holds the `n` rows to choose from, of which the first
 * `tree` stay whatever they are.
 */
function shrink(graph: usize, walk: usize, owner: u32, links: usize, n: u32, tree: u32): void {
  const list: usize = load<u32>(walk, WALK_LIST);
  const scores: usize = load<u32>(walk, WALK_SCORES);
  const keys: usize = load<u32>(walk, WALK_CANDIDATES);
  const selected: usize = load<u32>(walk, WALK_SELECTED);
  const coefficients = walk + WALK_ROW_COEFFICIENTS;
  store<u32>(list + ((n as usize) << 2), owner);
  scoreList(graph, rowAsTarget(graph, owner, coefficients), coefficients, list, n + 1, scores);
  const self = load<f32>(scores + ((n as usize) << 2));
  let covering: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const at = (i as usize) << 2;
    const score = load<f32>(scores + at);
    if (i >= tree) poolInsert(keys, i - tree, n - tree, poolKey(score, load<u32>(list + at)));
    else if (score == self) covering = tree;
  }
  memory.copy(selected, list, (tree as usize) << 2);
  const max = load<u32>(links);
  const count = selectNeighbours(graph, walk, keys, n - tree, self, selected, tree, covering, max);
  for (let at: usize = 0; at < (count as usize) << 2; at += 4) {
    atomic.store<u32>(links + 4 + at, load<u32>(selected + at));
  }
  atomic.store<u32>(links, count);
}

/** Shrinks a full list with one row more: behind its `tree` tree links, as one of them if it `isTree`. */
function shrinkWith(
  graph: usize,
  walk: usize,
  owner: u32,
  links: usize,
  tree: u32,
  offset: u32,
  isTree: bool,
): void {
  const list: usize = load<u32>(walk, WALK_LIST);
  const treeBytes = (tree as usize) << 2;
  const count = load<u32>(links);
  memory.copy(list, links + 4, treeBytes);
  store<u32>(list + treeBytes, offset);
  memory.copy(list + treeBytes + 4, links + 4 + treeBytes, ((count as usize) << 2) - treeBytes);
  shrink(graph, walk, owner, links, count + 1, isTree ? tree + 1 : tree);
}

/** Adds `offset` to the links of `owner`, and so makes it visible to searches. */
export function linkBack(graph: usize, walk: usize, owner: u32, layer: u32, offset: u32): void {
  const node = nodeAt(graph, owner);
  const links = linksAt(graph, owner, layer);
  const linksMax = layer == 0 ? load<u32>(graph, GRAPH_M0) : load<u32>(graph, GRAPH_M);
  acquire(node, graph);
  const count = load<u32>(links);
  if (count < linksMax) {
    atomic.store<u32>(links + 4 + ((count as usize) << 2), offset);
    atomic.store<u32>(links, count + 1);
  } else {
    const tree = layer == 0 ? treeLinksOf(graph, owner) : 0;
    shrinkWith(graph, walk, owner, links, tree, offset, false);
  }
  release(node);
}

/** Adds the tree link from `parent` to `offset`. The caller holds the parent's lock. */
function linkChild(graph: usize, walk: usize, parent: u32, offset: u32): void {
  const links = linksAt(graph, parent, 0);
  const count = load<u32>(links);
  const tree = treeLinksOf(graph, parent);
  if (count == load<u32>(graph, GRAPH_M0)) {
    shrinkWith(graph, walk, parent, links, tree, offset, true);
  } else {
    const place = links + 4 + ((tree as usize) << 2);
    atomic.store<u32>(links + 4 + ((count as usize) << 2), tree < count ? load<u32>(place) : offset);
    atomic.store<u32>(links, count + 1);
    atomic.store<u32>(place, offset);
  }
  atomic.add<u32>(nodeAt(graph, parent), NODE_TREE_LINK, NODE_STATE);
}

/** Makes `parent` the first of the links of a node that nobody can reach yet. */
function linkParent(graph: usize, offset: u32, parent: u32): void {
  const links = linksAt(graph, offset, 0);
  const count = load<u32>(links);
  const end = links + 4 + ((count as usize) << 2);
  let at = links + 4;
  while (at < end && load<u32>(at) != parent) at += 4;
  if (at == end) store<u32>(links, count + 1);
  store<u32>(at, load<u32>(links, 4));
  store<u32>(links, parent, 4);
  store<u32>(
    nodeAt(graph, offset),
    load<u32>(nodeAt(graph, offset), NODE_STATE) | NODE_TREE_LINK,
    NODE_STATE,
  );
}

function tryParent(graph: usize, walk: usize, offset: u32, parent: u32): bool {
  const node = nodeAt(graph, parent);
  if (treeLinksOf(graph, parent) >= treeLinksMax(graph)) return false;
  acquire(node, graph);
  const hasRoom = treeLinksOf(graph, parent) < treeLinksMax(graph);
  if (hasRoom) {
    linkParent(graph, offset, parent);
    linkChild(graph, walk, parent, offset);
  }
  release(node);
  return hasRoom;
}

/**
 * Gives a node that nobody can reach yet a parent: the best of the rows in the pool of its walk that has room, or else
 * one further down the tree. Returns the parent. The node is visible then.
 */
export function joinTree(graph: usize, walk: usize, offset: u32): u32 {
  const pool: usize = load<u32>(walk, WALK_POOL);
  const end = pool + ((load<u32>(walk, WALK_LENGTH) as usize) << 3);
  for (let at = pool; at < end; at += 8) {
    const parent = keyOffset(load<i64>(at));
    if (tryParent(graph, walk, offset, parent)) return parent;
  }
  // All are full. Any tree link but a node's first leads to a child, so this ends at a leaf.
  let parent = keyOffset(load<i64>(pool));
  for (let hash = offset; !tryParent(graph, walk, offset, parent); ) {
    hash = hash * 0x2c9277b5 + 1;
    const child = 1 + ((hash >> 16) % (treeLinksMax(graph) - 1));
    parent = atomic.load<u32>(linksAt(graph, parent, 0) + 4 + ((child as usize) << 2));
  }
  return parent;
}
