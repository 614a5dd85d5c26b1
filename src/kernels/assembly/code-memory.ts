// The memory that codes-layout.ts lays out: byte offsets in its header, in a thread's area and in a record, and what all
// forms of codes have in common. A test compares with the word numbers there through `codesConstant`.
//
// A row is coded as x[i] ≈ mean + scale · level[i], where a level is a small whole number that the form makes of its code.
// The similarity to a query is linear in the record and in I = Σ query code · row code:
//   score = mean · M + scaledSum · S + scale · (I · P + K) + norm · N + R
// with scaledSum = scale · Σ level, norm = Σx², and the coefficients (M, S, P, K, N, R) of the query.

import { METRIC_EUCLID } from './metric';

const CODES_MAGIC: usize = 0;
export const CODES_FORM: usize = 4;
const CODES_METRIC: usize = 8;
export const CODES_DIM: usize = 12;
export const CODES_WIDTH: usize = 16;
export const CODES_PLANE_BYTES: usize = 20;
export const CODES_CODE_BYTES: usize = 24;
const CODES_STRIDE: usize = 28;
const CODES_RECORDS: usize = 32;
export const CODES_QUERY_BITS: usize = 36;
export const CODES_QUANTILE: usize = 40;
export const CODES_SIGNS: usize = 44;
export const CODES_PART: usize = 48;
export const CODES_PARTS: usize = 52;
export const CODES_CENTROIDS: usize = 56;
export const CODES_SUMS: usize = 60;
export const CODES_COUNTS: usize = 64;
const CODES_CODED_COUNT: usize = 128;
const CODES_LOCK: usize = 132;
const CODES_TRAINED_ROWS: usize = 136;
const CODES_TRAINING_ROWS: usize = 140;
const CODES_TRAINING_STEP: usize = 144;

const AREA_MEAN: usize = 0;
const AREA_SUM: usize = 4;
const AREA_PRODUCT: usize = 8;
const AREA_CONSTANT: usize = 12;
const AREA_NORM: usize = 16;
const AREA_REST: usize = 20;
const AREA_FLOATS: usize = 24;
const AREA_CODE: usize = 28;

export const RECORD_MEAN: usize = 0;
export const RECORD_SCALE: usize = 4;
export const RECORD_NORM: usize = 8;
export const RECORD_SCALED_SUM: usize = 12;
export const RECORD_CODE: usize = 16;

export const FORM_BITS: u32 = 0;
export const FORM_SHARED_BITS: u32 = 1;
export const FORM_TWO_BITS: u32 = 2;
export const FORM_NIBBLES: u32 = 3;
export const FORM_BYTES: u32 = 4;
export const FORM_PRODUCT: u32 = 5;

export const ROTATION_ROUNDS: u32 = 3;
/** Of each part of a product code. */
export const CENTROIDS: u32 = 256;

/** Constant number `index` in the order of `CODES_CONSTANTS` in codes-layout.ts; 0xffffffff past the end. */
export function codesConstant(index: u32): u32 {
  if (index == 0) return CODES_MAGIC as u32;
  if (index == 1) return CODES_FORM as u32;
  if (index == 2) return CODES_METRIC as u32;
  if (index == 3) return CODES_DIM as u32;
  if (index == 4) return CODES_WIDTH as u32;
  if (index == 5) return CODES_PLANE_BYTES as u32;
  if (index == 6) return CODES_CODE_BYTES as u32;
  if (index == 7) return CODES_STRIDE as u32;
  if (index == 8) return CODES_RECORDS as u32;
  if (index == 9) return CODES_QUERY_BITS as u32;
  if (index == 10) return CODES_QUANTILE as u32;
  if (index == 11) return CODES_SIGNS as u32;
  if (index == 12) return CODES_PART as u32;
  if (index == 13) return CODES_PARTS as u32;
  if (index == 14) return CODES_CENTROIDS as u32;
  if (index == 15) return CODES_SUMS as u32;
  if (index == 16) return CODES_COUNTS as u32;
  if (index == 17) return CODES_CODED_COUNT as u32;
  if (index == 18) return CODES_LOCK as u32;
  if (index == 19) return CODES_TRAINED_ROWS as u32;
  if (index == 20) return CODES_TRAINING_ROWS as u32;
  if (index == 21) return CODES_TRAINING_STEP as u32;
  if (index == 22) return AREA_MEAN as u32;
  if (index == 23) return AREA_SUM as u32;
  if (index == 24) return AREA_PRODUCT as u32;
  if (index == 25) return AREA_CONSTANT as u32;
  if (index == 26) return AREA_NORM as u32;
  if (index == 27) return AREA_REST as u32;
  if (index == 28) return AREA_FLOATS as u32;
  if (index == 29) return AREA_CODE as u32;
  if (index == 30) return FORM_BITS;
  if (index == 31) return FORM_SHARED_BITS;
  if (index == 32) return FORM_TWO_BITS;
  if (index == 33) return FORM_NIBBLES;
  if (index == 34) return FORM_BYTES;
  if (index == 35) return FORM_PRODUCT;
  if (index == 36) return ROTATION_ROUNDS;
  if (index == 37) return CENTROIDS;
  return 0xffffffff;
}

