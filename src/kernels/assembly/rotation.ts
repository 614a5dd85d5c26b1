import { ROTATION_ROUNDS } from './code-memory';

/** Fast Walsh-Hadamard transform of `n` floats, a power of two of at least 16, divided by √n. O(n log n). */
function hadamard(floats: usize, n: u32): void {
  const end = floats + ((n as usize) << 2);
  const scale = f32x4.splat(1 / sqrt<f32>(n as f32));
  for (let at = floats; at < end; at += 16) {
    const v = f32x4.mul(v128.load(at), scale);
    // Pairs, then pairs of pairs, within the four lanes.
    const ab = f32x4.add(
      v128.shuffle<i32>(v, v, 0, 0, 2, 2),
      f32x4.mul(v128.shuffle<i32>(v, v, 1, 1, 3, 3), f32x4(1, -1, 1, -1)),
    );
    const cd = f32x4.mul(v128.shuffle<i64>(ab, ab, 1, 1), f32x4(1, 1, -1, -1));
    v128.store(at, f32x4.add(v128.shuffle<i64>(ab, ab, 0, 0), cd));
  }
  for (let half: usize = 16; half < (n as usize) << 2; half <<= 1) {
    for (let block = floats; block < end; block += 2 * half) {
      for (let at = block; at < block + half; at += 16) {
        const a = v128.load(at);
        const b = v128.load(at + half);
        v128.store(at, f32x4.add(a, b));
        v128.store(at + half, f32x4.sub(a, b));
      }
    }
  }
}

/**
 * Rotates `width` floats, a multiple of 16, in place: random signs, then Hadamard transforms of the largest power of two
 * at both ends, three times over. What was spread unevenly over the numbers is spread evenly then.
 */
export function rotate(floats: usize, width: u32, signs: usize): void {
  const n: u32 = 1 << (31 - clz<u32>(width));
  const rest = ((width - n) as usize) << 2;
  for (let round: u32 = 0; round < ROTATION_ROUNDS; round++) {
    for (let i: usize = 0; i < (width as usize) << 2; i += 16, signs += 16) {
      v128.store(floats + i, f32x4.mul(v128.load(floats + i), v128.load(signs)));
    }
    hadamard(floats, n);
    if (rest != 0) hadamard(floats + rest, n);
  }
}
