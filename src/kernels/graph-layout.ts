/**
 * The part of a segment's memory that holds the HNSW graph of one named vector, and the working space of a walk.
 *
 * | section     | bytes                    | content                                                             |
 * |-------------|--------------------------|---------------------------------------------------------------------|
 * | head        | 256                      | u32 words, see GRAPH; the first half never changes                  |
 * | codes       | codeStrideBytes a row    | (sum, low, step, norm: float32), then int8 codes, padded to 16      |
 * | nodes       | nodeStrideBytes a row    | u32 lock, state, address of upper layers, count; then m0 u32 links  |
 * | upperLayers | layerBytes a node's layer | u32 count, then m u32 links; taken one after another               |
 *
 * A walk area is one thread's: 256 bytes of u32 words (WALK), then the buffers that these words point to.
 */

/** Word numbers in the head of a graph. */
export const GRAPH = {
  metric: 0,
  dim: 1,
  rows: 2,
  rowStride: 3,
  codes: 4,
  codeStride: 5,
  codeBytes: 6,
  nodes: 7,
  nodeStride: 8,
  m: 9,
  m0: 10,
  efConstruct: 11,
  pool: 12,
  poolBytes: 13,
  layerBytes: 14,
  present: 15,
  tombstones: 16,
  lock: 32,
  /** Offset of the entry point plus one; 0: empty. */
  entry: 33,
  poolUsed: 34,
  linkedCount: 35,
  nodeCount: 36,
  /** Rows that some thread has taken to link; see `claimRows`. */
  claimedCount: 37,
  /** Not 0: a thread that linked rows has failed, and those that wait for a lock end with a trap. */
  givenUp: 38,
} as const;

/** Word number in the head of a graph that no kernel looks at: rows that the FAISS index of the vector covers; 0: none. */
export const FAISS_ROWS = 63;
/** Likewise: how often the graph was emptied while searches went on. */
export const GRAPH_RESETS = 62;

/** Word numbers in a node's record. */
export const NODE = { lock: 0, state: 1, upper: 2, count: 3, links: 4 } as const;
export const STATE_LAYER_MASK = 0xff;
export const STATE_LINKED = 0x100;
export const STATE_ABSENT = 0x200;
/** The state's high half: how many of the first links belong to the spanning tree. */
export const STATE_TREE_SHIFT = 16;

/** Word numbers in the head of a walk area. */
export const WALK = {
  visited: 0,
  visitedBytes: 1,
  epoch: 2,
  list: 3,
  scores: 4,
  pool: 5,
  queryCode: 6,
  query: 7,
  heap: 8,
  selected: 9,
  candidates: 10,
  own: 11,
  length: 28,
  cursor: 29,
  ef: 30,
  mode: 31,
  hops: 34,
  evaluations: 35,
} as const;

/** How a walk treats rows that are deleted or not allowed. */
export const WALK_MODE = { plain: 0, hidden: 1, twoHops: 2, scan: 3 } as const;

/** Most entries of the lists that a walk fills in one hop. */
export const LIST_MAX = 8192;
/** Constants that the kernels repeat, in the order of the kernel export `graphConstant`. */
export const GRAPH_CONSTANTS: readonly number[] = [
  ...[GRAPH, NODE, WALK].flatMap((words) => Object.values(words).map((word) => 4 * word)),
  STATE_LAYER_MASK,
  STATE_LINKED,
  STATE_ABSENT,
  2 ** STATE_TREE_SHIFT,
  ...Object.values(WALK_MODE),
  LIST_MAX,
];
/** Largest m: a hop must fit the lists twice over. */
export const M_MAX = 1024;
/** Largest candidate list of a search or build. */
export const EF_MAX = 16_384;

const HEAD_BYTES = 256;
const ROUND = 16;
/** Room after a list for what the kernels write past its end. */
const SLACK_BYTES = 64;
/** Below this dimension, and for Manhattan, the graph is walked on the floats: codes would save nothing, or lie. */
const CODES_DIM_MIN = 16;

export interface GraphSpec {
  /** Links of a node on the upper layers, at least 2; twice as many on the lowest. */
  readonly m: number;
  /** False: no int8 codes, the graph is walked on the float32 rows (Manhattan has no codes). */
  readonly hasCodes: boolean;
}

/** Byte addresses of one graph. */
export interface GraphLayout {
  readonly m: number;
  readonly head: number;
  /** 0 if the graph has no codes. */
  readonly codes: number;
  readonly codeBytes: number;
  readonly codeStrideBytes: number;
  readonly nodes: number;
  readonly nodeStrideBytes: number;
  readonly upperLayers: number;
  readonly upperLayersBytes: number;
  readonly layerBytes: number;
}

/** Byte addresses of one thread's walk area. */
export interface WalkLayout {
  readonly head: number;
  readonly queryCode: number;
  readonly list: number;
  readonly scores: number;
  readonly pool: number;
  readonly candidates: number;
  readonly selected: number;
  readonly own: number;
  readonly visited: number;
  readonly visitedBytes: number;
}

type Take = (bytes: number) => number;

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Whether int8 codes serve a vector of this dimension at all. */
export function codesPay(dim: number): boolean {
  return dim >= CODES_DIM_MIN;
}

/** Lays out a graph for `capacity` rows of `dim` values. `take` reserves the next bytes of the memory. */
export function takeGraph(take: Take, capacity: number, dim: number, spec: GraphSpec): GraphLayout {
  const codeBytes = spec.hasCodes && codesPay(dim) ? roundUp(dim, ROUND) : 0;
  const codeStrideBytes = codeBytes === 0 ? 0 : ROUND + codeBytes;
  const nodeStrideBytes = roundUp(16 + 8 * spec.m, ROUND);
  const layerBytes = roundUp(4 + 4 * spec.m, ROUND);
  // A node has 1 / (m - 1) upper layers on average; the kernels put a node on the lowest layer if the pool is used up.
  const upperLayersBytes = layerBytes * (256 + Math.ceil((1.1 * capacity) / (spec.m - 1)));
  return {
    m: spec.m,
    head: take(HEAD_BYTES),
    codes: codeBytes === 0 ? 0 : take(capacity * codeStrideBytes),
    codeBytes,
    codeStrideBytes,
    nodes: take(capacity * nodeStrideBytes),
    nodeStrideBytes,
    upperLayers: take(upperLayersBytes),
    upperLayersBytes,
    layerBytes,
  };
}

/** Lays out a walk area for graphs of `capacity` rows and vectors of at most `dimMax` values. */
export function takeWalk(take: Take, capacity: number, dimMax: number): WalkLayout {
  return {
    head: take(HEAD_BYTES),
    queryCode: take(roundUp(dimMax, ROUND)),
    list: take(4 * LIST_MAX + SLACK_BYTES),
    scores: take(4 * LIST_MAX + SLACK_BYTES),
    pool: take(8 * EF_MAX + SLACK_BYTES),
    candidates: take(8 * (2 * M_MAX + 1) + SLACK_BYTES),
    selected: take(4 * 2 * M_MAX + SLACK_BYTES),
    own: take(4 * M_MAX),
    visited: take(capacity),
    visitedBytes: capacity,
  };
}
