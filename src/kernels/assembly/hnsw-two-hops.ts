// The walk under a filter by two hops, after ACORN-1 (Patel et al., «ACORN: Performant and Predicate-Agnostic Search Over
// Vector Embeddings and Structured Data»): rows that may not be returned are never scored, but stepped over to their
// neighbours. Unlike there, a hop ends when it has a few rows, which costs little recall and saves most of the work, and
// the walk starts from rows all over the allowed ones, as those may lie far from the query and apart from each other.

import {
  GRAPH_LINKED_COUNT,
  GRAPH_M,
  GRAPH_PRESENT,
  LIST_MAX,
  linksAt,
  WALK_ALLOWED,
  WALK_EPOCH,
  WALK_LIST,
  WALK_TOMBSTONES,
  WALK_TOUCHED,
  WALK_VISITED,
} from './graph';
import { admit, isHidden, scoreTargets } from './hnsw-candidates';

/** Rows that a walk starts from besides the entry point's neighbourhood: one from each of so many stripes of the rows. */
const SEEDS: u32 = 128;

/** Those of the 64 rows of word `word` that have a vector and may be returned. */
export function allowedWord(graph: usize, walk: usize, word: u32): u64 {
  const at = (word as usize) << 3;
  const tombstones: usize = load<u32>(walk, WALK_TOMBSTONES);
  const allowed: usize = load<u32>(walk, WALK_ALLOWED);
  let bits = load<u64>((load<u32>(graph, GRAPH_PRESENT) as usize) + at);
  if (tombstones) bits &= ~load<u64>(tombstones + at);
  if (allowed) bits &= load<u64>(allowed + at);
  return bits;
}

/** Lists the first row that may be returned of each stripe, and puts them into the pool. */
export function seedWalk(graph: usize, walk: usize): void {
  const words = load<u32>(graph, GRAPH_LINKED_COUNT) >> 6;
  const list: usize = load<u32>(walk, WALK_LIST);
  const visited: usize = load<u32>(walk, WALK_VISITED);
  const epoch = load<u32>(walk, WALK_EPOCH);
  const stripe = words / SEEDS + 1;
  let n: u32 = 0;
  for (let from: u32 = 0; from < words; from += stripe) {
    const to = min(from + stripe, words);
    let bits: u64 = 0;
    let word = from;
    while (word < to && bits == 0) bits = allowedWord(graph, walk, word++);
    if (bits == 0) continue;
    const offset = ((word - 1) << 6) + (ctz<u64>(bits) as u32);
    const mark = visited + (offset as usize);
    if (load<u8>(mark) == epoch) continue;
    store<u8>(mark, epoch as u8);
    store<u32>(list + ((n++ as usize) << 2), offset);
  }
  if (n == 0) return;
  scoreTargets(graph, walk, n);
  admit(walk, n, false);
}

/**
 * Lists the unvisited neighbours of a row, those that may not be returned at `hiddenList`; marks them all. The result is
 * the number of the hidden ones in the high half and of the others in the low half. Without branches: which case a
 * neighbour is cannot be predicted, and the list entries beyond the numbers do no harm.
 */
function gatherNear(graph: usize, walk: usize, offset: u32, list: usize, hiddenList: usize): u64 {
  const links = linksAt(graph, offset, 0);
  const end = links + 4 + ((load<u32>(links) as usize) << 2);
  const visited: usize = load<u32>(walk, WALK_VISITED);
  const epoch = load<u32>(walk, WALK_EPOCH);
  const tombstones: usize = load<u32>(walk, WALK_TOMBSTONES);
  const allowed: usize = load<u32>(walk, WALK_ALLOWED);
  let hiddenCount: u32 = 0;
  let count: u32 = 0;
  for (let at = links + 4; at < end; at += 4) {
    const neighbour = load<u32>(at);
    const mark = visited + (neighbour as usize);
    const isNew = (load<u8>(mark) != epoch) as u32;
    const hidden = isHidden(tombstones, allowed, neighbour);
    store<u8>(mark, epoch as u8);
    store<u32>(hiddenList + ((hiddenCount as usize) << 2), neighbour);
    store<u32>(list + ((count as usize) << 2), neighbour);
    hiddenCount += isNew & hidden;
    count += isNew & (hidden ^ 1);
  }
  return ((hiddenCount as u64) << 32) | (count as u64);
}

/** Adds the unvisited neighbours of one row that may be returned to the `count` in the list; returns the new count. */
function gatherAllowed(graph: usize, walk: usize, offset: u32, list: usize, count: u32): u32 {
  const links = linksAt(graph, offset, 0);
  const end = links + 4 + ((load<u32>(links) as usize) << 2);
  const visited: usize = load<u32>(walk, WALK_VISITED);
  const epoch = load<u32>(walk, WALK_EPOCH);
  const tombstones: usize = load<u32>(walk, WALK_TOMBSTONES);
  const allowed: usize = load<u32>(walk, WALK_ALLOWED);
  for (let at = links + 4; at < end; at += 4) {
    const neighbour = load<u32>(at);
    const mark = visited + (neighbour as usize);
    const seen: u32 = load<u8>(mark);
    const isNew = (isHidden(tombstones, allowed, neighbour) ^ 1) & ((seen != epoch) as u32);
    store<u8>(mark, select(epoch, seen, isNew) as u8);
    store<u32>(list + ((count as usize) << 2), neighbour);
    count += isNew;
  }
  return count;
}

/** Reads the link counts of the rows at `list`, so that their cache misses are under way together; see `touchRecords`. */
function touchLinks(graph: usize, walk: usize, list: usize, end: usize): void {
  let words: u32 = 0;
  for (; list < end; list += 4) words |= load<u32>(linksAt(graph, load<u32>(list), 0));
  store<u32>(walk, words, WALK_TOUCHED);
}

/**
 * Lists the unvisited neighbours of a row that may be returned, then neighbours of those that may not until there are
 * 5/8 m: fewer cost recall, more cost time (measured).
 */
export function gatherTwoHops(graph: usize, walk: usize, offset: u32): u32 {
  const list: usize = load<u32>(walk, WALK_LIST);
  const hiddenList = list + (((LIST_MAX >> 1) as usize) << 2);
  const near = gatherNear(graph, walk, offset, list, hiddenList);
  const hiddenEnd = hiddenList + (((near >> 32) as usize) << 2);
  const enough: u32 = (5 * load<u32>(graph, GRAPH_M)) >> 3;
  let count = near as u32;
  if (count >= enough) return count;
  touchLinks(graph, walk, hiddenList, hiddenEnd);
  for (let from = hiddenList; from < hiddenEnd && count < enough; from += 4) {
    count = gatherAllowed(graph, walk, load<u32>(from), list, count);
  }
  return count;
}
