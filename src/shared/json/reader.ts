/**
 * The JSON parser of the data plane: strict RFC 8259 over UTF-8 bytes, without a string of the whole body in between.
 * It keeps what JSON.parse loses or spends time on: integers above 2^53 stay exact, vectors become Float32Array in one
 * pass, and payloads are checked but stay the bytes that were sent.
 */
import { JsonCursor, JsonSyntaxError, peek, RawJson, takeIdentifier } from './cursor.ts';
import { readFloat32Array, readNumber, skipNumber } from './numbers.ts';
import { readKey, readString, skipString } from './strings.ts';

export { JsonSyntaxError, RawJson };

/** Reads arrays of numbers faster than TypeScript can, with the same results bit for bit. */
export interface NumberKernel {
  /** Takes the input of the calls of `read` that follow and lets go of the one before. */
  begin(bytes: Uint8Array): void;
  /**
   * Reads numbers from `position`, the first byte after an opening bracket, to the closing bracket. Undefined if there
   * is anything but numbers within float32, or an error: the caller then reads the array by itself.
   */
  read(position: number): Float32Array | undefined;
  /** The byte after the closing bracket of the array read last. */
  readonly end: number;
}

export interface ReadJsonOptions {
  /** Keys whose value, if it is an object, becomes RawJson; also the elements of an array under the key plus `s`. */
  readonly rawKeys?: ReadonlySet<string>;
  readonly numbers?: NumberKernel;
}

const DEFAULT_RAW_KEYS: ReadonlySet<string> = new Set(['payload']);

/** Below these keys a name is the user's own, so that a vector called `payload` is no payload. */
const NAMED_VECTOR_KEYS: ReadonlySet<string> = new Set(['vector', 'vectors']);

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const EOF_VALUE = 'EOF while parsing a value';
const EOF_LIST = 'EOF while parsing a list';
const EOF_OBJECT = 'EOF while parsing an object';

/** What becomes of objects: nothing special, the value itself is raw, or the elements of the value are. */
const RAW_NEVER = 0;
const RAW_BY_KEY = 1;
const RAW_HERE = 2;
const RAW_ELEMENTS = 3;
type RawMode = typeof RAW_NEVER | typeof RAW_BY_KEY | typeof RAW_HERE | typeof RAW_ELEMENTS;

interface Context {
  readonly cursor: JsonCursor;
  readonly rawKeys: ReadonlySet<string>;
  /** The same keys in the plural, for columns. */
  readonly rawArrayKeys: ReadonlySet<string>;
  readonly numbers: NumberKernel | undefined;
}

const NOTHING = new Uint8Array(0);

const pluralsOf = (keys: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...keys].map((key) => `${key}s`));
const DEFAULT_RAW_ARRAY_KEYS = pluralsOf(DEFAULT_RAW_KEYS);

function modeOfKey(context: Context, mode: RawMode, key: string): RawMode {
  if (mode === RAW_NEVER || NAMED_VECTOR_KEYS.has(key)) return RAW_NEVER;
  if (context.rawKeys.has(key)) return RAW_HERE;
  return context.rawArrayKeys.has(key) ? RAW_ELEMENTS : RAW_BY_KEY;
}

const modeOfElement = (mode: RawMode): RawMode =>
  mode === RAW_ELEMENTS ? RAW_HERE : mode === RAW_NEVER ? RAW_NEVER : RAW_BY_KEY;

/** Takes the comma or the closing byte after an element; true if another element follows. */
function takeSeparator(cursor: JsonCursor, close: number): boolean {
  const next = peek(cursor);
  if (next === COMMA) {
    cursor.position += 1;
    if (peek(cursor) === close) cursor.fail('trailing comma');
    return true;
  }
  if (next === close) {
    cursor.position += 1;
    return false;
  }
  if (close === CLOSE_BRACKET) return cursor.failHere('expected `,` or `]`', EOF_LIST);
  return cursor.failHere('expected `,` or `}`', EOF_OBJECT);
}

/** Moves to the quote of a key. */
function expectKey(cursor: JsonCursor, atEnd: string): void {
  if (peek(cursor) !== QUOTE) cursor.failHere('key must be a string', atEnd);
}

function takeColon(cursor: JsonCursor): void {
  if (peek(cursor) !== COLON) cursor.failHere('expected `:`', EOF_OBJECT);
  cursor.position += 1;
}

/** True if the object or array opened at the cursor, whose first byte is taken here, closes at once. */
function isEmptyContainer(cursor: JsonCursor, close: number): boolean {
  cursor.enter();
  cursor.position += 1;
  if (peek(cursor) !== close) return false;
  cursor.position += 1;
  cursor.leave();
  return true;
}

function skipObject(cursor: JsonCursor): void {
  if (isEmptyContainer(cursor, CLOSE_BRACE)) return;
  let atEnd = EOF_OBJECT;
  do {
    expectKey(cursor, atEnd);
    skipString(cursor);
    takeColon(cursor);
    skipValue(cursor);
    atEnd = EOF_VALUE;
  } while (takeSeparator(cursor, CLOSE_BRACE));
  cursor.leave();
}

function skipArray(cursor: JsonCursor): void {
  if (isEmptyContainer(cursor, CLOSE_BRACKET)) return;
  if (cursor.position >= cursor.end) cursor.fail(EOF_LIST);
  do skipValue(cursor);
  while (takeSeparator(cursor, CLOSE_BRACKET));
  cursor.leave();
}

