// The candidates of a walk: rows in its list, scored against the query or row that it is for, then admitted to its pool.

import {
  GRAPH_CODES,
  GRAPH_DIM,
  GRAPH_METRIC,
  GRAPH_ROWS,
  GRAPH_ROW_STRIDE,
  WALK_ALLOWED,
  WALK_COEFFICIENTS,
  WALK_CURSOR,
  WALK_EF,
  WALK_LENGTH,
  WALK_LIST,
  WALK_POOL,
  WALK_SCORES,
  WALK_TARGET,
  WALK_TOMBSTONES,
} from './graph';
import { area, scoreFour } from './foreign';
import { FLAG_HIDDEN, keyScore, poolInsert, poolKey } from './pool';
import { scoreCodes } from './quantize';
import { scoreOffsets } from './scan';

/** `scoreCodes` by the codes of another memory. */
function scoreForeign(list: usize, n: u32, out: usize): void {
  if (n & 3) {
    const past = list + ((n as usize) << 2);
    store<u32>(past, load<u32>(list));
    store<u32>(past, load<u32>(list), 4);
    store<u32>(past, load<u32>(list), 8);
  }
  for (let i: u32 = 0; i < n; i += 4, list += 16, out += 16) {
    const a = load<u32>(list);
    v128.store(out, scoreFour(area, a, load<u32>(list, 4), load<u32>(list, 8), load<u32>(list, 12)));
  }
}

/** Scores, as the walk sees them, of the `n` > 0 rows at `list` against a fixed side; see `scoreCodes`. */
export function scoreList(
  graph: usize,
  target: usize,
  coefficients: usize,
  list: usize,
  n: u32,
  out: usize,
): void {
  if (isDefined(QUANTIZED)) {
    scoreForeign(list, n, out);
    return;
  }
  if (load<u32>(graph, GRAPH_CODES)) {
    scoreCodes(graph, target, coefficients, list, n, out);
    return;
  }
  scoreOffsets(
    load<u32>(graph, GRAPH_METRIC),
    load<u32>(graph, GRAPH_ROWS),
    load<u32>(graph, GRAPH_ROW_STRIDE),
    load<u32>(graph, GRAPH_DIM),
    list,
    n,
    target,
    out,
  );
}

export function scoreTargets(graph: usize, walk: usize, n: u32): void {
  const list: usize = load<u32>(walk, WALK_LIST);
  const target: usize = load<u32>(walk, WALK_TARGET);
  scoreList(graph, target, walk + WALK_COEFFICIENTS, list, n, load<u32>(walk, WALK_SCORES));
}

function bitOf(bitmap: usize, offset: u32): u32 {
  return (load<u32>(bitmap + ((offset >> 5) << 2)) >> (offset & 31)) & 1;
}

/** 1 if the row is deleted or not allowed. Bitmaps, 0 for none. */
export function isHidden(tombstones: usize, allowed: usize, offset: u32): u32 {
  let hidden: u32 = 0;
  if (tombstones) hidden = bitOf(tombstones, offset);
  if (allowed) hidden |= bitOf(allowed, offset) ^ 1;
  return hidden;
}

/** Adds the scored rows to the pool. If `isFlagged` some may be hidden: then their keys say so. */
export function admit(walk: usize, n: u32, isFlagged: bool): void {
  const pool: usize = load<u32>(walk, WALK_POOL);
  const max = load<u32>(walk, WALK_EF);
  const list: usize = load<u32>(walk, WALK_LIST);
  const scores: usize = load<u32>(walk, WALK_SCORES);
  const tombstones: usize = load<u32>(walk, WALK_TOMBSTONES);
  const allowed: usize = load<u32>(walk, WALK_ALLOWED);
  const last = pool + (((max - 1) as usize) << 3);
  let length = load<u32>(walk, WALK_LENGTH);
  let cursor = load<u32>(walk, WALK_CURSOR);
  let worst: f32 = length == max ? keyScore(load<i64>(last)) : -Infinity;
  for (let i: usize = 0; i < (n as usize) << 2; i += 4) {
    const score = load<f32>(scores + i);
    if (length == max && !(score > worst)) continue;
    const offset = load<u32>(list + i);
    let key = poolKey(score, offset);
    if (isFlagged && isHidden(tombstones, allowed, offset)) key |= FLAG_HIDDEN;
    const index = poolInsert(pool, length, max, key);
    if (length < max) length++;
    if (length == max) worst = keyScore(load<i64>(last));
    cursor = min(cursor, index);
  }
  store<u32>(walk, length, WALK_LENGTH);
  store<u32>(walk, cursor, WALK_CURSOR);
}
