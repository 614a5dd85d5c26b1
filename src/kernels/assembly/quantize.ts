// Locally adaptive quantisation: each row has a range of its own (as in «Similarity search in the blink of an eye with
// compressed indices», section 3). A code record is 16 bytes of (sum, low, step, norm) as float32, then the codes, one
// byte 0..127 a dimension, padded with zeros to 16: x[i] ≈ low + step · code[i], sum = Σx, norm = Σx².
//
// 0..127 and a signed query keep `relaxed_dot_i8x16_i7x16` exact on every CPU: the sums of two products fit 16 bits.
//
// A similarity to something fixed (a query, or a row) is linear in the record:
//   score = A · sum + B · low + C · step · Σ(fixedCode · code) + E · norm + D
// with the coefficients (A, B, C, E, D) of the fixed side; Euclid needs E and D, the products of Dot and Cosine do not.

import { METRIC_EUCLID } from './metric';
import { GRAPH_CODE_BYTES, GRAPH_CODE_STRIDE, GRAPH_CODES, GRAPH_DIM, GRAPH_METRIC } from './graph';

const LEVELS: f32 = 127;
export const RECORD_SUM: usize = 0;
export const RECORD_LOW: usize = 4;
export const RECORD_STEP: usize = 8;
export const RECORD_NORM: usize = 12;
export const RECORD_CODES: usize = 16;
/** In the coefficients of a query: C, and its length (Euclid does not need it). */
export const COEFFICIENT_STEP: usize = 8;
export const COEFFICIENT_LENGTH: usize = 20;

function store16Codes(out: usize, a: v128, b: v128, c: v128, d: v128): void {
  const low = i16x8.narrow_i32x4_s(a, b);
  const high = i16x8.narrow_i32x4_s(c, d);
  v128.store(out, i8x16.narrow_i16x8_s(low, high));
}

/**
 * round((x - low) · scale) of four floats, of which those from `left` on count as code 0. Reads all four: rows and
 * queries are padded to 16 bytes.
 */
function codes4(at: usize, low: v128, scale: v128, left: i32): v128 {
  if (left <= 0) return i32x4.splat(0);
  const codes = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(f32x4.sub(v128.load(at), low), scale)));
  if (left >= 4) return codes;
  return v128.and(codes, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left)));
}

function encode(vector: usize, dim: u32, codeBytes: u32, low: f32, scale: f32, out: usize): void {
  const lows = f32x4.splat(low);
  const scales = f32x4.splat(scale);
  let left = dim as i32;
  for (let i: u32 = 0; i < codeBytes; i += 16, vector += 64, left -= 16) {
    const a = codes4(vector, lows, scales, left);
    const b = codes4(vector + 16, lows, scales, left - 4);
    const c = codes4(vector + 32, lows, scales, left - 8);
    const d = codes4(vector + 48, lows, scales, left - 12);
    store16Codes(out + i, a, b, c, d);
  }
}

function sumOfCodes(codes: usize, codeBytes: u32): i32 {
  const ones = i8x16.splat(1);
  let sums = i32x4.splat(0);
  for (let i: u32 = 0; i < codeBytes; i += 16) {
    sums = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(codes + i), ones, sums);
  }
  return sumLanes(sums);
}

function sumOfSquares(codes: usize, codeBytes: u32): i32 {
  let sums = i32x4.splat(0);
  for (let i: u32 = 0; i < codeBytes; i += 16) {
    const c = v128.load(codes + i);
    sums = i32x4.relaxed_dot_i8x16_i7x16_add_s(c, c, sums);
  }
  return sumLanes(sums);
}

function sumLanes(sums: v128): i32 {
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    (i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3))
  );
}

