// Codes of whole numbers: bytes of 0 to 127 over the range of a row, and nibbles of 0 to 15, which stand for the levels
// -15, -13, … 15 around a row's mean. A query has signed bytes, so that `relaxed_dot_i8x16_i7x16` is exact.

import {
  CODES_CODE_BYTES,
  CODES_FORM,
  CODES_QUANTILE,
  CODES_WIDTH,
  floatsOf,
  FORM_NIBBLES,
  header,
  queryCodeOf,
  RECORD_CODE,
  recordAt,
  scores,
  setCoefficients,
  setRecord,
  squaresOf,
  sumOf,
} from './code-memory';

const LEVELS: f32 = 127;
/** Half the way from one level to the next, in standard deviations: least error for a normal distribution. */
const NIBBLE_HALF_STEP: f32 = 0.1676;
/** Halvings of a row's range in the search for a quantile. */
const HALVINGS: u32 = 12;

function valueAt(floats: usize, i: u32): f32 {
  return load<f32>(floats + ((i as usize) << 2));
}

function countBelow(floats: usize, width: u32, bound: f32): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < width; i++) count += (valueAt(floats, i) < bound) as u32;
  return count;
}

/** A bound with about `target` numbers below it, to 1/4096 of the range. */
function boundWith(floats: usize, width: u32, low: f32, high: f32, target: f32): f32 {
  for (let i: u32 = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if ((countBelow(floats, width, middle) as f32) <= target) low = middle;
    else high = middle;
  }
  return low;
}

/** Codes the numbers in a thread's area as row `offset`, in bytes that span the quantile of the numbers. */
export function encodeBytes(area: usize, offset: u32): void {
  const width = header(CODES_WIDTH);
  const floats = floatsOf(area);
  const record = recordAt(offset);
  const codes = record + RECORD_CODE;
  let least: f32 = Infinity;
  let most: f32 = -Infinity;
  for (let i: u32 = 0; i < width; i++) {
    least = min<f32>(least, valueAt(floats, i));
    most = max<f32>(most, valueAt(floats, i));
  }
  const cut: f32 = ((1 - load<f32>(CODES_QUANTILE)) / 2) * (width as f32);
  let low = least;
  let high = most;
  if (cut >= 1) {
    low = boundWith(floats, width, least, most, cut);
    high = boundWith(floats, width, low, most, (width as f32) - cut);
  }
  const step = (high - low) / LEVELS;
  const isUsable = step > 0 && step < Infinity;
  memory.fill(codes, 0, header(CODES_CODE_BYTES));
  let codeSum: f32 = 0;
  if (isUsable) {
    for (let i: u32 = 0; i < width; i++) {
      const code = min<f32>(max<f32>(nearest<f32>((valueAt(floats, i) - low) / step), 0), LEVELS);
      store<u8>(codes + (i as usize), code as u8);
      codeSum += code;
    }
  }
  setRecord(record, low, isUsable ? step : 0, squaresOf(floats, width), codeSum);
}

/** Codes the numbers in a thread's area as row `offset`, in nibbles. */
export function encodeNibbles(area: usize, offset: u32): void {
  const width = header(CODES_WIDTH);
  const floats = floatsOf(area);
  const record = recordAt(offset);
  const codes = record + RECORD_CODE;
  const norm = squaresOf(floats, width);
  const mean = sumOf(floats, width) / (width as f32);
  const squares = max<f32>(norm - mean * mean * (width as f32), 0);
  const halfStep = NIBBLE_HALF_STEP * sqrt<f32>(squares / (width as f32));
  memory.fill(codes, 0, header(CODES_CODE_BYTES));
  let levelSum: f32 = 0;
  let products: f64 = 0;
  for (let i: u32 = 0; i < width; i++) {
    const r = valueAt(floats, i) - mean;
    const wanted: f32 = halfStep > 0 ? (r / halfStep + 15) / 2 : 0;
    const code = min<f32>(max<f32>(nearest<f32>(wanted), 0), 15);
    const at = codes + (((i >> 5) << 4) as usize) + ((i & 15) as usize);
    store<u8>(at, load<u8>(at) | ((code as u8) << (i & 16 ? 4 : 0)));
    const level: f32 = code + code - 15;
    levelSum += level;
    products += (level as f64) * (r as f64);
  }
  setRecord(record, mean, products > 0 ? (((squares as f64) / products) as f32) : 0, norm, levelSum);
}

