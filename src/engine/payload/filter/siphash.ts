/**
 * SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012). JavaScript has no 64-bit integers that
 * are fast, so each of the four words of the state is two halves of 32 bits, low half first.
 */

/** v0 to v3: low half at 2i, high half at 2i + 1. */
const state = new Int32Array(8);

const INITIAL = Int32Array.of(
  0x70736575,
  0x736f6d65,
  0x6e646f6d,
  0x646f7261,
  0x6e657261,
  0x6c796765,
  0x79746573,
  0x74656462,
);

/** v[a] += v[b]. */
function add(a: number, b: number): void {
  const low = (state[2 * a]! >>> 0) + (state[2 * b]! >>> 0);
  state[2 * a + 1]! += state[2 * b + 1]! + (low > 0xffffffff ? 1 : 0);
  state[2 * a] = low;
}

/** v[a] = rotate(v[a], bits left) ^ v[b], for 0 < bits < 32. */
function rotateXor(a: number, bits: number, b: number): void {
  const low = state[2 * a]!;
  const high = state[2 * a + 1]!;
  state[2 * a] = ((low << bits) | (high >>> (32 - bits))) ^ state[2 * b]!;
  state[2 * a + 1] = ((high << bits) | (low >>> (32 - bits))) ^ state[2 * b + 1]!;
}

/** Rotates v[a] by 32 bits. */
function swapHalves(a: number): void {
  const low = state[2 * a]!;
  state[2 * a] = state[2 * a + 1]!;
  state[2 * a + 1] = low;
}

function round(): void {
  add(0, 1);
  rotateXor(1, 13, 0);
  swapHalves(0);
  add(2, 3);
  rotateXor(3, 16, 2);
  add(0, 3);
  rotateXor(3, 21, 0);
  add(2, 1);
  rotateXor(1, 17, 2);
  swapHalves(2);
}

function absorb(low: number, high: number): void {
  state[6]! ^= low;
  state[7]! ^= high;
  round();
  round();
  state[0]! ^= low;
  state[1]! ^= high;
}

/**
 * Hashes `bytes` and calls back with the two halves of the 64-bit result, each as an unsigned number.
 * `key`: four 32-bit words, least significant first; zeros by default.
 */
export function sipHash24<T>(
  bytes: Uint8Array,
  use: (low: number, high: number) => T,
  key: readonly number[] = [0, 0, 0, 0],
): T {
  for (let index = 0; index < 8; index += 1) state[index] = INITIAL[index]! ^ key[index & 3]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length & ~7;
  for (let at = 0; at < whole; at += 8) absorb(view.getInt32(at, true), view.getInt32(at + 4, true));
  let low = 0;
  let high = bytes.length << 24;
  for (let at = whole; at < bytes.length; at += 1) {
    const place = at - whole;
    if (place < 4) low |= bytes[at]! << (8 * place);
    else high |= bytes[at]! << (8 * (place - 4));
  }
  absorb(low, high);
  state[4]! ^= 0xff;
  for (let index = 0; index < 4; index += 1) round();
  const hashLow = state[0]! ^ state[2]! ^ state[4]! ^ state[6]!;
  const hashHigh = state[1]! ^ state[3]! ^ state[5]! ^ state[7]!;
  return use(hashLow >>> 0, hashHigh >>> 0);
}