/** Writes the code record of the `dim` floats at `row`. A row with an infinity or NaN gets an empty range. */
export function encodeRow(row: usize, dim: u32, codeBytes: u32, record: usize): void {
  let low = load<f32>(row);
  let high = low;
  for (let i: u32 = 1; i < dim; i++) {
    const value = load<f32>(row + ((i as usize) << 2));
    low = min<f32>(low, value);
    high = max<f32>(high, value);
  }
  let range = high - low;
  if (!(range < Infinity)) {
    low = 0;
    range = 0;
  }
  const step = range / LEVELS;
  const scale: f32 = range > 0 ? LEVELS / range : 0;
  const codes = record + RECORD_CODES;
  if (scale > 0 && scale < Infinity) encode(row, dim, codeBytes, low, scale, codes);
  else memory.fill(codes, 0, codeBytes);
  const l = low as f64;
  const s = step as f64;
  const sum = sumOfCodes(codes, codeBytes) as f64;
  const squares = sumOfSquares(codes, codeBytes) as f64;
  store<f32>(record, ((dim as f64) * l + s * sum) as f32, RECORD_SUM);
  store<f32>(record, low, RECORD_LOW);
  store<f32>(record, step, RECORD_STEP);
  store<f32>(record, ((dim as f64) * l * l + 2 * l * s * sum + s * s * squares) as f32, RECORD_NORM);
}

/** Writes the signed code (-127..127) of a query and its coefficients. */
export function encodeQuery(graph: usize, query: usize, code: usize, coefficients: usize): void {
  const dim = load<u32>(graph, GRAPH_DIM);
  const codeBytes = load<u32>(graph, GRAPH_CODE_BYTES);
  let largest: f32 = 0;
  let squares: f32 = 0;
  for (let i: u32 = 0; i < dim; i++) {
    const value = load<f32>(query + ((i as usize) << 2));
    largest = max<f32>(largest, abs<f32>(value));
    squares += value * value;
  }
  const scale: f32 = LEVELS / largest;
  const isUsable = scale > 0 && scale < Infinity;
  if (isUsable) encode(query, dim, codeBytes, 0, scale, code);
  else memory.fill(code, 0, codeBytes);
  const step: f32 = isUsable ? largest / LEVELS : 0;
  const isEuclid = (load<u32>(graph, GRAPH_METRIC) & 3) == METRIC_EUCLID;
  setCoefficients(coefficients, 0, step * (sumOfCodes(code, codeBytes) as f32), step, squares, isEuclid);
  store<f32>(coefficients, sqrt<f32>(squares), COEFFICIENT_LENGTH);
}

/** The coefficients of a stored row as the fixed side; its codes are `record + RECORD_CODES`. */
export function rowCoefficients(graph: usize, record: usize, coefficients: usize): void {
  const low = load<f32>(record, RECORD_LOW);
  const scaledSum = load<f32>(record, RECORD_SUM) - (load<u32>(graph, GRAPH_DIM) as f32) * low;
  const isEuclid = (load<u32>(graph, GRAPH_METRIC) & 3) == METRIC_EUCLID;
  setCoefficients(
    coefficients,
    low,
    scaledSum,
    load<f32>(record, RECORD_STEP),
    load<f32>(record, RECORD_NORM),
    isEuclid,
  );
}

function setCoefficients(at: usize, a: f32, b: f32, c: f32, norm: f32, isEuclid: bool): void {
  const factor: f32 = isEuclid ? 2 : 1;
  store<f32>(at, a * factor);
  store<f32>(at, b * factor, 4);
  store<f32>(at, c * factor, COEFFICIENT_STEP);
  store<f32>(at, isEuclid ? -1 : 0, 12);
  store<f32>(at, isEuclid ? -norm : 0, 16);
}

export function recordAt(graph: usize, offset: u32): usize {
  const stride: usize = load<u32>(graph, GRAPH_CODE_STRIDE);
  return (load<u32>(graph, GRAPH_CODES) as usize) + (offset as usize) * stride;
}

/**
 * Reads a word of each cache line of the first 448 bytes of the `n` records at `list`, so that all their cache misses are
 * under way before the first is waited for: WebAssembly has no prefetch. Written out because a loop costs what it wins.
 * Returns something made of all words, to be stored somewhere, or the compiler would leave the reads away.
 */
