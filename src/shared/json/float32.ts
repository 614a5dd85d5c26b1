/**
 * Shortest decimals of float32. JavaScript prints doubles, so 0.1 as a float would come out as
 * 0.10000000149011612. Algorithm: Raffaele Giulietti, "The Schubfach way to render doubles" (2020), for 32 bits; the
 * layout of the text is that of Rust's `ryu`, which serde_json uses.
 */

/** No float needs more bytes than this, such as -0.0000012345679 or -1.17549435e-38, with a comma after it. */
export const FLOAT32_BYTES_MAX = 18;

const POWER_MIN = -31;
const POWER_MAX = 45;

/** floor(log2(10^power)) for |power| < 1233. */
const floorLog2Pow10 = (power: number): number => (power * 1741647) >> 19;

/**
 * 10^power for POWER_MIN to POWER_MAX as 64-bit integers, rounded up and scaled so that the highest bit is set; word
 * 2i is the low half of number i, word 2i + 1 the high half.
 */
export function scaledPowersOfTen(): Uint32Array {
  const words = new Uint32Array((POWER_MAX - POWER_MIN + 1) * 2);
  for (let power = POWER_MIN; power <= POWER_MAX; power += 1) {
    const shift = 63 - floorLog2Pow10(power);
    let scaled: bigint;
    if (power < 0) {
      const divisor = 10n ** BigInt(-power);
      scaled = ((1n << BigInt(shift)) + divisor - 1n) / divisor;
    } else if (shift >= 0) {
      scaled = (10n ** BigInt(power)) << BigInt(shift);
    } else {
      const unit = 1n << BigInt(-shift);
      scaled = (10n ** BigInt(power) + unit - 1n) / unit;
    }
    const index = (power - POWER_MIN) * 2;
    words[index] = Number(scaled & 0xffffffffn);
    words[index + 1] = Number(scaled >> 32n);
  }
  return words;
}

const POWERS = scaledPowersOfTen();

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

const TWO_POW_16 = 2 ** 16;
const TWO_POW_32 = 2 ** 32;

/** The high half of a 32 x 32 bit product. Every step is exact: no term exceeds 2^49. */
function multiplyHigh(a: number, b: number): number {
  const low = a * (b & 0xffff);
  return Math.floor((a * (b >>> 16) + Math.floor(low / TWO_POW_16)) / TWO_POW_16);
}

/** floor(g · c / 2^64) of a 64-bit g, its last bit set if anything but a rounding remainder was cut off. */
function roundToOdd(gLow: number, gHigh: number, c: number): number {
  const middle = (Math.imul(gHigh, c) >>> 0) + multiplyHigh(gLow, c);
  const carry = middle >= TWO_POW_32 ? 1 : 0;
  const whole = multiplyHigh(gHigh, c) + carry;
  return middle - carry * TWO_POW_32 > 1 ? whole | 1 : whole;
}

/** Decimal exponent of the significand that `shortestSignificand` returned last. */
let decimalExponent = 0;

/**
 * The shortest significand s of a positive float with these bits, and in `decimalExponent` the k of s · 10^k. It may
 * end in zeros. Of several shortest ones, the nearest to the float.
 */
function shortestSignificand(magnitudeBits: number): number {
  const fraction = magnitudeBits & 0x7fffff;
  const exponent = magnitudeBits >>> 23;
  const c = exponent === 0 ? fraction : fraction | 0x800000;
  const q = (exponent === 0 ? 1 : exponent) - 150;
  // Just above a power of two the float below is half as far away as the one above.
  const isLowerCloser = fraction === 0 && exponent > 1;
  const k = (q * 1262611 - (isLowerCloser ? 524031 : 0)) >> 22;
  const h = q + floorLog2Pow10(-k) + 1;
  const index = (-k - POWER_MIN) * 2;
  const gLow = POWERS[index]!;
  const gHigh = POWERS[index + 1]!;
  // The interval that rounds to the float, in quarters of 10^k; its ends belong to it if the float is even.
  const open = c & 1;
  const low = roundToOdd(gLow, gHigh, ((4 * c - (isLowerCloser ? 1 : 2)) << h) >>> 0) + open;
  const middle = roundToOdd(gLow, gHigh, ((4 * c) << h) >>> 0);
  const high = roundToOdd(gLow, gHigh, ((4 * c + 2) << h) >>> 0) - open;
  const s = Math.floor(middle / 4);
  if (s >= 10) {
    const tens = Math.floor(s / 10);
    const isDownInside = low <= 40 * tens;
    const isUpInside = 40 * tens + 40 <= high;
    if (isDownInside !== isUpInside) {
      decimalExponent = k + 1;
      return isUpInside ? tens + 1 : tens;
    }
  }
  decimalExponent = k;
  const isDownInside = low <= 4 * s;
  const isUpInside = 4 * s + 4 <= high;
  if (isDownInside !== isUpInside) return isUpInside ? s + 1 : s;
  const half = 4 * s + 2;
  return middle > half || (middle === half && (s & 1) === 1) ? s + 1 : s;
}

