// Numbers as text: arrays of JSON numbers to float32, and float32 to their shortest decimals. The TypeScript twins are in
// src/shared/json: numbers.ts (readFloat32Array) and float32.ts (writeFloat32). A module of its own with a small memory
// of its own, one instance a thread:
//
// | address | bytes | what |
// |---|---|---|
// | 1024 | 12 | where `readNumbers` stopped: address in the text, floats so far, state (u32 each) |
// | 2048 | 488 | 10^0 to 10^60 as f64, written by the loader |
// | 3072 | 616 | 10^-31 to 10^45 as scaled u64, written by the loader |
// | 4096 | 200 | the pairs of digits 00 to 99 |
// | 65536 | 294912 | text, and 16 bytes for the stop mark |
// | 458752 | 65536 | floats |

const RESULT: usize = 1024;
const POWERS: usize = 2048;
const SCALED_POWERS: usize = 3072;
const PAIRS: usize = 4096;
const TEXT: usize = 65536;
const TEXT_BYTES: u32 = 294912;
const FLOATS: usize = 458752;
const FLOAT_COUNT: u32 = 16384;
const PAGES: i32 = 8;

/** What `readNumbers` may say. */
const DONE: u32 = 0;
const NEEDS_EXACT: u32 = 1;
const NEEDS_TEXT: u32 = 2;
const IS_OTHER: u32 = 3;
const NEEDS_ROOM: u32 = 4;

/** What must come next where it stopped. */
const AT_NUMBER: u32 = 0;
const AT_SEPARATOR: u32 = 1;

const POWER_MAX: i32 = 60;
/** From here on another digit might not fit 64 bits. */
const MANTISSA_FULL: u64 = 1000000000000000000;
const SCALED_POWER_MIN: i32 = -31;
/** The fast path is wrong by less than this, in units of the last place of a double: three roundings. */
const ERROR_ULPS: i64 = 16;

export function resultAddress(): usize {
  return RESULT;
}

export function powersAddress(): usize {
  return POWERS;
}

export function scaledPowersAddress(): usize {
  return SCALED_POWERS;
}

export function textAddress(): usize {
  return TEXT;
}

export function textBytes(): u32 {
  return TEXT_BYTES;
}

export function floatsAddress(): usize {
  return FLOATS;
}

export function floatCount(): u32 {
  return FLOAT_COUNT;
}

/** Makes room and fills the table of digits. Once, before anything else; the loader then writes the tables of powers. */
export function initialise(): void {
  const missing = PAGES - memory.size();
  if (missing > 0) memory.grow(missing);
  for (let pair: u32 = 0; pair < 100; pair++) {
    store<u8>(PAIRS + (pair << 1), <u8>(48 + pair / 10));
    store<u8>(PAIRS + (pair << 1), <u8>(48 + (pair % 10)), 1);
  }
}

/** A pattern of 32 bits times this is the pattern twice over. */
const TWICE: u64 = 0x100000001;
const EIGHT_ZEROS: u64 = 0x30303030 * TWICE;

/** 1 if all 8 bytes are digits: the high halves are 3, and stay so when 6 is added. */
function isEightDigits(chunk: u64): bool {
  const high: u64 = 0xf0f0f0f0 * TWICE;
  return ((chunk & high) | (((chunk + 0x06060606 * TWICE) & high) >> 4)) == 0x33333333 * TWICE;
}

/** The number that 8 digits make, the first one in the lowest byte: pairs, then fours, then all by two products. */
function eightDigits(chunk: u64): u64 {
  const digits = chunk - EIGHT_ZEROS;
  const pairs = digits * 10 + (digits >> 8);
  const mask: u64 = 0x000000ff000000ff;
  return ((pairs & mask) * 0x000f424000000064 + ((pairs >> 16) & mask) * 0x0000271000000001) >> 32;
}

function isDigit(byte: u32): bool {
  return byte - 48 < 10;
}

function isSpace(byte: u32): bool {
  return byte == 32 || byte == 10 || byte == 13 || byte == 9;
}

function stop(status: u32, at: usize, count: u32, state: u32): u32 {
  store<u32>(RESULT, <u32>at);
  store<u32>(RESULT, count, 4);
  store<u32>(RESULT, state, 8);
  return status;
}

/**
 * 1 if the float32 nearest to `value` is also nearest to all doubles near it: a double has 29 bits more, and half way
 * between two floats these are 1 and then zeros.
 */
function roundsSafely(value: f64): bool {
  const distance = <i64>(reinterpret<u64>(value) & 0x1fffffff) - 0x10000000;
  return (
    (distance > ERROR_ULPS || distance < -ERROR_ULPS) && value >= 1.1754943508222875e-38 && value <= 3.4e38
  );
}

/** What `scanNumber` found: the number without its sign, rounded up to three times, and the address after it. */
let scanned: f64 = 0;
let after: usize = 0;