/** Checks and passes over any value. */
export function skipValue(cursor: JsonCursor): void {
  const first = peek(cursor);
  if (first === QUOTE) skipString(cursor);
  else if (first === OPEN_BRACE) skipObject(cursor);
  else if (first === OPEN_BRACKET) skipArray(cursor);
  else if (first === MINUS || (first >= ZERO && first <= NINE)) skipNumber(cursor);
  else readWord(cursor, first);
}

function readWord(cursor: JsonCursor, first: number): boolean | null {
  switch (first) {
    case 0x74:
      takeIdentifier(cursor, 'true');
      return true;
    case 0x66:
      takeIdentifier(cursor, 'false');
      return false;
    case 0x6e:
      takeIdentifier(cursor, 'null');
      return null;
    default:
      return cursor.failHere('expected value', EOF_VALUE);
  }
}

function readRawObject(cursor: JsonCursor): RawJson {
  const start = cursor.position;
  skipObject(cursor);
  return new RawJson(cursor.bytes.subarray(start, cursor.position));
}

function readObject(context: Context, mode: RawMode): Record<string, unknown> {
  const { cursor } = context;
  const object: Record<string, unknown> = {};
  if (isEmptyContainer(cursor, CLOSE_BRACE)) return object;
  let atEnd = EOF_OBJECT;
  do {
    expectKey(cursor, atEnd);
    const key = readKey(cursor);
    takeColon(cursor);
    const value = readValue(context, modeOfKey(context, mode, key));
    if (key === '__proto__') {
      Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
    } else {
      object[key] = value;
    }
    atEnd = EOF_VALUE;
  } while (takeSeparator(cursor, CLOSE_BRACE));
  cursor.leave();
  return object;
}

/** Tries the array whose first element is at `start` as float32; the cursor stays where it was if it is none. */
function tryFloat32Array(context: Context, start: number): Float32Array | undefined {
  const { cursor, numbers } = context;
  const before = cursor.position;
  let values: Float32Array | undefined;
  if (numbers === undefined) {
    cursor.position = start;
    try {
      values = readFloat32Array(cursor);
    } catch (error) {
      // The plain path meets the same fault, after whatever else is wrong before it.
      if (!(error instanceof JsonSyntaxError)) throw error;
    }
  } else {
    values = numbers.read(start);
    cursor.position = numbers.end;
  }
  if (values === undefined) cursor.position = before;
  return values;
}

/** Arrays of numbers with at least one fraction or exponent come out as Float32Array, all others as they are. */
function readArray(context: Context, mode: RawMode): unknown[] | Float32Array {
  const { cursor } = context;
  const elements: unknown[] = [];
  if (isEmptyContainer(cursor, CLOSE_BRACKET)) return elements;
  if (cursor.position >= cursor.end) cursor.fail(EOF_LIST);
  const start = cursor.position;
  const elementMode = modeOfElement(mode);
  let mayBeFloats = true;
  do {
    const first = peek(cursor);
    if (first === MINUS || (first >= ZERO && first <= NINE)) {
      const numberStart = cursor.position;
      elements.push(readNumber(cursor));
      if (mayBeFloats && hasFraction(cursor, numberStart)) {
        const floats = tryFloat32Array(context, start);
        if (floats !== undefined) {
          cursor.leave();
          return floats;
        }
        mayBeFloats = false;
      }
    } else {
      mayBeFloats = false;
      elements.push(readValue(context, elementMode));
    }
  } while (takeSeparator(cursor, CLOSE_BRACKET));
  cursor.leave();
  return elements;
}

/** True if the number from `start` to the cursor is written with a fraction or an exponent. */
function hasFraction(cursor: JsonCursor, start: number): boolean {
  for (let position = start; position < cursor.position; position += 1) {
    const byte = cursor.bytes[position]!;
    // `.`, `e` and `E` are the only bytes of a number besides digits and signs.
    if (byte === 0x2e || byte > NINE) return true;
  }
  return false;
}

function readValue(context: Context, mode: RawMode): unknown {
  const { cursor } = context;
  const first = peek(cursor);
  if (first === QUOTE) return readString(cursor);
  if (first === OPEN_BRACE) return mode === RAW_HERE ? readRawObject(cursor) : readObject(context, mode);
  if (first === OPEN_BRACKET) return readArray(context, mode);
  if (first === MINUS || (first >= ZERO && first <= NINE)) return readNumber(cursor);
  return readWord(cursor, first);
}

/**
 * Parses one JSON document. Integers beyond 2^53 come out as bigint (as a float beyond the u64 and i64 ranges), objects
 * under `rawKeys` as RawJson, which views `bytes`, and arrays of numbers that have a fraction or an exponent as
 * Float32Array. Throws JsonSyntaxError. Linear in the length of the input.
 */
export function readJson(bytes: Uint8Array, options: ReadJsonOptions = {}): unknown {
  const { rawKeys, numbers } = options;
  const cursor = new JsonCursor(bytes);
  numbers?.begin(bytes);
  const context: Context = {
    cursor,
    rawKeys: rawKeys ?? DEFAULT_RAW_KEYS,
    rawArrayKeys: rawKeys === undefined ? DEFAULT_RAW_ARRAY_KEYS : pluralsOf(rawKeys),
    numbers,
  };
  try {
    const value = readValue(context, RAW_BY_KEY);
    if (peek(cursor) !== -1) cursor.fail('trailing characters');
    return value;
  } finally {
    numbers?.begin(NOTHING);
  }
}