/** A word of the header, which lies at the beginning of the memory. */
export function header(word: usize): u32 {
  return load<u32>(word);
}

export function recordAt(offset: u32): usize {
  return (header(CODES_RECORDS) as usize) + (offset as usize) * (header(CODES_STRIDE) as usize);
}

/** Where a thread's area has the float32 numbers of the vector to be coded, `width` of them. */
export function floatsOf(area: usize): usize {
  return load<u32>(area, AREA_FLOATS);
}

export function queryCodeOf(area: usize): usize {
  return load<u32>(area, AREA_CODE);
}

/** Writes the coefficients that make products of `dot(query, row)`; `squares` is the query's Σq². */
export function setCoefficients(
  area: usize,
  mean: f32,
  sum: f32,
  product: f32,
  constant: f32,
  squares: f32,
): void {
  const isEuclid = header(CODES_METRIC) == METRIC_EUCLID;
  const factor: f32 = isEuclid ? 2 : 1;
  store<f32>(area, mean * factor, AREA_MEAN);
  store<f32>(area, sum * factor, AREA_SUM);
  store<f32>(area, product * factor, AREA_PRODUCT);
  store<f32>(area, constant * factor, AREA_CONSTANT);
  store<f32>(area, isEuclid ? -1 : 0, AREA_NORM);
  store<f32>(area, isEuclid ? -squares : 0, AREA_REST);
}

/** Writes the head of a record; a scale that is no finite number becomes 0. */
export function setRecord(record: usize, mean: f32, scale: f32, norm: f32, levelSum: f32): void {
  if (!(abs<f32>(scale) < Infinity)) scale = 0;
  store<f32>(record, mean, RECORD_MEAN);
  store<f32>(record, scale, RECORD_SCALE);
  store<f32>(record, norm, RECORD_NORM);
  store<f32>(record, scale * levelSum, RECORD_SCALED_SUM);
}

/** The scores of four records, whose products with the query's code are the lanes of `products`. */
export function scores(area: usize, r0: usize, r1: usize, r2: usize, r3: usize, products: v128): v128 {
  const h0 = v128.load(r0);
  const h1 = v128.load(r1);
  const h2 = v128.load(r2);
  const h3 = v128.load(r3);
  const h01a = v128.shuffle<i32>(h0, h1, 0, 4, 1, 5);
  const h01b = v128.shuffle<i32>(h0, h1, 2, 6, 3, 7);
  const h23a = v128.shuffle<i32>(h2, h3, 0, 4, 1, 5);
  const h23b = v128.shuffle<i32>(h2, h3, 2, 6, 3, 7);
  const mean = v128.shuffle<i64>(h01a, h23a, 0, 2);
  const scale = v128.shuffle<i64>(h01a, h23a, 1, 3);
  const norm = v128.shuffle<i64>(h01b, h23b, 0, 2);
  const scaledSum = v128.shuffle<i64>(h01b, h23b, 1, 3);
  const ofProducts = f32x4.add(
    f32x4.mul(products, f32x4.splat(load<f32>(area, AREA_PRODUCT))),
    f32x4.splat(load<f32>(area, AREA_CONSTANT)),
  );
  const ofSums = f32x4.add(
    f32x4.mul(mean, f32x4.splat(load<f32>(area, AREA_MEAN))),
    f32x4.mul(scaledSum, f32x4.splat(load<f32>(area, AREA_SUM))),
  );
  const ofNorms = f32x4.add(
    f32x4.mul(norm, f32x4.splat(load<f32>(area, AREA_NORM))),
    f32x4.splat(load<f32>(area, AREA_REST)),
  );
  return f32x4.add(f32x4.add(ofSums, f32x4.mul(scale, ofProducts)), ofNorms);
}

export function sumLanes(sums: v128): i32 {
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    (i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3))
  );
}

/** Σ of `n` floats. */
export function sumOf(floats: usize, n: u32): f32 {
  let sum: f64 = 0;
  for (let i: u32 = 0; i < n; i++) sum += load<f32>(floats + ((i as usize) << 2));
  return sum as f32;
}

/** Σ of the squares of `n` floats. */
export function squaresOf(floats: usize, n: u32): f32 {
  let sum: f64 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const value: f64 = load<f32>(floats + ((i as usize) << 2));
    sum += value * value;
  }
  return sum as f32;
}
