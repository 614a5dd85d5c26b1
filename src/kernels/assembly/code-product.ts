// Product codes (Jégou, Douze and Schmid, «Product quantization for nearest neighbor search»): a vector is cut into short
// parts, and the code of a part is the number of the nearest of 256 centroids. Centroids lie by part, then by position in
// the part, then by number, so that four of them are compared at once. As with other codes, a row's scale makes its length
// right on average. The products of a query with all centroids are the code of the query.

import {
  CENTROIDS,
  CODES_CENTROIDS,
  CODES_COUNTS,
  CODES_PART,
  CODES_PARTS,
  CODES_SUMS,
  CODES_WIDTH,
  floatsOf,
  header,
  queryCodeOf,
  RECORD_CODE,
  recordAt,
  scores,
  setCoefficients,
  setRecord,
  squaresOf,
} from './code-memory';

/** Bytes of one number of all centroids of a part. */
const COLUMN: usize = 4 * (CENTROIDS as usize);

function partBytes(): usize {
  return (header(CODES_PART) as usize) * COLUMN;
}

/** The number of the centroid of a part that is nearest to the `part` floats at `floats`; the first of several. */
function nearestCentroid(floats: usize, centroids: usize, part: u32): u32 {
  let best = f32x4.splat(Infinity);
  let bestNumbers = i32x4.splat(0);
  let numbers = i32x4(0, 1, 2, 3);
  for (let at: usize = 0; at < COLUMN; at += 16) {
    let distances = f32x4.splat(0);
    for (let i: u32 = 0; i < part; i++) {
      const difference = f32x4.sub(
        v128.load(centroids + at + (i as usize) * COLUMN),
        v128.load32_splat(floats + ((i as usize) << 2)),
      );
      distances = f32x4.add(distances, f32x4.mul(difference, difference));
    }
    const isNearer = f32x4.lt(distances, best);
    best = v128.bitselect(distances, best, isNearer);
    bestNumbers = v128.bitselect(numbers, bestNumbers, isNearer);
    numbers = i32x4.add(numbers, i32x4.splat(4));
  }
  let distance = f32x4.extract_lane(best, 0);
  let number = i32x4.extract_lane(bestNumbers, 0);
  for (let lane = 1; lane < 4; lane++) {
    best = v128.shuffle<i32>(best, best, 1, 2, 3, 0);
    bestNumbers = v128.shuffle<i32>(bestNumbers, bestNumbers, 1, 2, 3, 0);
    const other = f32x4.extract_lane(best, 0);
    const otherNumber = i32x4.extract_lane(bestNumbers, 0);
    if (other < distance || (other == distance && otherNumber < number)) {
      distance = other;
      number = otherNumber;
    }
  }
  return number as u32;
}

/** Makes the numbers in a thread's area centroid `number` of every part. */
export function seedCentroid(area: usize, number: u32): void {
  const floats = floatsOf(area);
  const width = header(CODES_WIDTH);
  let at: usize = (header(CODES_CENTROIDS) as usize) + ((number as usize) << 2);
  for (let i: u32 = 0; i < width; i++, at += COLUMN) {
    store<f32>(at, load<f32>(floats + ((i as usize) << 2)));
  }
}

/** Adds the numbers in a thread's area to the sums of the centroids that they are nearest to. */
export function addToCentroids(area: usize): void {
  const part = header(CODES_PART);
  const parts = header(CODES_PARTS);
  let floats = floatsOf(area);
  let centroids: usize = header(CODES_CENTROIDS);
  let sums: usize = header(CODES_SUMS);
  let counts: usize = header(CODES_COUNTS);
  for (let m: u32 = 0; m < parts; m++) {
    const number = (nearestCentroid(floats, centroids, part) as usize) << 2;
    for (let i: u32 = 0; i < part; i++, floats += 4) {
      const sum = sums + (i as usize) * COLUMN + number;
      store<f32>(sum, load<f32>(sum) + load<f32>(floats));
    }
    store<u32>(counts + number, load<u32>(counts + number) + 1);
    centroids += partBytes();
    sums += partBytes();
    counts += COLUMN;
  }
}

