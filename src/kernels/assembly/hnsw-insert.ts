import {
  GRAPH_CODE_BYTES,
  GRAPH_CODES,
  GRAPH_DIM,
  GRAPH_EF_CONSTRUCT,
  GRAPH_ENTRY,
  GRAPH_LAYER_BYTES,
  GRAPH_LINKED_COUNT,
  GRAPH_LOCK,
  GRAPH_M,
  GRAPH_METRIC,
  GRAPH_NODE_COUNT,
  GRAPH_POOL,
  GRAPH_POOL_BYTES,
  GRAPH_POOL_USED,
  GRAPH_PRESENT,
  GRAPH_ROW_STRIDE,
  GRAPH_ROWS,
  layerOf,
  linksAt,
  NODE_COUNT,
  NODE_STATE,
  NODE_UPPER,
  nodeAt,
  STATE_ABSENT,
  STATE_LINKED,
  WALK_COEFFICIENTS,
  WALK_LENGTH,
  WALK_LIST,
  WALK_MODE,
  WALK_OWN,
  WALK_POOL,
  WALK_QUERY,
  WALK_SCORES,
  WALK_SELECTED,
  WALK_TARGET,
} from './graph';
import { DATATYPE_FLOAT32, decodeRow } from './datatype';
import { normalise } from './distance';
import { METRIC_COSINE } from './metric';
import { rowAsTarget, scoreSelf, selectNeighbours } from './hnsw-select';
import { joinTree, linkBack } from './hnsw-link';
import { acquire, release } from './lock';
import { keyOffset, keyScore, poolInsert, poolKey } from './pool';
import { encodeRow, recordAt } from './quantize';
import { scoreList } from './hnsw-candidates';
import { descend, MODE_PLAIN, walkFrom, walkOn } from './walk';

const LAYER_MAX: u32 = 16;

/** A layer drawn from the paper's distribution (P(layer ≥ l) = m^-l); the same for an offset every time. */
function drawLayer(offset: u32, m: u32): u32 {
  let hash = offset + 0x9e3779b9;
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  hash ^= hash >> 16;
  const base = max<u32>(m, 2);
  let layer: u32 = 0;
  for (let bound = 0xffffffff / base; hash < bound && layer < LAYER_MAX; bound /= base) layer++;
  return layer;
}

/** Takes the records of a node's upper layers from the pool. Returns their address; 0 if the pool is used up. */
function takeLayers(graph: usize, layers: u32): usize {
  const bytes = layers * load<u32>(graph, GRAPH_LAYER_BYTES);
  const start = atomic.add<u32>(graph, bytes, GRAPH_POOL_USED);
  if (start + bytes <= load<u32>(graph, GRAPH_POOL_BYTES)) return load<u32>(graph, GRAPH_POOL) + start;
  atomic.sub<u32>(graph, bytes, GRAPH_POOL_USED);
  return 0;
}

/** Writes the empty lists of a node that nobody can reach yet; returns its layer. */
function prepareNode(graph: usize, offset: u32): u32 {
  const node = nodeAt(graph, offset);
  let layer = drawLayer(offset, load<u32>(graph, GRAPH_M));
  if (layer > 0) {
    // A graph that was emptied is linked again with the upper layers that its nodes had.
    let upper: usize = load<u32>(node, NODE_UPPER);
    if (upper == 0) upper = takeLayers(graph, layer);
    if (upper == 0) layer = 0;
    store<u32>(node, upper, NODE_UPPER);
    for (let l: u32 = 1; l <= layer; l++) store<u32>(linksAt(graph, offset, l), 0);
  }
  store<u32>(node, layer, NODE_STATE);
  store<u32>(node, 0, NODE_COUNT);
  return layer;
}

/**
 * Adds the links of a twin to a pool that holds twins of the row only: through them a cluster of duplicates stays linked
 * to what is around it.
 */
function addLinksOfTwin(graph: usize, walk: usize, layer: u32, self: f32): void {
  const pool: usize = load<u32>(walk, WALK_POOL);
  const list: usize = load<u32>(walk, WALK_LIST);
  const scores: usize = load<u32>(walk, WALK_SCORES);
  const links = linksAt(graph, keyOffset(load<i64>(pool)), layer);
  const n = load<u32>(links);
  if (n == 0) return;
  memory.copy(list, links + 4, (n as usize) << 2);
  scoreList(graph, load<u32>(walk, WALK_TARGET), walk + WALK_COEFFICIENTS, list, n, scores);
  let length = load<u32>(walk, WALK_LENGTH);
  for (let i: usize = 0; i < (n as usize) << 2; i += 4) {
    const score = load<f32>(scores + i);
    if (score == self) continue;
    poolInsert(pool, length, length + 1, poolKey(score, load<u32>(list + i)));
    length++;
  }
  store<u32>(walk, length, WALK_LENGTH);
}

/** Chooses the node's own links on one layer from what the walk found. Nobody can reach the node yet. */
function linkOwn(graph: usize, walk: usize, offset: u32, layer: u32): void {
  const links = linksAt(graph, offset, layer);
  const pool: usize = load<u32>(walk, WALK_POOL);
  const selected: usize = load<u32>(walk, WALK_SELECTED);
  const self = scoreSelf(graph, walk, load<u32>(walk, WALK_TARGET), walk + WALK_COEFFICIENTS, offset);
  const last = pool + (((load<u32>(walk, WALK_LENGTH) - 1) as usize) << 3);
  if (keyScore(load<i64>(last)) == self) addLinksOfTwin(graph, walk, layer, self);
  const found = load<u32>(walk, WALK_LENGTH);
  const n = selectNeighbours(graph, walk, pool, found, self, selected, 0, 0, load<u32>(graph, GRAPH_M));
  memory.copy(links + 4, selected, (n as usize) << 2);
  store<u32>(links, n);
}

