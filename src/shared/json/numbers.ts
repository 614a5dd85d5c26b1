/** Numbers of JSON: scalars without loss, and arrays of numbers as float32. */
import { type JsonCursor, peek } from './cursor.ts';
import { JsonFloat } from './lossless.ts';

const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const COMMA = 0x2c;
const CLOSE = 0x5d;

const U64_MAX = 2n ** 64n - 1n;
const I64_MIN = -(2n ** 63n);

/** This many digits always fit a double exactly. */
const EXACT_DIGITS = 15;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= 0x39;

/** Takes digits, at least one. */
function takeDigits(cursor: JsonCursor): void {
  const { bytes, end } = cursor;
  if (!isDigit(bytes[cursor.position])) cursor.failHere('invalid number', 'EOF while parsing a value');
  let position = cursor.position + 1;
  while (position < end && isDigit(bytes[position])) position += 1;
  cursor.position = position;
}

/**
 * Takes the number at the cursor; true if it has a fraction or an exponent. Only the syntax is checked, except that a
 * number beyond the range of a double is refused, as serde_json does.
 */
export function skipNumber(cursor: JsonCursor): boolean {
  const { bytes } = cursor;
  const start = cursor.position;
  if (bytes[cursor.position] === MINUS) cursor.position += 1;
  if (bytes[cursor.position] === ZERO) {
    cursor.position += 1;
    if (isDigit(bytes[cursor.position])) cursor.fail('invalid number');
  } else {
    takeDigits(cursor);
  }
  let isFloat = false;
  let exponentDigits = 0;
  if (bytes[cursor.position] === DOT) {
    isFloat = true;
    cursor.position += 1;
    takeDigits(cursor);
  }
  if ((bytes[cursor.position]! | 0x20) === 0x65) {
    isFloat = true;
    cursor.position += 1;
    const sign = bytes[cursor.position];
    if (sign === PLUS || sign === MINUS) cursor.position += 1;
    const exponentStart = cursor.position;
    takeDigits(cursor);
    exponentDigits = cursor.position - exponentStart;
  }
  if (exponentDigits > 2 || cursor.position - start > 200) toDouble(cursor, start);
  return isFloat;
}

/** The double nearest to the text from `start` to the cursor. */
function toDouble(cursor: JsonCursor, start: number): number {
  const value = Number(cursor.text.toString('latin1', start, cursor.position));
  if (!Number.isFinite(value)) cursor.fail('number out of range', cursor.position - 1);
  return value;
}

/** An integer that may exceed 2^53: a bigint inside the u64 and i64 ranges, the nearest double outside. */
function toInteger(cursor: JsonCursor, start: number): number | bigint {
  const value = toDouble(cursor, start);
  if (Number.isSafeInteger(value)) return value;
  const exact = BigInt(cursor.text.toString('latin1', start, cursor.position));
  return exact > U64_MAX || exact < I64_MIN ? value : exact;
}

/** The number of a text with a fraction or an exponent. */
function toFloat(cursor: JsonCursor, start: number): number | JsonFloat {
  const value = toDouble(cursor, start);
  return Number.isInteger(value) ? new JsonFloat(value) : value;
}

/**
 * Takes the number at the cursor: a number where that is exact, a bigint for larger integers up to u64 and i64, a float
 * beyond; a JsonFloat where a fraction or an exponent makes a float of an integer.
 */
export function readNumber(cursor: JsonCursor): number | bigint | JsonFloat {
  const { bytes } = cursor;
  const start = cursor.position;
  let position = bytes[start] === MINUS ? start + 1 : start;
  const first = position;
  let value = 0;
  while (isDigit(bytes[position])) {
    value = value * 10 + bytes[position]! - ZERO;
    position += 1;
  }
  const length = position - first;
  const next = bytes[position];
  const isPlain = length > 0 && length <= EXACT_DIGITS && (bytes[first] !== ZERO || length === 1);
  if (isPlain && next !== DOT && next !== 0x65 && next !== 0x45) {
    cursor.position = position;
    return first === start ? value : -value;
  }
  return skipNumber(cursor) ? toFloat(cursor, start) : toInteger(cursor, start);
}

const POWERS_OF_TEN = Float64Array.from({ length: 61 }, (_, power) => Number(`1e${power}`));
const POWER_MAX = 60;
/** More digits than this and the error of the fast path is no longer bounded by `ERROR_ULPS`. */
const FAST_DIGITS_MAX = 40;
/** Twice the rounding steps of the fast path, in units of the last place of a double. */
const ERROR_ULPS = 256;
const FLOAT32_MIN_NORMAL = 2 ** -126;
const FLOAT32_SAFE_MAX = 3.4e38;

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