export function touchRecords(graph: usize, list: usize, n: u32): u32 {
  const records: usize = load<u32>(graph, GRAPH_CODES);
  const stride: usize = load<u32>(graph, GRAPH_CODE_STRIDE);
  const end = list + ((n as usize) << 2);
  let words: u32 = 0;
  if (stride >= 400) {
    for (; list < end; list += 4) {
      const record = records + (load<u32>(list) as usize) * stride;
      const front =
        load<u32>(record) | load<u32>(record, 64) | load<u32>(record, 128) | load<u32>(record, 192);
      words |= front | load<u32>(record, 256) | load<u32>(record, 320) | load<u32>(record, 384);
    }
  } else if (stride >= 208) {
    for (; list < end; list += 4) {
      const record = records + (load<u32>(list) as usize) * stride;
      words |= load<u32>(record) | load<u32>(record, 64) | load<u32>(record, 128) | load<u32>(record, 192);
    }
  }
  return words;
}

/** Sums of the lanes of four vectors, as the four lanes of one. */
function sums4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

/**
 * Approximate scores of the `n` > 0 rows at `list` against the fixed side, to `out`. Four rows at a time, so that their
 * cache misses overlap. If `n` is no multiple of 4, `list` and `out` have room for 3 more words, which are overwritten.
 */
export function scoreCodes(
  graph: usize,
  code: usize,
  coefficients: usize,
  list: usize,
  n: u32,
  out: usize,
): void {
  // A whole block of four is left as it is: it may be the middle of a longer list.
  if (n & 3) {
    const past = list + ((n as usize) << 2);
    store<u32>(past, load<u32>(list));
    store<u32>(past, load<u32>(list), 4);
    store<u32>(past, load<u32>(list), 8);
  }
  const records: usize = load<u32>(graph, GRAPH_CODES);
  const stride: usize = load<u32>(graph, GRAPH_CODE_STRIDE);
  const codeEnd = code + load<u32>(graph, GRAPH_CODE_BYTES);
  const a = f32x4.splat(load<f32>(coefficients));
  const b = f32x4.splat(load<f32>(coefficients, 4));
  const c = f32x4.splat(load<f32>(coefficients, 8));
  const e = f32x4.splat(load<f32>(coefficients, 12));
  const d = f32x4.splat(load<f32>(coefficients, 16));
  for (let i: u32 = 0; i < n; i += 4, list += 16, out += 16) {
    let r0 = records + (load<u32>(list) as usize) * stride;
    let r1 = records + (load<u32>(list, 4) as usize) * stride;
    let r2 = records + (load<u32>(list, 8) as usize) * stride;
    let r3 = records + (load<u32>(list, 12) as usize) * stride;
    const h0 = v128.load(r0);
    const h1 = v128.load(r1);
    const h2 = v128.load(r2);
    const h3 = v128.load(r3);
    let s0 = i32x4.splat(0);
    let s1 = i32x4.splat(0);
    let s2 = i32x4.splat(0);
    let s3 = i32x4.splat(0);
    for (let q = code; q < codeEnd; q += 16, r0 += 16, r1 += 16, r2 += 16, r3 += 16) {
      const fixed = v128.load(q);
      s0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(fixed, v128.load(r0, RECORD_CODES), s0);
      s1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(fixed, v128.load(r1, RECORD_CODES), s1);
      s2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(fixed, v128.load(r2, RECORD_CODES), s2);
      s3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(fixed, v128.load(r3, RECORD_CODES), s3);
    }
    const dots = f32x4.convert_i32x4_s(sums4(s0, s1, s2, s3));
    const h01a = v128.shuffle<i32>(h0, h1, 0, 4, 1, 5);
    const h01b = v128.shuffle<i32>(h0, h1, 2, 6, 3, 7);
    const h23a = v128.shuffle<i32>(h2, h3, 0, 4, 1, 5);
    const h23b = v128.shuffle<i32>(h2, h3, 2, 6, 3, 7);
    const sum = v128.shuffle<i64>(h01a, h23a, 0, 2);
    const low = v128.shuffle<i64>(h01a, h23a, 1, 3);
    const step = v128.shuffle<i64>(h01b, h23b, 0, 2);
    const norm = v128.shuffle<i64>(h01b, h23b, 1, 3);
    const products = f32x4.add(
      f32x4.mul(a, sum),
      f32x4.add(f32x4.mul(b, low), f32x4.mul(f32x4.mul(c, step), dots)),
    );
    v128.store(out, f32x4.add(products, f32x4.add(f32x4.mul(e, norm), d)));
  }
}