/** Moves each centroid to the middle of what was added to it; one that nothing was added to stays where it is. */
export function moveCentroids(): void {
  const part = header(CODES_PART);
  const parts = header(CODES_PARTS);
  let centroids: usize = header(CODES_CENTROIDS);
  let sums: usize = header(CODES_SUMS);
  let counts: usize = header(CODES_COUNTS);
  for (let m: u32 = 0; m < parts; m++, counts += COLUMN) {
    for (let i: u32 = 0; i < part; i++, centroids += COLUMN, sums += COLUMN) {
      for (let number: usize = 0; number < COLUMN; number += 4) {
        const count = load<u32>(counts + number);
        if (count > 0) store<f32>(centroids + number, load<f32>(sums + number) / (count as f32));
        store<f32>(sums + number, 0);
      }
    }
    memory.fill(counts, 0, COLUMN);
  }
}

/** Codes the numbers in a thread's area as row `offset`. */
export function encodeProduct(area: usize, offset: u32): void {
  const part = header(CODES_PART);
  const parts = header(CODES_PARTS);
  const record = recordAt(offset);
  const norm = squaresOf(floatsOf(area), header(CODES_WIDTH));
  let floats = floatsOf(area);
  let centroids: usize = header(CODES_CENTROIDS);
  let products: f64 = 0;
  for (let m: u32 = 0; m < parts; m++, centroids += partBytes()) {
    const number = nearestCentroid(floats, centroids, part);
    store<u8>(record + RECORD_CODE + (m as usize), number as u8);
    const centroid = centroids + ((number as usize) << 2);
    for (let i: u32 = 0; i < part; i++, floats += 4) {
      products += (load<f32>(floats) as f64) * (load<f32>(centroid + (i as usize) * COLUMN) as f64);
    }
  }
  setRecord(record, 0, products > 0 ? (((norm as f64) / products) as f32) : 0, norm, 0);
}

/** Writes the products of the query in a thread's area with all centroids. */
export function prepareProduct(area: usize): void {
  const part = header(CODES_PART);
  const parts = header(CODES_PARTS);
  let floats = floatsOf(area);
  let table = queryCodeOf(area);
  let centroids: usize = header(CODES_CENTROIDS);
  setCoefficients(area, 0, 0, 1, 0, squaresOf(floats, header(CODES_WIDTH)));
  for (let m: u32 = 0; m < parts; m++, floats += (part as usize) << 2, table += COLUMN) {
    memory.fill(table, 0, COLUMN);
    for (let i: u32 = 0; i < part; i++, centroids += COLUMN) {
      const value = v128.load32_splat(floats + ((i as usize) << 2));
      for (let at: usize = 0; at < COLUMN; at += 16) {
        const sum = f32x4.add(v128.load(table + at), f32x4.mul(value, v128.load(centroids + at)));
        v128.store(table + at, sum);
      }
    }
  }
}

function productAt(table: usize, code: usize): f32 {
  return load<f32>(table + ((load<u8>(code) as usize) << 2));
}

/** Approximate scores of four rows against the query that `prepareProduct` has coded in the area. */
export function scoreProduct(area: usize, a: u32, b: u32, c: u32, d: u32): v128 {
  const r0 = recordAt(a);
  const r1 = recordAt(b);
  const r2 = recordAt(c);
  const r3 = recordAt(d);
  let s0: f32 = 0;
  let s1: f32 = 0;
  let s2: f32 = 0;
  let s3: f32 = 0;
  let table = queryCodeOf(area);
  const end = RECORD_CODE + (header(CODES_PARTS) as usize);
  for (let i = RECORD_CODE; i < end; i++, table += COLUMN) {
    s0 += productAt(table, r0 + i);
    s1 += productAt(table, r1 + i);
    s2 += productAt(table, r2 + i);
    s3 += productAt(table, r3 + i);
  }
  const first = f32x4.replace_lane(f32x4.splat(s0), 1, s1);
  return scores(area, r0, r1, r2, r3, f32x4.replace_lane(f32x4.replace_lane(first, 2, s2), 3, s3));
}
