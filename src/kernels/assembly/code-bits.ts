// Binary codes. One bit says on which side of the row's mean a number lies; a second one how far, of its own (twoBits) or
// shared with the number 128 further on (sharedBits). Levels are 1 and -1 with one bit, 3, 1, -1 and -3 with two: twice
// the first bit plus the second is 3, 2, 1, 0 then. The scale is Σr² / Σ(level · r) of the residuals r, so that lengths
// are right on average (as in RaBitQ, Gao and Long, SIGMOD 2024).
//
// A query is coded in planes too, one for each bit of its whole numbers: a product is a few popcounts for each plane.

import {
  CODES_CODE_BYTES,
  CODES_FORM,
  CODES_PLANE_BYTES,
  CODES_QUERY_BITS,
  CODES_WIDTH,
  floatsOf,
  FORM_BITS,
  FORM_SHARED_BITS,
  header,
  queryCodeOf,
  RECORD_CODE,
  recordAt,
  scores,
  setCoefficients,
  setRecord,
  squaresOf,
  sumLanes,
  sumOf,
} from './code-memory';

/** Half the way from one level to the next, in standard deviations: least error for a normal distribution. */
const HALF_STEP: f32 = 0.4979;
const SHARED_HALF_STEP: f32 = 0.42;
/** Numbers of a block: two that share a bit are so far apart. */
const BLOCK: u32 = 128;

function setBit(plane: usize, i: u32): void {
  const at = plane + ((i >> 3) as usize);
  store<u8>(at, load<u8>(at) | (1 << ((i & 7) as u8)));
}

function residual(floats: usize, i: u32, mean: f32): f32 {
  return load<f32>(floats + ((i as usize) << 2)) - mean;
}

/** Whether number `i` lies more than a step beyond the mean, together with the one that shares its bit if there is one. */
function isFar(floats: usize, i: u32, mean: f32, halfStep: f32, isShared: bool, width: u32): bool {
  const own = abs<f32>(residual(floats, i, mean));
  const other = i ^ BLOCK;
  if (!isShared || other >= width) return own > 2 * halfStep;
  return own + abs<f32>(residual(floats, other, mean)) > 4 * halfStep;
}

/** Codes the numbers in a thread's area as row `offset`. */
export function encodeBits(area: usize, offset: u32): void {
  const form = header(CODES_FORM);
  const width = header(CODES_WIDTH);
  const floats = floatsOf(area);
  const record = recordAt(offset);
  const signs = record + RECORD_CODE;
  const far = signs + header(CODES_PLANE_BYTES);
  memory.fill(signs, 0, header(CODES_CODE_BYTES));
  const norm = squaresOf(floats, width);
  const mean = sumOf(floats, width) / (width as f32);
  const squares = max<f32>(norm - mean * mean * (width as f32), 0);
  const deviation = sqrt<f32>(squares / (width as f32));
  const isShared = form == FORM_SHARED_BITS;
  const halfStep = deviation * (isShared ? SHARED_HALF_STEP : HALF_STEP);
  let levelSum: i32 = 0;
  let products: f64 = 0;
  for (let i: u32 = 0; i < width; i++) {
    const r = residual(floats, i, mean);
    const isAbove = r > 0;
    const isBeyond = form != FORM_BITS && isFar(floats, i, mean, halfStep, isShared, width);
    if (isAbove) setBit(signs, i);
    if (isShared) {
      if (isBeyond) setBit(far, ((i >> 8) << 7) | (i & (BLOCK - 1)));
    } else if (form != FORM_BITS && isBeyond == isAbove) setBit(far, i);
    const level = (isAbove ? 1 : -1) * (isBeyond ? 3 : 1);
    levelSum += level;
    products += (r as f64) * (level as f64);
  }
  setRecord(record, mean, products > 0 ? (((squares as f64) / products) as f32) : 0, norm, levelSum as f32);
}

