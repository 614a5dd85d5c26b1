// The walk through one layer (HNSW paper, Algorithm 2), with one sorted array of at most ef entries in place of the
// paper's two heaps: an entry that falls out of the array could never have been expanded.

import {
  GRAPH_CODES,
  linksAt,
  WALK_CURSOR,
  WALK_EF,
  WALK_EPOCH,
  WALK_EVALUATIONS,
  WALK_HOPS,
  WALK_LENGTH,
  WALK_LIST,
  WALK_MODE,
  WALK_POOL,
  WALK_SCORES,
  WALK_TOUCHED,
  WALK_VISITED,
} from './graph';
import { admit, scoreTargets } from './hnsw-candidates';
import { gatherTwoHops } from './hnsw-two-hops';
import { FLAG_EXPANDED, keyOffset } from './pool';
import { touchRecords } from './quantize';
import { beginVisited, markVisited } from './visited';

/** Every row may be returned. */
export const MODE_PLAIN: u32 = 0;
/** Hidden rows stay in the pool, are walked through, and are left out of the result. */
export const MODE_HIDDEN: u32 = 1;
/** Hidden rows are stepped over to their neighbours (ACORN-1); only rows that may be returned are scored. */
export const MODE_TWO_HOPS: u32 = 2;
/** No walk: all rows that may be returned are scored. */
export const MODE_SCAN: u32 = 3;

/** Lists the neighbours that were not visited yet, marks them, returns how many there are. */
function gather(graph: usize, walk: usize, offset: u32, layer: u32): u32 {
  const links = linksAt(graph, offset, layer);
  const end = links + 4 + ((load<u32>(links) as usize) << 2);
  const visited: usize = load<u32>(walk, WALK_VISITED);
  const epoch = load<u32>(walk, WALK_EPOCH);
  const list: usize = load<u32>(walk, WALK_LIST);
  let out = list;
  for (let at = links + 4; at < end; at += 4) {
    const neighbour = load<u32>(at);
    const mark = visited + (neighbour as usize);
    store<u32>(out, neighbour);
    out += ((load<u8>(mark) != epoch) as usize) << 2;
    store<u8>(mark, epoch as u8);
  }
  return ((out - list) >> 2) as u32;
}

/** Reads the links of a row that is likely to be expanded next, and the codes of `n` rows that are scored next. */
function touchNext(graph: usize, walk: usize, key: i64, layer: u32, n: u32): void {
  const links = linksAt(graph, keyOffset(key), layer);
  let words = load<u32>(links) | load<u32>(links, 64);
  if (!isDefined(QUANTIZED) && load<u32>(graph, GRAPH_CODES)) {
    words |= touchRecords(graph, load<u32>(walk, WALK_LIST), n);
  }
  store<u32>(walk, words, WALK_TOUCHED);
}

/** Starts a walk with one row in the pool. Target, coefficients, mode and bitmaps are set already. */
export function walkFrom(graph: usize, walk: usize, start: u32, ef: u32): void {
  beginVisited(walk);
  markVisited(walk, start);
  store<u32>(walk, 0, WALK_LENGTH);
  store<u32>(walk, 0, WALK_CURSOR);
  store<u32>(walk, ef, WALK_EF);
  store<u32>(load<u32>(walk, WALK_LIST), start);
  scoreTargets(graph, walk, 1);
  admit(walk, 1, load<u32>(walk, WALK_MODE) != MODE_PLAIN);
}

/** Expands at most `hops` candidates; true when none is left. */
export function walkOn(graph: usize, walk: usize, layer: u32, hops: u32): bool {
  const pool: usize = load<u32>(walk, WALK_POOL);
  const mode = load<u32>(walk, WALK_MODE);
  let done: u32 = 0;
  let evaluations: u32 = 0;
  let isFinished = false;
  while (true) {
    let cursor = load<u32>(walk, WALK_CURSOR);
    const length = load<u32>(walk, WALK_LENGTH);
    let at = pool + ((cursor as usize) << 3);
    while (cursor < length && (load<i64>(at) & FLAG_EXPANDED) != 0) {
      cursor++;
      at += 8;
    }
    store<u32>(walk, cursor, WALK_CURSOR);
    isFinished = cursor >= length;
    if (isFinished || done == hops) break;
    done++;
    const key = load<i64>(at);
    store<i64>(at, key | FLAG_EXPANDED);
    const offset = keyOffset(key);
    const n = mode == MODE_TWO_HOPS ? gatherTwoHops(graph, walk, offset) : gather(graph, walk, offset, layer);
    if (n == 0) continue;
    evaluations += n;
    touchNext(graph, walk, load<i64>(cursor + 1 < length ? at + 8 : at), layer, n);
    scoreTargets(graph, walk, n);
    admit(walk, n, mode == MODE_HIDDEN);
  }
  store<u32>(walk, load<u32>(walk, WALK_HOPS) + done, WALK_HOPS);
  store<u32>(walk, load<u32>(walk, WALK_EVALUATIONS) + evaluations, WALK_EVALUATIONS);
  return isFinished;
}

/** Descends layer by layer, from `from` to just above `to`, always to the best neighbour; returns the row it ends at. */
export function descend(graph: usize, walk: usize, start: u32, from: u32, to: u32): u32 {
  const list: usize = load<u32>(walk, WALK_LIST);
  const scores: usize = load<u32>(walk, WALK_SCORES);
  let current = start;
  store<u32>(list, current);
  scoreTargets(graph, walk, 1);
  let best = load<f32>(scores);
  for (let layer = from; layer > to; layer--) {
    while (true) {
      const links = linksAt(graph, current, layer);
      const n = load<u32>(links);
      if (n == 0) break;
      memory.copy(list, links + 4, (n as usize) << 2);
      scoreTargets(graph, walk, n);
      let next = current;
      for (let i: usize = 0; i < (n as usize) << 2; i += 4) {
        const score = load<f32>(scores + i);
        if (score > best) {
          best = score;
          next = load<u32>(list + i);
        }
      }
      if (next == current) break;
      current = next;
    }
  }
  return current;
}