/** Makes the node the entry point if it is the first one or reaches higher than the one there is. */
function offerEntry(graph: usize, offset: u32, layer: u32): bool {
  acquire(graph + GRAPH_LOCK, graph);
  const entry = load<u32>(graph, GRAPH_ENTRY);
  const isTaken = entry == 0 || layer > layerOf(graph, entry - 1);
  if (isTaken) atomic.store<u32>(graph, offset + 1, GRAPH_ENTRY);
  release(graph + GRAPH_LOCK);
  return isTaken && entry == 0;
}

/** Makes the node visible on one layer through its own links, which others may change from the first moment on. */
function linkBackAll(graph: usize, walk: usize, offset: u32, layer: u32): void {
  const links = linksAt(graph, offset, layer);
  const own: usize = load<u32>(walk, WALK_OWN);
  const bytes = (load<u32>(links) as usize) << 2;
  memory.copy(own, links + 4, bytes);
  const parent = layer == 0 ? joinTree(graph, walk, offset) : offset;
  for (let at = own; at < own + bytes; at += 4) {
    const neighbour = load<u32>(at);
    if (neighbour != parent) linkBack(graph, walk, neighbour, layer, offset);
  }
}

/** Links one row into the graph (HNSW paper, Algorithm 1). */
function insertRow(graph: usize, walk: usize, offset: u32): void {
  const layer = prepareNode(graph, offset);
  const entry = atomic.load<u32>(graph, GRAPH_ENTRY);
  if (entry == 0 && offerEntry(graph, offset, layer)) return;
  const start = atomic.load<u32>(graph, GRAPH_ENTRY) - 1;
  const top = layerOf(graph, start);
  store<u32>(walk, rowAsTarget(graph, offset, walk + WALK_COEFFICIENTS), WALK_TARGET);
  store<u32>(walk, MODE_PLAIN, WALK_MODE);
  const from = min(layer, top);
  let current = descend(graph, walk, start, top, from);
  for (let l = from + 1; l > 0; ) {
    l--;
    walkFrom(graph, walk, current, load<u32>(graph, GRAPH_EF_CONSTRUCT));
    walkOn(graph, walk, l, 0xffffffff);
    linkOwn(graph, walk, offset, l);
    current = keyOffset(load<i64>(load<u32>(walk, WALK_POOL)));
  }
  // The lowest layer first: who finds the node on an upper layer must be able to go on below it.
  for (let l: u32 = 0; l <= from; l++) linkBackAll(graph, walk, offset, l);
  if (layer > top) offerEntry(graph, offset, layer);
}

/** The row as float32: itself, or decoded into the query buffer, and then of unit length for Cosine. */
function floatsOf(graph: usize, walk: usize, row: usize): usize {
  const comparison = load<u32>(graph, GRAPH_METRIC);
  if (comparison >> 2 == DATATYPE_FLOAT32) return row;
  const dim = load<u32>(graph, GRAPH_DIM);
  const buffer: usize = load<u32>(walk, WALK_QUERY);
  decodeRow(comparison >> 2, row, dim, buffer);
  if ((comparison & 3) == METRIC_COSINE) normalise(buffer, dim);
  return buffer;
}

/**
 * Encodes and links the rows `from` ≤ offset < `to`. Several threads may do so at once, each with its own walk area and
 * with ranges of its own. Rows without a vector are marked as done. If the graph has no rows, because they lie on disk,
 * they have been encoded before.
 */
export function insertRange(graph: usize, walk: usize, from: u32, to: u32): void {
  const present: usize = load<u32>(graph, GRAPH_PRESENT);
  const rows: usize = load<u32>(graph, GRAPH_ROWS);
  const stride: usize = load<u32>(graph, GRAPH_ROW_STRIDE);
  const dim = load<u32>(graph, GRAPH_DIM);
  for (let offset = from; offset < to; offset++) {
    const state = nodeAt(graph, offset) + NODE_STATE;
    if (load<u32>(state) & (STATE_LINKED | STATE_ABSENT)) continue;
    if (((load<u8>(present + ((offset >> 3) as usize)) >> (offset & 7)) & 1) == 0) {
      atomic.store<u32>(state, STATE_LINKED | STATE_ABSENT);
      continue;
    }
    if (rows != 0 && load<u32>(graph, GRAPH_CODES)) {
      const row = floatsOf(graph, walk, rows + (offset as usize) * stride);
      encodeRow(row, dim, load<u32>(graph, GRAPH_CODE_BYTES), recordAt(graph, offset));
    }
    insertRow(graph, walk, offset);
    atomic.or<u32>(state, STATE_LINKED);
    atomic.add<u32>(graph, 1, GRAPH_NODE_COUNT);
  }
}

/** Raises the count of rows below which all are linked, up to `limit`; returns it. */
export function advanceLinked(graph: usize, limit: u32): u32 {
  acquire(graph + GRAPH_LOCK, graph);
  let count = load<u32>(graph, GRAPH_LINKED_COUNT);
  while (count < limit && (atomic.load<u32>(nodeAt(graph, count), NODE_STATE) & STATE_LINKED) != 0) count++;
  atomic.store<u32>(graph, count, GRAPH_LINKED_COUNT);
  release(graph + GRAPH_LOCK);
  return count;
}