/** Codes the query in a thread's area: whole numbers of `queryBits` bits from its smallest number to its largest. */
export function prepareBits(area: usize): void {
  const width = header(CODES_WIDTH);
  const bits = header(CODES_QUERY_BITS);
  const planeBytes: usize = header(CODES_PLANE_BYTES);
  const floats = floatsOf(area);
  const planes = queryCodeOf(area);
  const sum = sumOf(floats, width);
  const squares = squaresOf(floats, width);
  const mean = sum / (width as f32);
  memory.fill(planes, 0, (bits as usize) * planeBytes);
  let low: f32 = Infinity;
  let high: f32 = -Infinity;
  let distances: f32 = 0;
  for (let i: u32 = 0; i < width; i++) {
    const r = residual(floats, i, mean);
    low = min<f32>(low, r);
    high = max<f32>(high, r);
    distances += abs<f32>(r);
  }
  if (bits == 1) {
    // Both values have the same distance to the mean: the average one, so that a row's score with itself is right.
    high = distances / (width as f32);
    low = -high;
  }
  const step = (high - low) / (((1 << bits) - 1) as f32);
  const scale: f32 = step > 0 ? 1 / step : 0;
  let codes: u32 = 0;
  for (let i: u32 = 0; i < width; i++) {
    const r = residual(floats, i, mean);
    const code = bits == 1 ? ((r > 0) as u32) : (nearest<f32>((r - low) * scale) as u32);
    codes += code;
    for (let bit: u32 = 0; bit < bits; bit++) {
      if ((code >> bit) & 1) setBit(planes + (bit as usize) * planeBytes, i);
    }
  }
  low += mean;
  const weight: f32 = header(CODES_FORM) == FORM_BITS ? 1 : 3;
  setCoefficients(area, sum, low, 2 * step, -weight * step * (codes as f32), squares);
}

function popcounts(a: v128, b: v128): v128 {
  return i16x8.extadd_pairwise_i8x16_u(i8x16.popcnt(v128.and(a, b)));
}

/** Σ of a query's whole numbers where the row's bits are set. */
function bitsProduct(planes: usize, bits: u32, planeBytes: usize, row: usize): i32 {
  let total = i32x4.splat(0);
  for (let bit: u32 = 0; bit < bits; bit++, planes += planeBytes) {
    let counts = i16x8.splat(0);
    for (let at: usize = 0; at < planeBytes; at += 16) {
      counts = i16x8.add(counts, popcounts(v128.load(row + at), v128.load(planes + at)));
    }
    total = i32x4.add(total, i32x4.shl(i32x4.extadd_pairwise_i16x8_u(counts), bit));
  }
  return sumLanes(total);
}

/** The same of twice the first bits and the second ones, which are set where the shared bit is what the first bit is. */
function sharedBitsProduct(planes: usize, bits: u32, planeBytes: usize, row: usize): i32 {
  const far = row + planeBytes;
  let total = i32x4.splat(0);
  for (let bit: u32 = 0; bit < bits; bit++, planes += planeBytes) {
    let counts = i16x8.splat(0);
    for (let at: usize = 0; at < planeBytes; at += 16) {
      const first = v128.load(row + at);
      const query = v128.load(planes + at);
      const second = v128.not(v128.xor(first, v128.load(far + ((at >> 5) << 4))));
      counts = i16x8.add(counts, i16x8.shl(popcounts(first, query), 1));
      counts = i16x8.add(counts, popcounts(second, query));
    }
    total = i32x4.add(total, i32x4.shl(i32x4.extadd_pairwise_i16x8_u(counts), bit));
  }
  return sumLanes(total);
}

function product(planes: usize, bits: u32, planeBytes: usize, form: u32, row: usize): i32 {
  if (form == FORM_SHARED_BITS) return sharedBitsProduct(planes, bits, planeBytes, row);
  const first = bitsProduct(planes, bits, planeBytes, row);
  return form == FORM_BITS ? first : 2 * first + bitsProduct(planes, bits, planeBytes, row + planeBytes);
}

/** Approximate scores of four rows against the query that `prepareBits` has coded in the area. */
export function scoreBits(area: usize, a: u32, b: u32, c: u32, d: u32): v128 {
  const planes = queryCodeOf(area);
  const bits = header(CODES_QUERY_BITS);
  const planeBytes: usize = header(CODES_PLANE_BYTES);
  const form = header(CODES_FORM);
  const r0 = recordAt(a);
  const r1 = recordAt(b);
  const r2 = recordAt(c);
  const r3 = recordAt(d);
  const products = i32x4(0, 0, 0, 0);
  const p0 = i32x4.replace_lane(products, 0, product(planes, bits, planeBytes, form, r0 + RECORD_CODE));
  const p1 = i32x4.replace_lane(p0, 1, product(planes, bits, planeBytes, form, r1 + RECORD_CODE));
  const p2 = i32x4.replace_lane(p1, 2, product(planes, bits, planeBytes, form, r2 + RECORD_CODE));
  const p3 = i32x4.replace_lane(p2, 3, product(planes, bits, planeBytes, form, r3 + RECORD_CODE));
  return scores(area, r0, r1, r2, r3, f32x4.convert_i32x4_s(p3));
}
