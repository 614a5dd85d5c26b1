// Rows of half precision or of bytes, compared with float32 queries. Every function exists for u16 (float16 bits) and u8;
// values are decoded as they are read, and then the arithmetic is that of distance.ts.

import { METRIC_COSINE, METRIC_DOT, METRIC_EUCLID, SIMD_DIM_MIN } from './metric';

export const DATATYPE_FLOAT32: u32 = 0;
export const DATATYPE_FLOAT16: u32 = 1;

/** What the exponents of the two formats differ by, as a factor: subnormal numbers come out right as well. */
const HALF_SCALE: f32 = 5.192296858534828e33;

/** Four values of a row. */
function four<T>(at: usize): v128 {
  if (sizeof<T>() == 2) {
    const bits = v128.load16x4_s(at);
    const magnitude = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13);
    const sign = v128.and(bits, i32x4.splat(0x80000000));
    return f32x4.mul(v128.or(magnitude, sign), f32x4.splat(HALF_SCALE));
  }
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at))));
}

function one<T>(at: usize): f32 {
  if (sizeof<T>() == 2) {
    const bits: u32 = load<u16>(at);
    return reinterpret<f32>(((bits & 0x7fff) << 13) | ((bits & 0x8000) << 16)) * HALF_SCALE;
  }
  return load<u8>(at) as f32;
}

function sumLanes(a: v128, b: v128): f32 {
  const sum = f32x4.add(a, b);
  return (
    f32x4.extract_lane(sum, 0) +
    f32x4.extract_lane(sum, 1) +
    (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

/** How many values the blocks of 8 hold: none of a short vector, whose sums are sequential. */
function blockEnd(dim: u32): u32 {
  return dim >= SIMD_DIM_MIN ? dim & ~7 : 0;
}

function dotOf<T>(row: usize, query: usize, dim: u32): f32 {
  const blocks = blockEnd(dim);
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let i: u32 = 0;
  for (; i < blocks; i += 8, query += 32, row += 8 * sizeof<T>()) {
    s0 = f32x4.relaxed_madd(four<T>(row), v128.load(query), s0);
    s1 = f32x4.relaxed_madd(four<T>(row + 4 * sizeof<T>()), v128.load(query, 16), s1);
  }
  let sum: f32 = blocks > 0 ? sumLanes(s0, s1) : 0;
  for (; i < dim; i++, query += 4, row += sizeof<T>()) sum += one<T>(row) * load<f32>(query);
  return sum;
}

function euclidOf<T>(row: usize, query: usize, dim: u32): f32 {
  const blocks = blockEnd(dim);
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let i: u32 = 0;
  for (; i < blocks; i += 8, query += 32, row += 8 * sizeof<T>()) {
    const d0 = f32x4.sub(four<T>(row), v128.load(query));
    const d1 = f32x4.sub(four<T>(row + 4 * sizeof<T>()), v128.load(query, 16));
    s0 = f32x4.relaxed_madd(d0, d0, s0);
    s1 = f32x4.relaxed_madd(d1, d1, s1);
  }
  let sum: f32 = blocks > 0 ? sumLanes(s0, s1) : 0;
  for (; i < dim; i++, query += 4, row += sizeof<T>()) {
    const d = one<T>(row) - load<f32>(query);
    sum += d * d;
  }
  return -sum;
}

function manhattanOf<T>(row: usize, query: usize, dim: u32): f32 {
  const blocks = blockEnd(dim);
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let i: u32 = 0;
  for (; i < blocks; i += 8, query += 32, row += 8 * sizeof<T>()) {
    s0 = f32x4.add(s0, f32x4.abs(f32x4.sub(four<T>(row), v128.load(query))));
    s1 = f32x4.add(s1, f32x4.abs(f32x4.sub(four<T>(row + 4 * sizeof<T>()), v128.load(query, 16))));
  }
  let sum: f32 = blocks > 0 ? sumLanes(s0, s1) : 0;
  for (; i < dim; i++, query += 4, row += sizeof<T>()) sum += abs<f32>(one<T>(row) - load<f32>(query));
  return -sum;
}

/** Length of a row of bytes. */
function lengthOfBytes(row: usize, dim: u32): f32 {
  let squares: u64 = 0;
  for (let i: u32 = 0; i < dim; i++) {
    const value: u32 = load<u8>(row + (i as usize));
    squares += value * value;
  }
  return Mathf.sqrt(squares as f32);
}

/** The row has not been normalised, the query has. */
function cosineOfBytes(row: usize, query: usize, dim: u32): f32 {
  const length = lengthOfBytes(row, dim);
  return length == 0 ? 0 : dotOf<u8>(row, query, dim) / length;
}

function similarityOf<T>(metric: u32, row: usize, query: usize, dim: u32): f32 {
  if (metric <= METRIC_DOT) return dotOf<T>(row, query, dim);
  return metric == METRIC_EUCLID ? euclidOf<T>(row, query, dim) : manhattanOf<T>(row, query, dim);
}

/** Similarity of a row of a datatype that is not float32 to a float32 query; larger is better. */
export function typedSimilarity(datatype: u32, metric: u32, row: usize, query: usize, dim: u32): f32 {
  if (datatype == DATATYPE_FLOAT16) return similarityOf<u16>(metric, row, query, dim);
  return metric == METRIC_COSINE ? cosineOfBytes(row, query, dim) : similarityOf<u8>(metric, row, query, dim);
}

/** Writes the `dim` values of a row as float32 to `out`. */
export function decodeRow(datatype: u32, row: usize, dim: u32, out: usize): void {
  const end = out + ((dim as usize) << 2);
  if (datatype == DATATYPE_FLOAT16) for (; out < end; out += 4, row += 2) store<f32>(out, one<u16>(row));
  else for (; out < end; out += 4, row++) store<f32>(out, one<u8>(row));
}
