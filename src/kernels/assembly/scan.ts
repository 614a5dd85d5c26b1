import { similarity } from './distance';
import { heapOffer } from './heap';

/**
 * Exact top-k over the rows `from` ≤ offset < `to` that are in `allowed` and `present` (0: no such bitmap) and not in
 * `tombstones`. Adds to the heap and returns its new length, so a long scan can be made in slices.
 */
export function scanTopK(
  metric: u32,
  rows: usize,
  strideBytes: u32,
  dim: u32,
  from: u32,
  to: u32,
  tombstones: usize,
  allowed: usize,
  present: usize,
  query: usize,
  heap: usize,
  heapLength: u32,
  k: u32,
): u32 {
  if (from >= to || k == 0) return heapLength;
  const lastWord = (to - 1) >> 6;
  for (let word = from >> 6; word <= lastWord; word++) {
    const at = (word as usize) << 3;
    let bits: u64 = ~(0 as u64);
    if (tombstones) bits = ~load<u64>(tombstones + at);
    if (allowed) bits &= load<u64>(allowed + at);
    if (present) bits &= load<u64>(present + at);
    const start = word << 6;
    if (start < from) bits &= ~(0 as u64) << (from - start);
    if (to - start < 64) bits &= ((1 as u64) << (to - start)) - 1;
    while (bits != 0) {
      const offset = start + (ctz<u64>(bits) as u32);
      bits &= bits - 1;
      const score = similarity(metric, rows + (offset as usize) * strideBytes, query, dim);
      heapLength = heapOffer(heap, heapLength, k, score, offset);
    }
  }
  return heapLength;
}

/** Scores of the `n` rows whose u32 offsets are at `offsets`, as float32 at `out`. No bitmap is asked. */
export function scoreOffsets(
  metric: u32,
  rows: usize,
  strideBytes: u32,
  dim: u32,
  offsets: usize,
  n: u32,
  query: usize,
  out: usize,
): void {
  for (let i: u32 = 0; i < n; i++, offsets += 4, out += 4) {
    const row = rows + (load<u32>(offsets) as usize) * strideBytes;
    store<f32>(out, similarity(metric, row, query, dim));
  }
}

/** Scores of the rows `from` ≤ offset < `to`, as float32 at `out`. No bitmap is asked. */
export function scoreRange(
  metric: u32,
  rows: usize,
  strideBytes: u32,
  dim: u32,
  from: u32,
  to: u32,
  query: usize,
  out: usize,
): void {
  let row = rows + (from as usize) * strideBytes;
  for (; from < to; from++, row += strideBytes, out += 4) {
    store<f32>(out, similarity(metric, row, query, dim));
  }
}
