import {
  GRAPH_CLAIMED_COUNT,
  GRAPH_CODES,
  GRAPH_CODE_BYTES,
  GRAPH_CODE_STRIDE,
  GRAPH_DIM,
  GRAPH_EF_CONSTRUCT,
  GRAPH_ENTRY,
  GRAPH_GIVEN_UP,
  GRAPH_LAYER_BYTES,
  GRAPH_LINKED_COUNT,
  GRAPH_LOCK,
  GRAPH_M,
  GRAPH_M0,
  GRAPH_METRIC,
  GRAPH_NODES,
  GRAPH_NODE_COUNT,
  GRAPH_NODE_STRIDE,
  GRAPH_POOL,
  GRAPH_POOL_BYTES,
  GRAPH_POOL_USED,
  GRAPH_PRESENT,
  GRAPH_ROWS,
  GRAPH_ROW_STRIDE,
  GRAPH_TOMBSTONES,
  LIST_MAX,
  NODE_COUNT,
  NODE_LINKS,
  NODE_LOCK,
  NODE_STATE,
  NODE_TREE_LINK,
  NODE_UPPER,
  STATE_ABSENT,
  STATE_LAYER_MASK,
  STATE_LINKED,
  WALK_CANDIDATES,
  WALK_CURSOR,
  WALK_EF,
  WALK_EPOCH,
  WALK_EVALUATIONS,
  WALK_HEAP,
  WALK_HOPS,
  WALK_LENGTH,
  WALK_LIST,
  WALK_MODE,
  WALK_OWN,
  WALK_POOL,
  WALK_QUERY,
  WALK_QUERY_CODE,
  WALK_SCORES,
  WALK_SELECTED,
  WALK_VISITED,
  WALK_VISITED_BYTES,
} from './graph';
import { MODE_HIDDEN, MODE_PLAIN, MODE_SCAN, MODE_TWO_HOPS } from './walk';

/** Constant number `index` in the order of `GRAPH_CONSTANTS` in graph-layout.ts; 0xffffffff past the end. */
export function graphConstant(index: u32): u32 {
  if (index == 0) return GRAPH_METRIC as u32;
  if (index == 1) return GRAPH_DIM as u32;
  if (index == 2) return GRAPH_ROWS as u32;
  if (index == 3) return GRAPH_ROW_STRIDE as u32;
  if (index == 4) return GRAPH_CODES as u32;
  if (index == 5) return GRAPH_CODE_STRIDE as u32;
  if (index == 6) return GRAPH_CODE_BYTES as u32;
  if (index == 7) return GRAPH_NODES as u32;
  if (index == 8) return GRAPH_NODE_STRIDE as u32;
  if (index == 9) return GRAPH_M as u32;
  if (index == 10) return GRAPH_M0 as u32;
  if (index == 11) return GRAPH_EF_CONSTRUCT as u32;
  if (index == 12) return GRAPH_POOL as u32;
  if (index == 13) return GRAPH_POOL_BYTES as u32;
  if (index == 14) return GRAPH_LAYER_BYTES as u32;
  if (index == 15) return GRAPH_PRESENT as u32;
  if (index == 16) return GRAPH_TOMBSTONES as u32;
  if (index == 17) return GRAPH_LOCK as u32;
  if (index == 18) return GRAPH_ENTRY as u32;
  if (index == 19) return GRAPH_POOL_USED as u32;
  if (index == 20) return GRAPH_LINKED_COUNT as u32;
  if (index == 21) return GRAPH_NODE_COUNT as u32;
  if (index == 22) return GRAPH_CLAIMED_COUNT as u32;
  if (index == 23) return GRAPH_GIVEN_UP as u32;
  if (index == 24) return NODE_LOCK as u32;
  if (index == 25) return NODE_STATE as u32;
  if (index == 26) return NODE_UPPER as u32;
  if (index == 27) return NODE_COUNT as u32;
  if (index == 28) return NODE_LINKS as u32;
  if (index == 29) return WALK_VISITED as u32;
  if (index == 30) return WALK_VISITED_BYTES as u32;
  if (index == 31) return WALK_EPOCH as u32;
  if (index == 32) return WALK_LIST as u32;
  if (index == 33) return WALK_SCORES as u32;
  if (index == 34) return WALK_POOL as u32;
  if (index == 35) return WALK_QUERY_CODE as u32;
  if (index == 36) return WALK_QUERY as u32;
  if (index == 37) return WALK_HEAP as u32;
  if (index == 38) return WALK_SELECTED as u32;
  if (index == 39) return WALK_CANDIDATES as u32;
  if (index == 40) return WALK_OWN as u32;
  if (index == 41) return WALK_LENGTH as u32;
  if (index == 42) return WALK_CURSOR as u32;
  if (index == 43) return WALK_EF as u32;
  if (index == 44) return WALK_MODE as u32;
  if (index == 45) return WALK_HOPS as u32;
  if (index == 46) return WALK_EVALUATIONS as u32;
  if (index == 47) return STATE_LAYER_MASK;
  if (index == 48) return STATE_LINKED;
  if (index == 49) return STATE_ABSENT;
  if (index == 50) return NODE_TREE_LINK;
  if (index == 51) return MODE_PLAIN;
  if (index == 52) return MODE_HIDDEN;
  if (index == 53) return MODE_TWO_HOPS;
  if (index == 54) return MODE_SCAN;
  if (index == 55) return LIST_MAX;
  return 0xffffffff;
}
