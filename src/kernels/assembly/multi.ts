// Multivectors: for each vector of the query the most similar vector of the row, added up (max_sim).

import { similarity } from './distance';
import { heapOffer } from './heap';
import { rowAt, visibleWord } from './side';

/** Similarity of the row at `row` to the query, two lists of vectors as side-layout.ts has them; larger is better. */
export function maxSim(comparison: u32, row: usize, query: usize, dim: u32): f32 {
  const queryBytes = (dim as usize) << 2;
  const bytes = queryBytes >> (comparison >> 2);
  const rowEnd = row + 4 + (load<u32>(row) as usize) * bytes;
  const queryEnd = query + 4 + (load<u32>(query) as usize) * queryBytes;
  let sum: f32 = 0;
  for (let q = query + 4; q < queryEnd; q += queryBytes) {
    let best: f32 = -Infinity;
    for (let r = row + 4; r < rowEnd; r += bytes) best = max<f32>(best, similarity(comparison, r, q, dim));
    sum += best;
  }
  return sum;
}

/** Scores of the `n` rows whose u32 offsets are at `offsets`; NaN for a point without the vector. */
export function multiScoreOffsets(
  comparison: u32,
  starts: usize,
  offsets: usize,
  n: u32,
  query: usize,
  dim: u32,
  out: usize,
): void {
  for (let i: u32 = 0; i < n; i++, offsets += 4, out += 4) {
    const row = rowAt(starts, load<u32>(offsets));
    store<f32>(out, row ? maxSim(comparison, row, query, dim) : NaN);
  }
}

/** Offers every visible row `from` ≤ offset < `to` that has the vector to the heap; returns its length. */
export function multiScan(
  comparison: u32,
  starts: usize,
  query: usize,
  dim: u32,
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
      if (row) heapLength = heapOffer(heap, heapLength, k, maxSim(comparison, row, query, dim), offset);
    }
  }
  return heapLength;
}
