// The candidates of a walk in one sorted array, best first: 8 bytes an entry, as one signed integer that sorts by
// descending score, then by ascending offset: order of the negated score (32 bits), offset (30), flags (2).

export const FLAG_EXPANDED: i64 = 1;
/** The row may not be returned (deleted, or not allowed), but is walked through. */
export const FLAG_HIDDEN: i64 = 2;

export function poolKey(score: f32, offset: u32): i64 {
  // NaN would come out as an arbitrary rank.
  const negated: f32 = score == score ? -score : Infinity;
  const bits = reinterpret<i32>(negated);
  const ordered = bits ^ (((bits >> 31) as u32) >> 1);
  return ((ordered as i64) << 32) | ((offset as i64) << 2);
}

export function keyOffset(key: i64): u32 {
  return (key as u32) >> 2;
}

export function keyScore(key: i64): f32 {
  const ordered = (key >> 32) as i32;
  return -reinterpret<f32>(ordered ^ (((ordered >> 31) as u32) >> 1));
}

/**
 * Inserts a key into the sorted array of `length` ≤ `max` keys and returns its index. When the array is full its last
 * key falls out; the caller has made sure that the new one is better.
 */
export function poolInsert(pool: usize, length: u32, max: u32, key: i64): u32 {
  let start: u32 = 0;
  let size = length;
  while (size > 0) {
    const half = size >> 1;
    const isBefore = load<i64>(pool + (((start + half) as usize) << 3)) < key;
    start = select(start + half + 1, start, isBefore);
    size = select(size - half - 1, half, isBefore);
  }
  const place = pool + ((start as usize) << 3);
  let end = pool + ((min(length, max - 1) as usize) << 3);
  for (; end >= place + 32; end -= 32) {
    const b = v128.load(end - 16);
    const a = v128.load(end - 32);
    v128.store(end - 8, b);
    v128.store(end - 24, a);
  }
  for (; end > place; end -= 8) store<i64>(end, load<i64>(end - 8));
  store<i64>(place, key);
  return start;
}
