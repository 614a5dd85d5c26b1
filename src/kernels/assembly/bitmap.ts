// Bitmaps over row offsets: bit i of a bitmap is bit (i & 63) of its little-endian u64 word (i >> 6). All of them start
// on 64-byte boundaries and are padded to whole 64-byte blocks, so whole words may be read and written.

function wordBytes(bits: u32): usize {
  return (((bits as usize) + 63) >> 6) << 3;
}

/** target &= source over `bits` bits, rounded up to whole words. */
export function bitmapAnd(target: usize, source: usize, bits: u32): void {
  const end = target + wordBytes(bits);
  for (; target < end; target += 8, source += 8) store<u64>(target, load<u64>(target) & load<u64>(source));
}

/** target |= source. */
export function bitmapOr(target: usize, source: usize, bits: u32): void {
  const end = target + wordBytes(bits);
  for (; target < end; target += 8, source += 8) store<u64>(target, load<u64>(target) | load<u64>(source));
}

/** target &= ~source. */
export function bitmapAndNot(target: usize, source: usize, bits: u32): void {
  const end = target + wordBytes(bits);
  for (; target < end; target += 8, source += 8) store<u64>(target, load<u64>(target) & ~load<u64>(source));
}

/** target = source. */
export function bitmapCopy(target: usize, source: usize, bits: u32): void {
  memory.copy(target, source, wordBytes(bits));
}

/** Sets bits 0 to `bits` - 1, clears the rest of the last word. */
export function bitmapFill(target: usize, bits: u32): void {
  const whole = ((bits as usize) >> 6) << 3;
  memory.fill(target, 0xff, whole);
  if (bits & 63) store<u64>(target + whole, ((1 as u64) << (bits & 63)) - 1);
}

/** How many of the bits 0 to `bits` - 1 are set. */
export function bitmapCount(bitmap: usize, bits: u32): u32 {
  let count: u64 = 0;
  const end = bitmap + (((bits as usize) >> 6) << 3);
  for (; bitmap < end; bitmap += 8) count += popcnt<u64>(load<u64>(bitmap));
  if (bits & 63) count += popcnt<u64>(load<u64>(bitmap) & (((1 as u64) << (bits & 63)) - 1));
  return count as u32;
}
