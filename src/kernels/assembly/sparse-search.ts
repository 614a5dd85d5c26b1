// Searching a sparse vector: sums of products over the indices that two rows share, in the order of the indices, float32.
//
// Rows are taken in windows. In each, the postings of the query's terms are added up; then the sums that can still get into
// the heap are offered to it. Once the heap is full, terms with little to add, which together cannot lift a row above the
// worst entry, become idle (MaxScore, Turtle and Flood 1995): their postings are not read any more, and rows for which they
// might matter are compared by their stored row. Where that would be so many that it does not pay, all terms are read.

import { heapOffer } from './heap';
import {
  BLOCK_COUNT,
  BLOCK_NEXT,
  BLOCK_POSTINGS,
  bitAt,
  LIST_FIRST,
  LIST_LARGEST,
  LIST_LENGTH,
  LIST_SMALLEST,
  rowAt,
  SPARSE_WINDOW,
  TERM_AT,
  TERM_BLOCK,
  TERM_BOUND,
  TERM_BYTES,
  TERM_LIST,
  TERM_WEIGHT,
  visibleWord,
} from './side';
import { sparseList } from './sparse-index';

/** Stands for «no posting yet»: no sum of products that begins with +0 can become it. */
const UNTOUCHED_BITS: u32 = 0x80000000;
/** What rounding may add to the sum of the bounds. */
const BOUND_SLACK: f32 = 1.0001;
/** Comparing a row with the query costs about as much as reading this many postings. */
const POSTINGS_PER_ROW: u64 = 256;

/** The sum over the indices that both rows have; NaN if they share none. O(length of both). */
export function sparseDot(a: usize, b: usize): f32 {
  const endA = a + 4 + ((load<u32>(a) as usize) << 2);
  const endB = b + 4 + ((load<u32>(b) as usize) << 2);
  const valuesA = endA - a - 4;
  const valuesB = endB - b - 4;
  let sum: f32 = 0;
  let isShared = false;
  a += 4;
  b += 4;
  while (a < endA && b < endB) {
    const indexA = load<u32>(a);
    const indexB = load<u32>(b);
    if (indexA == indexB) {
      sum += load<f32>(a + valuesA) * load<f32>(b + valuesB);
      isShared = true;
    }
    a += ((indexA <= indexB) as usize) << 2;
    b += ((indexB <= indexA) as usize) << 2;
  }
  return isShared ? sum : NaN;
}

/** Scores of the `n` rows whose u32 offsets are at `offsets`; `none` for rows that share no index, NaN without a row. */
export function sparseScoreOffsets(
  starts: usize,
  offsets: usize,
  n: u32,
  query: usize,
  none: f32,
  out: usize,
): void {
  for (let i: u32 = 0; i < n; i++, offsets += 4, out += 4) {
    const row = rowAt(starts, load<u32>(offsets));
    let score: f32 = NaN;
    if (row) {
      score = sparseDot(row, query);
      if (score != score) score = none;
    }
    store<f32>(out, score);
  }
}

/** Offers every visible row `from` ≤ offset < `to` that shares an index with the query; returns the heap's length. */
export function sparseScan(
  starts: usize,
  query: usize,
  from: u32,
  to: u32,
  tombstones: usize,
  allowed: usize,
  heap: usize,
  heapLength: u32,
  k: u32,
): u32 {
  for (let word = from >> 6; word << 6 < to; word++) {
    for (let bits = visibleWord(word, from, to, tombstones, allowed); bits != 0; bits &= bits - 1) {
      const offset = (word << 6) + (ctz<u64>(bits) as u32);
      const row = rowAt(starts, offset);
      if (row == 0) continue;
      const score = sparseDot(row, query);
      if (score == score) heapLength = heapOffer(heap, heapLength, k, score, offset);
    }
  }
  return heapLength;
}

/** Makes the terms of a query, and clears the window; returns how many postings they have, at most 2^32-1. */
export function sparseBegin(query: usize, terms: usize, sums: usize): u32 {
  const n = load<u32>(query);
  const weights = query + 4 + ((n as usize) << 2);
  let postings: u64 = 0;
  for (let i: usize = 0; i < n; i++, terms += TERM_BYTES) {
    const list = sparseList(load<u32>(query + 4 + (i << 2)));
    const weight = load<f32>(weights + (i << 2));
    store<u32>(terms, list as u32, TERM_LIST);
    store<f32>(terms, weight, TERM_WEIGHT);
    store<u32>(terms, 0, TERM_AT);
    let bound: f32 = 0;
    if (list) {
      store<u32>(terms, load<u32>(list, LIST_FIRST), TERM_BLOCK);
      postings += load<u32>(list, LIST_LENGTH);
      bound = max<f32>(
        0,
        max<f32>(weight * load<f32>(list, LIST_LARGEST), weight * load<f32>(list, LIST_SMALLEST)),
      );
    } else {
      store<u32>(terms, 0, TERM_BLOCK);
    }
    store<f32>(terms, bound, TERM_BOUND);
  }
  for (let at = sums; at < sums + (SPARSE_WINDOW << 2); at += 4) store<u32>(at, UNTOUCHED_BITS);
  return min<u64>(postings, 0xffffffff) as u32;
}

