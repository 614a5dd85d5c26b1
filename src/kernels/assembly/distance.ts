// Similarities of two float32 vectors; larger is better for every metric (Euclid and Manhattan are negated sums).
// Below SIMD_DIM_MIN dimensions the sums are sequential in float32 without fused operations, so that scores of short
// vectors have the same bits everywhere.

import { typedSimilarity } from './datatype';
import { METRIC_DOT, METRIC_EUCLID, METRIC_MANHATTAN, SIMD_DIM_MIN } from './metric';

const FLOAT_EPSILON: f32 = 1.1920929e-7;
const UNIT_TOLERANCE: f32 = 1e-6;

function sumLanes(a: v128, b: v128, c: v128, d: v128): f32 {
  const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  return (
    f32x4.extract_lane(sum, 0) +
    f32x4.extract_lane(sum, 1) +
    (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

/** Sum of products. `a`, `b`: pointers to `dim` floats. */
export function dot(a: usize, b: usize, dim: u32): f32 {
  let sum: f32 = 0;
  const end = a + ((dim as usize) << 2);
  if (dim >= SIMD_DIM_MIN) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    const blocks = a + ((dim & ~15) as usize) * 4;
    for (; a < blocks; a += 64, b += 64) {
      s0 = f32x4.relaxed_madd(v128.load(a), v128.load(b), s0);
      s1 = f32x4.relaxed_madd(v128.load(a, 16), v128.load(b, 16), s1);
      s2 = f32x4.relaxed_madd(v128.load(a, 32), v128.load(b, 32), s2);
      s3 = f32x4.relaxed_madd(v128.load(a, 48), v128.load(b, 48), s3);
    }
    for (; a + 16 <= end; a += 16, b += 16) {
      s0 = f32x4.relaxed_madd(v128.load(a), v128.load(b), s0);
    }
    sum = sumLanes(s0, s1, s2, s3);
  }
  for (; a < end; a += 4, b += 4) sum += load<f32>(a) * load<f32>(b);
  return sum;
}

/** Negated sum of squared differences. */
export function euclid(a: usize, b: usize, dim: u32): f32 {
  let sum: f32 = 0;
  const end = a + ((dim as usize) << 2);
  if (dim >= SIMD_DIM_MIN) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    const blocks = a + ((dim & ~15) as usize) * 4;
    for (; a < blocks; a += 64, b += 64) {
      const d0 = f32x4.sub(v128.load(a), v128.load(b));
      const d1 = f32x4.sub(v128.load(a, 16), v128.load(b, 16));
      const d2 = f32x4.sub(v128.load(a, 32), v128.load(b, 32));
      const d3 = f32x4.sub(v128.load(a, 48), v128.load(b, 48));
      s0 = f32x4.relaxed_madd(d0, d0, s0);
      s1 = f32x4.relaxed_madd(d1, d1, s1);
      s2 = f32x4.relaxed_madd(d2, d2, s2);
      s3 = f32x4.relaxed_madd(d3, d3, s3);
    }
    for (; a + 16 <= end; a += 16, b += 16) {
      const d0 = f32x4.sub(v128.load(a), v128.load(b));
      s0 = f32x4.relaxed_madd(d0, d0, s0);
    }
    sum = sumLanes(s0, s1, s2, s3);
  }
  for (; a < end; a += 4, b += 4) {
    const d = load<f32>(a) - load<f32>(b);
    sum += d * d;
  }
  return -sum;
}

/** Negated sum of absolute differences. */
export function manhattan(a: usize, b: usize, dim: u32): f32 {
  let sum: f32 = 0;
  const end = a + ((dim as usize) << 2);
  if (dim >= SIMD_DIM_MIN) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    const blocks = a + ((dim & ~15) as usize) * 4;
    for (; a < blocks; a += 64, b += 64) {
      s0 = f32x4.add(s0, f32x4.abs(f32x4.sub(v128.load(a), v128.load(b))));
      s1 = f32x4.add(s1, f32x4.abs(f32x4.sub(v128.load(a, 16), v128.load(b, 16))));
      s2 = f32x4.add(s2, f32x4.abs(f32x4.sub(v128.load(a, 32), v128.load(b, 32))));
      s3 = f32x4.add(s3, f32x4.abs(f32x4.sub(v128.load(a, 48), v128.load(b, 48))));
    }
    for (; a + 16 <= end; a += 16, b += 16) {
      s0 = f32x4.add(s0, f32x4.abs(f32x4.sub(v128.load(a), v128.load(b))));
    }
    sum = sumLanes(s0, s1, s2, s3);
  }
  for (; a < end; a += 4, b += 4) sum += abs(load<f32>(a) - load<f32>(b));
  return -sum;
}

/** Similarity of two vectors of `dim` floats under `metric`; larger is better. */
function floatSimilarity(metric: u32, a: usize, b: usize, dim: u32): f32 {
  if (metric <= METRIC_DOT) return dot(a, b, dim);
  if (metric == METRIC_EUCLID) return euclid(a, b, dim);
  return manhattan(a, b, dim);
}

/**
 * Similarity of a row to a query of `dim` floats; larger is better. `comparison`: the metric in the lowest two bits, above
 * them the datatype of the row.
 */
export function similarity(comparison: u32, row: usize, query: usize, dim: u32): f32 {
  if (comparison <= METRIC_MANHATTAN) return floatSimilarity(comparison, row, query, dim);
  return typedSimilarity(comparison >> 2, comparison & 3, row, query, dim);
}

/**
 * Scales the `dim` floats at `vector` to unit length in place; 1 if it did. A vector whose squared length is below the
 * float32 epsilon, or within 1e-6 of one, stays as it is, as in Qdrant's preprocessing of cosine vectors.
 */
export function normalise(vector: usize, dim: u32): u32 {
  const squared = dot(vector, vector, dim);
  if (squared < FLOAT_EPSILON || abs<f32>(squared - 1) <= UNIT_TOLERANCE) return 0;
  const length = sqrt<f32>(squared);
  const lengths = f32x4.splat(length);
  const end = vector + ((dim as usize) << 2);
  for (; vector + 16 <= end; vector += 16) v128.store(vector, f32x4.div(v128.load(vector), lengths));
  for (; vector < end; vector += 4) store<f32>(vector, load<f32>(vector) / length);
  return 1;
}