const DIGIT_ZERO = 0x30;
const DOT = 0x2e;
const MINUS = 0x2d;
const LETTER_E = 0x65;

function digitCount(value: number): number {
  let count = 1;
  for (let bound = 10; value >= bound; bound *= 10) count += 1;
  return count;
}

/** Writes the last `count` digits of `value`. */
function writeDigits(out: Uint8Array, at: number, value: number, count: number): number {
  let rest = value;
  for (let position = at + count - 1; position >= at; position -= 1) {
    const tenth = Math.floor(rest / 10);
    out[position] = DIGIT_ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return at + count;
}

function writeZeros(out: Uint8Array, at: number, count: number): number {
  for (let position = at; position < at + count; position += 1) out[position] = DIGIT_ZERO;
  return at + count;
}

function writeWord(out: Uint8Array, at: number, word: string): number {
  for (let index = 0; index < word.length; index += 1) out[at + index] = word.charCodeAt(index);
  return at + word.length;
}

/** Writes `digits` of `length` with the decimal point moved `point` places right of their start, as `ryu` lays it out. */
function writeDecimal(out: Uint8Array, at: number, digits: number, length: number, point: number): number {
  let position = at;
  if (length <= point && point <= 13) {
    position = writeDigits(out, position, digits, length);
    position = writeZeros(out, position, point - length);
    return writeWord(out, position, '.0');
  }
  if (point > 0 && point <= 13) {
    const scale = 10 ** (length - point);
    const whole = Math.floor(digits / scale);
    position = writeDigits(out, position, whole, point);
    out[position++] = DOT;
    return writeDigits(out, position, digits - whole * scale, length - point);
  }
  if (point > -6 && point <= 0) {
    position = writeWord(out, position, '0.');
    position = writeZeros(out, position, -point);
    return writeDigits(out, position, digits, length);
  }
  // The first digit goes where the second one belongs and then steps back over the point.
  const start = length > 1 ? position + 1 : position;
  const end = writeDigits(out, start, digits, length);
  if (length > 1) {
    out[position] = out[start]!;
    out[start] = DOT;
  }
  position = end;
  out[position++] = LETTER_E;
  const exponent = point - 1;
  if (exponent < 0) out[position++] = MINUS;
  const magnitude = Math.abs(exponent);
  return writeDigits(out, position, magnitude, digitCount(magnitude));
}

/**
 * Writes the shortest decimal that reads back as this float32 (`value` is rounded to float32 first) and returns the
 * position after it; at most FLOAT32_BYTES_MAX - 1 bytes. Integral values keep a `.0`; NaN and infinities are `null`.
 */
export function writeFloat32(out: Uint8Array, at: number, value: number): number {
  float[0] = value;
  const word = bits[0]!;
  const magnitude = word & 0x7fffffff;
  if (magnitude >= 0x7f800000) return writeWord(out, at, 'null');
  let position = at;
  if (word !== magnitude) out[position++] = MINUS;
  if (magnitude === 0) return writeWord(out, position, '0.0');
  let digits = shortestSignificand(magnitude);
  let k = decimalExponent;
  while (digits % 10 === 0) {
    digits /= 10;
    k += 1;
  }
  const length = digitCount(digits);
  return writeDecimal(out, position, digits, length, length + k);
}
