// Scans of payload-index columns: a cell a row (or an entry, for rows with several values), compared with a value or a
// range. A hit sets bit i of the bitmap at `out`; other bits stay, so that several scans add up. Cells come in whole
// blocks of 64 that may be read, whatever `count` says; what lies behind `count` gives no bit.

/** The bits below `count` of the word that starts at bit `start`. */
function within(start: u32, count: u32): u64 {
  return count - start >= 64 ? ~(0 as u64) : ((1 as u64) << (count - start)) - 1;
}

function add(out: usize, start: u32, count: u32, hits: u64): void {
  const word = out + ((start >> 6) << 3);
  store<u64>(word, load<u64>(word) | (hits & within(start, count)));
}

/** One bit a lane of four vectors of 32-bit masks. */
function bits16(a: v128, b: v128, c: v128, d: v128): u64 {
  const low = i16x8.narrow_i32x4_s(a, b);
  const high = i16x8.narrow_i32x4_s(c, d);
  return i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)) as u64;
}

/** Cells are u32: those equal to `value`. */
export function columnEquals(cells: usize, count: u32, value: u32, out: usize): void {
  const wanted = i32x4.splat(value);
  for (let start: u32 = 0; start < count; start += 64) {
    let hits: u64 = 0;
    for (let part: u32 = 0; part < 64; part += 16) {
      const at = cells + (((start + part) as usize) << 2);
      const a = i32x4.eq(v128.load(at), wanted);
      const b = i32x4.eq(v128.load(at, 16), wanted);
      const c = i32x4.eq(v128.load(at, 32), wanted);
      const d = i32x4.eq(v128.load(at, 48), wanted);
      hits |= bits16(a, b, c, d) << part;
    }
    add(out, start, count, hits);
  }
}

function integersWithin(at: usize, low: v128, high: v128): v128 {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const first = v128.and(i64x2.ge_s(a, low), i64x2.le_s(a, high));
  const second = v128.and(i64x2.ge_s(b, low), i64x2.le_s(b, high));
  return v128.shuffle<i32>(first, second, 0, 2, 4, 6);
}

/** Cells are i64: those from `low` to `high`, both included. */
export function columnIntegers(cells: usize, count: u32, low: i64, high: i64, out: usize): void {
  const from = i64x2.splat(low);
  const to = i64x2.splat(high);
  for (let start: u32 = 0; start < count; start += 64) {
    let hits: u64 = 0;
    for (let part: u32 = 0; part < 64; part += 16) {
      const at = cells + (((start + part) as usize) << 3);
      const a = integersWithin(at, from, to);
      const b = integersWithin(at + 32, from, to);
      const c = integersWithin(at + 64, from, to);
      const d = integersWithin(at + 96, from, to);
      hits |= bits16(a, b, c, d) << part;
    }
    add(out, start, count, hits);
  }
}

function floatsWithin(at: usize, low: v128, high: v128): v128 {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const first = v128.and(f64x2.ge(a, low), f64x2.le(a, high));
  const second = v128.and(f64x2.ge(b, low), f64x2.le(b, high));
  return v128.shuffle<i32>(first, second, 0, 2, 4, 6);
}

/** Cells are f64: those from `low` to `high`, both included. */
export function columnFloats(cells: usize, count: u32, low: f64, high: f64, out: usize): void {
  const from = f64x2.splat(low);
  const to = f64x2.splat(high);
  for (let start: u32 = 0; start < count; start += 64) {
    let hits: u64 = 0;
    for (let part: u32 = 0; part < 64; part += 16) {
      const at = cells + (((start + part) as usize) << 3);
      const a = floatsWithin(at, from, to);
      const b = floatsWithin(at + 32, from, to);
      const c = floatsWithin(at + 64, from, to);
      const d = floatsWithin(at + 96, from, to);
      hits |= bits16(a, b, c, d) << part;
    }
    add(out, start, count, hits);
  }
}

/** Cells are (longitude, latitude), f64 each: those within the box, its edges included. */
export function columnBox(
  cells: usize,
  count: u32,
  west: f64,
  south: f64,
  east: f64,
  north: f64,
  out: usize,
): void {
  const westOf = f64x2.splat(west);
  const southOf = f64x2.splat(south);
  const eastOf = f64x2.splat(east);
  const northOf = f64x2.splat(north);
  for (let start: u32 = 0; start < count; start += 64) {
    let hits: u64 = 0;
    for (let part: u32 = 0; part < 64; part += 2) {
      const at = cells + (((start + part) as usize) << 4);
      const a = v128.load(at);
      const b = v128.load(at, 16);
      const lons = v128.shuffle<i64>(a, b, 0, 2);
      const lats = v128.shuffle<i64>(a, b, 1, 3);
      const isBetween = v128.and(f64x2.ge(lons, westOf), f64x2.le(lons, eastOf));
      const isAmong = v128.and(f64x2.ge(lats, southOf), f64x2.le(lats, northOf));
      hits |= (i64x2.bitmask(v128.and(isBetween, isAmong)) as u64) << part;
    }
    add(out, start, count, hits);
  }
}

/** Sets the bit of `rows[i]`, a u32 each, for every bit i below `count` of `hits`; rows from `rowCount` on get none. */
export function columnScatter(hits: usize, count: u32, rows: usize, rowCount: u32, out: usize): void {
  for (let start: u32 = 0; start < count; start += 64) {
    let bits = load<u64>(hits + ((start >> 6) << 3)) & within(start, count);
    while (bits != 0) {
      const row = load<u32>(rows + (((start + (ctz<u64>(bits) as u32)) as usize) << 2));
      bits &= bits - 1;
      if (row >= rowCount) continue;
      const byte = out + (row >> 3);
      store<u8>(byte, load<u8>(byte) | ((1 as u8) << ((row & 7) as u8)));
    }
  }
}