/** The rest of `scanNumber` for a number that is more than an integer: digits of the fraction, then an exponent. */
function scanTail(at: usize, end: usize, mantissa: u64): u32 {
  let power: i32 = 0;
  let byte = <u32>load<u8>(at);
  if (byte == 46) {
    const fraction = ++at;
    let chunk = load<u64>(at);
    while (mantissa < 100000000000 && isEightDigits(chunk)) {
      mantissa = mantissa * 100000000 + eightDigits(chunk);
      at += 8;
      chunk = load<u64>(at);
    }
    byte = load<u8>(at);
    while (isDigit(byte)) {
      if (mantissa >= MANTISSA_FULL) return NEEDS_EXACT;
      mantissa = mantissa * 10 + (byte - 48);
      byte = load<u8>(++at);
    }
    power = -(<i32>(at - fraction));
    if (power == 0) return at >= end ? NEEDS_TEXT : IS_OTHER;
  }
  if ((byte | 32) == 101) {
    byte = load<u8>(++at);
    const isSmall = byte == 45;
    if (isSmall || byte == 43) byte = load<u8>(++at);
    const start = at;
    let exponent: i32 = 0;
    while (isDigit(byte) && at - start < 3) {
      exponent = exponent * 10 + <i32>(byte - 48);
      byte = load<u8>(++at);
    }
    if (at == start) return at >= end ? NEEDS_TEXT : IS_OTHER;
    if (at - start > 2) return NEEDS_EXACT;
    power += isSmall ? -exponent : exponent;
  }
  if (power > POWER_MAX || power < -POWER_MAX) return NEEDS_EXACT;
  scanned = <f64>mantissa;
  if (power < 0) scanned /= load<f64>(POWERS + ((<usize>-power) << 3));
  else scanned *= load<f64>(POWERS + ((<usize>power) << 3));
  after = at;
  return mantissa == 0 || roundsSafely(scanned) ? DONE : NEEDS_EXACT;
}

/** Scans the number without sign at `at`; its digits end at the latest at `end`, where no digit is. */
function scanNumber(at: usize, end: usize): u32 {
  const first = at;
  let byte = <u32>load<u8>(at);
  let mantissa: u64 = 0;
  while (isDigit(byte)) {
    if (mantissa >= MANTISSA_FULL) return NEEDS_EXACT;
    mantissa = mantissa * 10 + (byte - 48);
    byte = load<u8>(++at);
  }
  const digits = at - first;
  if (digits == 0) return at >= end ? NEEDS_TEXT : IS_OTHER;
  if (digits > 1 && load<u8>(first) == 48) return IS_OTHER;
  return scanTail(at, end, mantissa);
}

/**
 * Reads numbers and commas from `at` up to a closing bracket, as float32 nearest to the double nearest to the text, and
 * puts them behind the `count` floats that are there. `end`: the end of the text, where the byte is overwritten;
 * `state`: what comes first. Returns DONE, or why it stopped: NEEDS_EXACT at a number that takes exact arithmetic (or is
 * none), NEEDS_TEXT at what the end cut off, NEEDS_ROOM when the floats are full, IS_OTHER at what is no number.
 * `RESULT` says where.
 */
export function readNumbers(at: usize, end: usize, count: u32, state: u32): u32 {
  // No digit, space, comma or bracket: every loop stops here without asking for the end.
  store<u8>(end, 0);
  while (true) {
    let byte: u32;
    if (state == AT_SEPARATOR) {
      byte = load<u8>(at);
      while (isSpace(byte)) byte = load<u8>(++at);
      if (byte == 93) return stop(DONE, at + 1, count, state);
      if (byte != 44) return stop(at >= end ? NEEDS_TEXT : IS_OTHER, at, count, state);
      at++;
      state = AT_NUMBER;
    }
    byte = load<u8>(at);
    while (isSpace(byte)) byte = load<u8>(++at);
    if (count == FLOAT_COUNT) return stop(NEEDS_ROOM, at, count, state);
    const isNegative = byte == 45;
    let status = scanNumber(at + <usize>isNegative, end);
    // What touches the end may go on behind it.
    if (status == DONE && after >= end) status = NEEDS_TEXT;
    if (status != DONE) return stop(status, at, count, state);
    store<f32>(FLOATS + ((<usize>count) << 2), <f32>(isNegative ? -scanned : scanned));
    count++;
    at = after;
    state = AT_SEPARATOR;
  }
}

/** floor(g · c / 2^64), its last bit set if anything but a rounding remainder was cut off. */
function roundToOdd(g: u64, c: u64): u32 {
  const product = (g >> 32) * c + (((g & 0xffffffff) * c) >> 32);
  return <u32>(product >> 32) | <u32>(<u32>product > 1);
}

/** floor(log2(10^power)). */
function floorLog2Pow10(power: i32): i32 {
  return (power * 1741647) >> 19;
}

/** Writes the last `count` digits of `value`; returns the address after them. */
function writeDigits(out: usize, value: u32, count: u32): usize {
  const end = out + count;
  let at = end;
  while (count >= 2) {
    const rest = value / 100;
    at -= 2;
    store<u16>(at, load<u16>(PAIRS + ((<usize>(value - rest * 100)) << 1)));
    value = rest;
    count -= 2;
  }
  if (count > 0) store<u8>(out, <u8>(48 + (value % 10)));
  return end;
}