/** The first posting from `at` on, before `blockEnd`, whose offset is not below `end`; there is one. O(log postings). */
function postingAt(at: usize, blockEnd: usize, end: u32): usize {
  let low: usize = 0;
  let high = (blockEnd - at) >> 3;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(at + (middle << 3)) < end) low = middle + 1;
    else high = middle;
  }
  return at + (low << 3);
}

/** Adds one posting. A product of -0 would leave the sum as if it were untouched. */
function addPosting(window: usize, at: usize, weight: f32): void {
  const sum = window + ((load<u32>(at) as usize) << 2);
  store<f32>(sum, load<f32>(sum) + (weight * load<f32>(at, 4) + 0));
}

/** Adds a term's postings below `end` to the sums of the window that starts at `base`; returns the next offset. */
function addTerm(term: usize, base: u32, end: u32, sums: usize): u32 {
  let block: usize = load<u32>(term, TERM_BLOCK);
  if (block == 0) return 0xffffffff;
  let at = block + BLOCK_POSTINGS + ((load<u32>(term, TERM_AT) as usize) << 3);
  const weight = load<f32>(term, TERM_WEIGHT);
  const window = sums - ((base as usize) << 2);
  let next: u32 = 0xffffffff;
  while (true) {
    const blockEnd = block + BLOCK_POSTINGS + ((atomic.load<u32>(block, BLOCK_COUNT) as usize) << 3);
    let stop = blockEnd;
    if (at < blockEnd && load<u32>(blockEnd - 8) >= end) stop = postingAt(at, blockEnd, end);
    for (; at + 32 <= stop; at += 32) {
      addPosting(window, at, weight);
      addPosting(window, at + 8, weight);
      addPosting(window, at + 16, weight);
      addPosting(window, at + 24, weight);
    }
    for (; at < stop; at += 8) addPosting(window, at, weight);
    if (stop < blockEnd) {
      next = load<u32>(stop);
      break;
    }
    const following: usize = atomic.load<u32>(block, BLOCK_NEXT);
    if (following == 0) break;
    block = following;
    at = block + BLOCK_POSTINGS;
  }
  store<u32>(term, block as u32, TERM_BLOCK);
  store<u32>(term, ((at - block - BLOCK_POSTINGS) >> 3) as u32, TERM_AT);
  return next;
}

function termAt(terms: usize, order: usize, i: u32): usize {
  return terms + (load<u32>(order + ((i as usize) << 2)) as usize) * TERM_BYTES;
}

/** How many of the terms, in the order of their bounds, cannot lift a row above `worst` together. */
function countIdle(terms: usize, order: usize, n: u32, worst: f32): u32 {
  let sum: f32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    sum += load<f32>(termAt(terms, order, i), TERM_BOUND);
    if (!(sum * BOUND_SLACK <= worst)) return i;
  }
  return n;
}

/** What the first `idle` terms in the order can add to a score together, rounding included. */
function idleBound(terms: usize, order: usize, idle: u32): f32 {
  let sum: f32 = 0;
  for (let i: u32 = 0; i < idle; i++) sum += load<f32>(termAt(terms, order, i), TERM_BOUND);
  return sum * BOUND_SLACK;
}