/**
 * True if the float32 nearest to `value` is also the nearest to every double within `ERROR_ULPS` of it. A double has 29
 * bits more than a float32, so the midpoint between two floats is where these are 1 and then zeros.
 */
function roundsSafely(value: number): boolean {
  const magnitude = Math.abs(value);
  if (magnitude < FLOAT32_MIN_NORMAL || magnitude > FLOAT32_SAFE_MAX) return false;
  double[0] = value;
  const distance = (halves[0]! & 0x1fffffff) - 0x10000000;
  return distance > ERROR_ULPS || distance < -ERROR_ULPS;
}

/** The number at the cursor as float32 nearest to the double nearest to the text; NaN where float32 ends. */
function readFloat32Slowly(cursor: JsonCursor, start: number): number {
  cursor.position = start;
  skipNumber(cursor);
  const value = Math.fround(toDouble(cursor, start));
  return Number.isFinite(value) ? value : Number.NaN;
}

/**
 * Takes the number at the cursor, rounded to float32 by way of the nearest double, as Qdrant does; NaN if it is beyond
 * float32. The digits are gathered in a double and scaled by a power of ten; only where the error of that could
 * change the float32 (about one number in a million) is the text parsed again by the slow, exact way.
 */
export function readFloat32(cursor: JsonCursor): number {
  const { bytes } = cursor;
  const start = cursor.position;
  const isNegative = bytes[start] === MINUS;
  let position = isNegative ? start + 1 : start;
  const first = position;
  let byte = bytes[position]!;
  let mantissa = 0;
  while (byte >= ZERO && byte <= 0x39) {
    mantissa = mantissa * 10 + (byte - ZERO);
    byte = bytes[++position]!;
  }
  const integerDigits = position - first;
  if (integerDigits === 0 || (integerDigits > 1 && bytes[first] === ZERO))
    return readFloat32Slowly(cursor, start);
  let fractionDigits = 0;
  if (byte === DOT) {
    const fraction = ++position;
    byte = bytes[position]!;
    while (byte >= ZERO && byte <= 0x39) {
      mantissa = mantissa * 10 + (byte - ZERO);
      byte = bytes[++position]!;
    }
    fractionDigits = position - fraction;
    if (fractionDigits === 0) return readFloat32Slowly(cursor, start);
  }
  if (integerDigits + fractionDigits > FAST_DIGITS_MAX) return readFloat32Slowly(cursor, start);
  cursor.position = position;
  const exponent = (byte | 0x20) === 0x65 ? takeShortExponent(cursor) : 0;
  const power = exponent - fractionDigits;
  if (power > POWER_MAX || power < -POWER_MAX) return readFloat32Slowly(cursor, start);
  const value = power < 0 ? mantissa / POWERS_OF_TEN[-power]! : mantissa * POWERS_OF_TEN[power]!;
  if (mantissa !== 0 && !roundsSafely(value)) return readFloat32Slowly(cursor, start);
  return Math.fround(isNegative ? -value : value);
}

/** Takes an exponent of one or two digits; anything else gives a power that the fast path does not cover. */
function takeShortExponent(cursor: JsonCursor): number {
  const { bytes } = cursor;
  let position = cursor.position + 1;
  const sign = bytes[position];
  if (sign === PLUS || sign === MINUS) position += 1;
  const start = position;
  let exponent = 0;
  while (isDigit(bytes[position])) {
    exponent = exponent * 10 + bytes[position]! - ZERO;
    position += 1;
  }
  if (position === start || position - start > 2) return 2 * POWER_MAX + FAST_DIGITS_MAX;
  cursor.position = position;
  return sign === MINUS ? -exponent : exponent;
}

/** Grows by doubling; each result is copied out of it. */
let scratch = new Float32Array(4096);

/**
 * Takes an array of numbers from its first element to the closing bracket. Undefined, with the cursor anywhere, if it
 * holds anything but numbers within float32: the caller then reads it again as a plain array.
 */
export function readFloat32Array(cursor: JsonCursor): Float32Array | undefined {
  const { bytes } = cursor;
  let count = 0;
  for (;;) {
    const first = peek(cursor);
    if (first !== MINUS && !isDigit(first)) return undefined;
    const value = readFloat32(cursor);
    if (Number.isNaN(value)) return undefined;
    if (count === scratch.length) {
      const wider = new Float32Array(count * 2);
      wider.set(scratch);
      scratch = wider;
    }
    scratch[count++] = value;
    let next: number | undefined = bytes[cursor.position];
    if (next !== COMMA && next !== CLOSE) next = peek(cursor);
    if (next !== COMMA && next !== CLOSE) return undefined;
    cursor.position += 1;
    if (next === CLOSE) return scratch.slice(0, count);
  }
}