/** Writes `count` zeros, up to 13. */
function writeZeros(out: usize, count: u32): usize {
  store<u64>(out, EIGHT_ZEROS);
  store<u64>(out, EIGHT_ZEROS, 8);
  return out + count;
}

function digitCount(value: u32): u32 {
  if (value >= 100000000) return value >= 1000000000 ? 10 : 9;
  if (value >= 1000000) return value >= 10000000 ? 8 : 7;
  if (value >= 10000) return value >= 100000 ? 6 : 5;
  if (value >= 100) return value >= 1000 ? 4 : 3;
  return value >= 10 ? 2 : 1;
}

function powerOfTen(exponent: i32): u32 {
  return <u32>load<f64>(POWERS + ((<usize>exponent) << 3));
}

/** Writes `digits`, of which there are `length`, with the decimal point `point` places after their start. */
function writeDecimal(out: usize, digits: u32, length: i32, point: i32): usize {
  if (point > -6 && point <= 0) {
    store<u16>(out, 0x2e30);
    return writeDigits(writeZeros(out + 2, <u32>-point), digits, <u32>length);
  }
  if (length <= point && point <= 13) {
    out = writeZeros(writeDigits(out, digits, <u32>length), <u32>(point - length));
    store<u16>(out, 0x302e);
    return out + 2;
  }
  if (point > 0 && point <= 13) {
    const scale = powerOfTen(length - point);
    const whole = digits / scale;
    out = writeDigits(out, whole, <u32>point);
    store<u8>(out, 46);
    return writeDigits(out + 1, digits - whole * scale, <u32>(length - point));
  }
  if (length == 1) {
    store<u8>(out++, <u8>(48 + digits));
  } else {
    const end = writeDigits(out + 1, digits, <u32>length);
    store<u8>(out, load<u8>(out, 1));
    store<u8>(out, 46, 1);
    out = end;
  }
  store<u8>(out++, 101);
  let exponent = point - 1;
  if (exponent < 0) {
    store<u8>(out++, 45);
    exponent = -exponent;
  }
  return writeDigits(out, <u32>exponent, exponent >= 10 ? 2 : 1);
}

/**
 * Writes the shortest decimal of a float32. Algorithm: Raffaele Giulietti, "The Schubfach way to render doubles" (2020),
 * for 32 bits; the twin in float32.ts names its parts.
 */
function writeFloat(out: usize, bits: u32): usize {
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x7f800000) {
    store<u32>(out, 0x6c6c756e);
    return out + 4;
  }
  if (bits != magnitude) store<u8>(out++, 45);
  if (magnitude == 0) {
    store<u32>(out, 0x302e30);
    return out + 3;
  }
  const fraction = magnitude & 0x7fffff;
  const biased = <i32>(magnitude >> 23);
  const c = biased == 0 ? fraction : fraction | 0x800000;
  const q = (biased == 0 ? 1 : biased) - 150;
  const isLowerCloser = fraction == 0 && biased > 1;
  let k = (q * 1262611 - (isLowerCloser ? 524031 : 0)) >> 22;
  const h = q + floorLog2Pow10(-k) + 1;
  const g = load<u64>(SCALED_POWERS + ((<usize>(-k - SCALED_POWER_MIN)) << 3));
  const open = c & 1;
  const low = roundToOdd(g, <u64>((c * 4 - (isLowerCloser ? 1 : 2)) << h)) + open;
  const middle = roundToOdd(g, <u64>((c * 4) << h));
  const high = roundToOdd(g, <u64>((c * 4 + 2) << h)) - open;
  let digits = middle >> 2;
  const tens = digits / 10;
  const isTenDown = low <= tens * 40;
  const isTenUp = tens * 40 + 40 <= high;
  if (digits >= 10 && isTenDown != isTenUp) {
    digits = tens + <u32>isTenUp;
    k++;
  } else {
    const isDown = low <= digits * 4;
    const isUp = digits * 4 + 4 <= high;
    const half = digits * 4 + 2;
    if (isDown != isUp) digits += <u32>isUp;
    else if (middle > half || (middle == half && (digits & 1) == 1)) digits++;
  }
  let rest = digits / 10;
  while (rest * 10 == digits) {
    digits = rest;
    rest = digits / 10;
    k++;
  }
  const length = <i32>digitCount(digits);
  return writeDecimal(out, digits, length, length + k);
}

/** Writes the first `count` floats to the text, with commas between them; returns the number of bytes. */
export function printFloats(count: u32): u32 {
  let out = TEXT;
  const end = FLOATS + ((<usize>count) << 2);
  for (let at = FLOATS; at < end; at += 4) {
    if (at > FLOATS) store<u8>(out++, 44);
    out = writeFloat(out, load<u32>(at));
  }
  return <u32>(out - TEXT);
}