/** Codes the query in a thread's area in signed bytes. */
export function prepareNumbers(area: usize): void {
  const width = header(CODES_WIDTH);
  const floats = floatsOf(area);
  const code = queryCodeOf(area);
  let largest: f32 = 0;
  for (let i: u32 = 0; i < width; i++) largest = max<f32>(largest, abs<f32>(valueAt(floats, i)));
  const scale: f32 = LEVELS / largest;
  const isUsable = scale > 0 && scale < Infinity;
  memory.fill(code, 0, ((width + 31) & ~31) as usize);
  let codeSum: i32 = 0;
  const n = isUsable ? width : 0;
  for (let i: u32 = 0; i < n; i++) {
    const value = nearest<f32>(valueAt(floats, i) * scale) as i32;
    store<i8>(code + (i as usize), value as i8);
    codeSum += value;
  }
  const step: f32 = isUsable ? largest / LEVELS : 0;
  const sum: f32 = step * (codeSum as f32);
  const squares = squaresOf(floats, width);
  if (header(CODES_FORM) == FORM_NIBBLES) setCoefficients(area, sum, 0, 2 * step, -15 * sum, squares);
  else setCoefficients(area, sum, 0, step, 0, squares);
}

/** Sums of the lanes of four vectors, as the four lanes of one. */
function sums4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

/** Approximate scores of four rows of bytes against the query that `prepareNumbers` has coded in the area. */
export function scoreBytes(area: usize, a: u32, b: u32, c: u32, d: u32): v128 {
  let r0 = recordAt(a);
  let r1 = recordAt(b);
  let r2 = recordAt(c);
  let r3 = recordAt(d);
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let s2 = i32x4.splat(0);
  let s3 = i32x4.splat(0);
  const bytes: usize = header(CODES_CODE_BYTES);
  const code = queryCodeOf(area);
  const end = code + bytes;
  for (let q = code; q < end; q += 16, r0 += 16, r1 += 16, r2 += 16, r3 += 16) {
    const fixed = v128.load(q);
    s0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(fixed, v128.load(r0, RECORD_CODE), s0);
    s1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(fixed, v128.load(r1, RECORD_CODE), s1);
    s2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(fixed, v128.load(r2, RECORD_CODE), s2);
    s3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(fixed, v128.load(r3, RECORD_CODE), s3);
  }
  return scores(
    area,
    r0 - bytes,
    r1 - bytes,
    r2 - bytes,
    r3 - bytes,
    f32x4.convert_i32x4_s(sums4(s0, s1, s2, s3)),
  );
}

/** Adds the products of 32 nibbles with 32 signed bytes. */
function nibbleDot(nibbles: v128, low: v128, high: v128, sums: v128): v128 {
  const mask = i8x16.splat(15);
  const first = i32x4.relaxed_dot_i8x16_i7x16_add_s(low, v128.and(nibbles, mask), sums);
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(high, i8x16.shr_u(nibbles, 4), first);
}

/** The same of rows of nibbles. */
export function scoreNibbles(area: usize, a: u32, b: u32, c: u32, d: u32): v128 {
  let r0 = recordAt(a);
  let r1 = recordAt(b);
  let r2 = recordAt(c);
  let r3 = recordAt(d);
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let s2 = i32x4.splat(0);
  let s3 = i32x4.splat(0);
  const bytes: usize = header(CODES_CODE_BYTES);
  const code = queryCodeOf(area);
  const end = code + 2 * bytes;
  for (let q = code; q < end; q += 32, r0 += 16, r1 += 16, r2 += 16, r3 += 16) {
    const low = v128.load(q);
    const high = v128.load(q, 16);
    s0 = nibbleDot(v128.load(r0, RECORD_CODE), low, high, s0);
    s1 = nibbleDot(v128.load(r1, RECORD_CODE), low, high, s1);
    s2 = nibbleDot(v128.load(r2, RECORD_CODE), low, high, s2);
    s3 = nibbleDot(v128.load(r3, RECORD_CODE), low, high, s3);
  }
  return scores(
    area,
    r0 - bytes,
    r1 - bytes,
    r2 - bytes,
    r3 - bytes,
    f32x4.convert_i32x4_s(sums4(s0, s1, s2, s3)),
  );
}