/** How many of the sums of a window of `rows` rows are above `limit`. */
function countAbove(sums: usize, rows: u32, limit: f32): u32 {
  const untouched = i32x4.splat(UNTOUCHED_BITS as i32);
  const limits = f32x4.splat(limit);
  let counts = i32x4.splat(0);
  for (let at = sums; at < sums + ((rows as usize) << 2); at += 16) {
    const four = v128.load(at);
    // A comparison that holds is -1.
    counts = i32x4.sub(counts, v128.and(i32x4.ne(four, untouched), f32x4.gt(four, limits)));
  }
  const pairs = i32x4.add(counts, v128.shuffle<i32>(counts, counts, 2, 3, 0, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}

/**
 * How many terms should be idle from the next window on, judged by the sums of this one: reading their postings must cost
 * more than comparing the rows for which they might matter.
 */
function chooseIdle(
  terms: usize,
  order: usize,
  n: u32,
  idle: u32,
  worst: f32,
  sums: usize,
  rows: u32,
  allRows: u32,
): u32 {
  let wanted = countIdle(terms, order, n, worst);
  for (let tries = 0; tries < 3 && wanted > idle; tries++) {
    let postings: u64 = 0;
    for (let i = idle; i < wanted; i++) {
      const list: usize = load<u32>(termAt(terms, order, i), TERM_LIST);
      if (list) postings += load<u32>(list, LIST_LENGTH);
    }
    const saved = (postings * rows) / allRows;
    const compared: u64 = countAbove(sums, rows, worst - idleBound(terms, order, wanted));
    if (compared * POSTINGS_PER_ROW <= saved) return wanted;
    wanted = idle + ((wanted - idle) >> 1);
  }
  return idle;
}

/** Ends the reading of the terms number `from` to `to` - 1 in the order. */
function stopTerms(terms: usize, order: usize, from: u32, to: u32): void {
  for (let i = from; i < to; i++) store<u32>(termAt(terms, order, i), 0, TERM_BLOCK);
}

/**
 * Offers what the terms of a query find in the rows `from` ≤ offset < `to` of `allRows` to the heap; returns its length.
 * `from` is a multiple of SPARSE_WINDOW, and calls go on where the one before ended. `order`: numbers of the `n` terms by
 * their bounds, smallest first, and then the number of idle terms, 0 to begin with; with `n` = 0 none becomes idle.
 */
export function sparseSearch(
  starts: usize,
  query: usize,
  terms: usize,
  order: usize,
  n: u32,
  sums: usize,
  from: u32,
  to: u32,
  allRows: u32,
  tombstones: usize,
  allowed: usize,
  heap: usize,
  heapLength: u32,
  k: u32,
): u32 {
  const termsEnd = terms + (load<u32>(query) as usize) * TERM_BYTES;
  const idleAt = order + ((n as usize) << 2);
  let idle: u32 = n > 0 ? load<u32>(idleAt) : 0;
  let base = from;
  while (base < to) {
    const end = min(base + SPARSE_WINDOW, to);
    let next: u32 = 0xffffffff;
    for (let term = terms; term < termsEnd; term += TERM_BYTES)
      next = min(next, addTerm(term, base, end, sums));
    let nextIdle = idle;
    const window = base / SPARSE_WINDOW;
    // Windows 1, 2, 4, 8 and so on: what was decided may pay off only when the heap has better entries.
    if (n > 0 && heapLength == k && (window & (window - 1)) == 0) {
      nextIdle = chooseIdle(terms, order, n, idle, load<f32>(heap), sums, end - base, allRows);
    }
    const bound: f32 = idle > 0 ? idleBound(terms, order, idle) : 0;
    heapLength = offerWindow(
      starts,
      query,
      sums,
      base,
      end,
      tombstones,
      allowed,
      heap,
      heapLength,
      k,
      idle > 0,
      bound,
    );
    if (nextIdle > idle) {
      stopTerms(terms, order, idle, nextIdle);
      idle = nextIdle;
    }
    if (next >= to) break;
    base = next & ~(SPARSE_WINDOW - 1);
  }
  if (n > 0) store<u32>(idleAt, idle);
  return heapLength;
}

/** Offers the sums of a window and clears them. Sums that lack idle terms are made anew from the stored row. */
function offerWindow(
  starts: usize,
  query: usize,
  sums: usize,
  base: u32,
  end: u32,
  tombstones: usize,
  allowed: usize,
  heap: usize,
  heapLength: u32,
  k: u32,
  isPartial: bool,
  bound: f32,
): u32 {
  const untouched = i32x4.splat(UNTOUCHED_BITS as i32);
  const sumsEnd = sums + (((end - base) as usize) << 2);
  let isFull = heapLength == k;
  let limits = f32x4.splat(isFull ? load<f32>(heap) - bound : 0);
  for (let at = sums; at < sumsEnd; at += 16) {
    const four = v128.load(at);
    let wanted = i32x4.ne(four, untouched);
    if (!v128.any_true(wanted)) continue;
    v128.store(at, untouched);
    if (isFull) wanted = v128.and(wanted, f32x4.gt(four, limits));
    for (let bits = i32x4.bitmask(wanted); bits != 0; bits &= bits - 1) {
      const lane = ctz<i32>(bits) as u32;
      const offset = base + (((at - sums) >> 2) as u32) + lane;
      if (tombstones != 0 && bitAt(tombstones, offset)) continue;
      if (allowed != 0 && !bitAt(allowed, offset)) continue;
      let score = laneOf(four, lane);
      if (isPartial) score = sparseDot(rowAt(starts, offset), query);
      heapLength = heapOffer(heap, heapLength, k, score, offset);
      isFull = heapLength == k;
      if (isFull) limits = f32x4.splat(load<f32>(heap) - bound);
    }
  }
  return heapLength;
}

function laneOf(four: v128, lane: u32): f32 {
  if (lane == 0) return f32x4.extract_lane(four, 0);
  if (lane == 1) return f32x4.extract_lane(four, 1);
  return lane == 2 ? f32x4.extract_lane(four, 2) : f32x4.extract_lane(four, 3);
}
