// Byte offsets in the blocks that graph-layout.ts lays out: a graph's head, a node, a thread's walk. A test compares
// them with the word numbers there through `graphConstant`.
//
// A node of the lowest layer is a record of the row's own: lock, state, upper layers, count, links. The upper layers of
// a node lie one after another in the pool: count, links. Readers take no lock: every link that they can see names a
// node that is complete, because it was stored atomically after everything else of that node.

export const GRAPH_METRIC: usize = 0;
export const GRAPH_DIM: usize = 4;
export const GRAPH_ROWS: usize = 8;
export const GRAPH_ROW_STRIDE: usize = 12;
/** Address of the int8 codes; 0: the graph is walked on the float32 rows. */
export const GRAPH_CODES: usize = 16;
export const GRAPH_CODE_STRIDE: usize = 20;
/** Codes of a row, padded to 16. */
export const GRAPH_CODE_BYTES: usize = 24;
export const GRAPH_NODES: usize = 28;
export const GRAPH_NODE_STRIDE: usize = 32;
export const GRAPH_M: usize = 36;
export const GRAPH_M0: usize = 40;
export const GRAPH_EF_CONSTRUCT: usize = 44;
export const GRAPH_POOL: usize = 48;
export const GRAPH_POOL_BYTES: usize = 52;
export const GRAPH_LAYER_BYTES: usize = 56;
export const GRAPH_PRESENT: usize = 60;
export const GRAPH_TOMBSTONES: usize = 64;
/** The words from here on change while threads work. */
export const GRAPH_LOCK: usize = 128;
/** Offset of the entry point plus one; 0: the graph is empty. */
export const GRAPH_ENTRY: usize = 132;
export const GRAPH_POOL_USED: usize = 136;
/** All rows below are linked, or have no vector. */
export const GRAPH_LINKED_COUNT: usize = 140;
export const GRAPH_NODE_COUNT: usize = 144;
/** Counted up by the engine. */
export const GRAPH_CLAIMED_COUNT: usize = 148;
/** Not 0: a thread that linked rows has failed; who waits for a lock may wait for ever. */
export const GRAPH_GIVEN_UP: usize = 152;

export const NODE_LOCK: usize = 0;
/** Layer in the low 8 bits, then the flags, number of tree links (see hnsw-link.ts) in the high 16 bits. */
export const NODE_STATE: usize = 4;
export const NODE_UPPER: usize = 8;
export const NODE_COUNT: usize = 12;
export const NODE_LINKS: usize = 16;
export const STATE_LAYER_MASK: u32 = 0xff;
export const STATE_LINKED: u32 = 0x100;
/** The row has no vector under this name: it counts as linked, but is no node. */
export const STATE_ABSENT: u32 = 0x200;
/** One more tree link, to be added to the state. */
export const NODE_TREE_LINK: u32 = 0x10000;

export const WALK_VISITED: usize = 0;
export const WALK_VISITED_BYTES: usize = 4;
export const WALK_EPOCH: usize = 8;
export const WALK_LIST: usize = 12;
export const WALK_SCORES: usize = 16;
export const WALK_POOL: usize = 20;
export const WALK_QUERY_CODE: usize = 24;
export const WALK_QUERY: usize = 28;
export const WALK_HEAP: usize = 32;
export const WALK_SELECTED: usize = 36;
export const WALK_CANDIDATES: usize = 40;
export const WALK_OWN: usize = 44;
/** Fixed side of the walk under way: address of its code (or floats), and its coefficients. */
export const WALK_TARGET: usize = 64;
export const WALK_COEFFICIENTS: usize = 80;
export const WALK_LENGTH: usize = 112;
export const WALK_CURSOR: usize = 116;
export const WALK_EF: usize = 120;
export const WALK_MODE: usize = 124;
export const WALK_TOMBSTONES: usize = 128;
export const WALK_ALLOWED: usize = 132;
/** Counters of the walk, for tests, benches and the query planner. */
export const WALK_HOPS: usize = 136;
export const WALK_EVALUATIONS: usize = 140;
/** What `touchNext` has read; nobody needs it. */
export const WALK_TOUCHED: usize = 144;
/** Coefficients of a row that stands in for the query while neighbours are selected. */
export const WALK_ROW_COEFFICIENTS: usize = 160;

/** Entries of the list of candidates of one hop. */
export const LIST_MAX: u32 = 8192;

export function nodeAt(graph: usize, offset: u32): usize {
  const stride: usize = load<u32>(graph, GRAPH_NODE_STRIDE);
  return (load<u32>(graph, GRAPH_NODES) as usize) + (offset as usize) * stride;
}

/** Address of the count word of a node's list of links on `layer`; the links follow. */
export function linksAt(graph: usize, offset: u32, layer: u32): usize {
  const node = nodeAt(graph, offset);
  if (layer == 0) return node + NODE_COUNT;
  return load<u32>(node, NODE_UPPER) + (layer - 1) * load<u32>(graph, GRAPH_LAYER_BYTES);
}

export function layerOf(graph: usize, offset: u32): u32 {
  return load<u32>(nodeAt(graph, offset), NODE_STATE) & STATE_LAYER_MASK;
}

export function treeLinksOf(graph: usize, offset: u32): u32 {
  return atomic.load<u32>(nodeAt(graph, offset), NODE_STATE) >> 16;
}
