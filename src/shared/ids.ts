/**
 * Ids of points: unsigned 64-bit integers or UUIDs. One value has one form: a number where it is exact, a bigint
 * above that, and the lower-case hyphenated text for a UUID, so `===` and Map keys compare ids.
 */

/** A number up to 2^53-1, a bigint from 2^53 to 2^64-1, or a UUID as lower-case hyphenated text. */
export type PointId = number | bigint | string;

const ID_MAX = 2n ** 64n - 1n;
const TAG_INTEGER = 0;
const TAG_UUID = 1;
const TWO_POW_32 = 2 ** 32;

const HYPHENATED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SIMPLE = /^[0-9a-f]{32}$/;
const DIGITS = /^[0-9]+$/;

/** Two hex digits of every byte, so that printing a UUID needs no number formatting. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function parseUuid(text: string): string | undefined {
  let body = text;
  if (text.length === 45 && text.startsWith('urn:uuid:')) body = text.slice(9);
  else if (text.length === 38 && text.startsWith('{') && text.endsWith('}')) body = text.slice(1, 37);
  else if (text.length !== 36 && text.length !== 32) return undefined;
  body = body.toLowerCase();
  if (HYPHENATED.test(body)) return body;
  if (text.length !== 32 || !SIMPLE.test(body)) return undefined;
  return `${body.slice(0, 8)}-${body.slice(8, 12)}-${body.slice(12, 16)}-${body.slice(16, 20)}-${body.slice(20)}`;
}

function parseInteger(value: number | bigint): PointId | undefined {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0) ? value : undefined;
  }
  if (value < 0n || value > ID_MAX) return undefined;
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/**
 * The id that a parsed JSON value stands for, or undefined if it is none. Accepts integers of 0 to 2^64-1 and the
 * four forms of a UUID that Rust's `uuid` crate reads: hyphenated, 32 hex digits, `urn:uuid:…` and `{…}`, in any
 * letter case. A string of digits is not an id.
 */
export function parsePointId(json: unknown): PointId | undefined {
  if (typeof json === 'string') return parseUuid(json);
  if (typeof json === 'number' || typeof json === 'bigint') return parseInteger(json);
  return undefined;
}

/**
 * The id that a segment of a URL path stands for: digits are an integer there. What is no integer up to 2^64-1 must be
 * a UUID, which 32 digits can be too.
 */
export function parsePathPointId(text: string): PointId | undefined {
  return (DIGITS.test(text) ? parseInteger(BigInt(text)) : undefined) ?? parseUuid(text);
}

/** Order of scrolling: integers ascending, then UUIDs by their bytes. Negative, zero or positive. */
export function comparePointIds(a: PointId, b: PointId): number {
  const aIsUuid = typeof a === 'string';
  const bIsUuid = typeof b === 'string';
  if (aIsUuid !== bIsUuid) return aIsUuid ? 1 : -1;
  // Lower-case hex compares as text the way the bytes do, because the hyphens stand at the same places.
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

/** The id as JSON text: digits, or a quoted UUID. */
export function pointIdJson(id: PointId): string {
  return typeof id === 'string' ? `"${id}"` : String(id);
}

/** One of the four 32-bit words of a hyphenated UUID, most significant first. */
function uuidWord(uuid: string, word: number): number {
  switch (word) {
    case 0:
      return Number.parseInt(uuid.slice(0, 8), 16);
    case 1:
      return Number.parseInt(uuid.slice(9, 13) + uuid.slice(14, 18), 16);
    case 2:
      return Number.parseInt(uuid.slice(19, 23) + uuid.slice(24, 28), 16);
    default:
      return Number.parseInt(uuid.slice(28, 36), 16);
  }
}

/** The two 16-bit halves of a 32-bit word as hex text. */
const hexHigh = (word: number) => HEX[word >>> 24]! + HEX[(word >>> 16) & 255]!;
const hexLow = (word: number) => HEX[(word >>> 8) & 255]! + HEX[word & 255]!;

function uuidText(a: number, b: number, c: number, d: number): string {
  return `${hexHigh(a)}${hexLow(a)}-${hexHigh(b)}-${hexLow(b)}-${hexHigh(c)}-${hexLow(c)}${hexHigh(d)}${hexLow(d)}`;
}

function integerFromWords(high: number, low: number): PointId {
  // 2^21 high words of 32 bits make up 2^53.
  if (high < 0x200000) return high * TWO_POW_32 + low;
  return (BigInt(high) << 32n) | BigInt(low);
}

function highWord(id: number | bigint): number {
  return typeof id === 'number' ? Math.floor(id / TWO_POW_32) : Number(id >> 32n);
}

function lowWord(id: number | bigint): number {
  return typeof id === 'number' ? id % TWO_POW_32 : Number(id & 0xffffffffn);
}

/**
 * Key bytes that sort as `comparePointIds` does.
 *
 * | byte | meaning |
 * |---|---|
 * | 0 | 0 = integer, 1 = UUID |
 * | 1..8 | integer: the value, big-endian |
 * | 1..16 | UUID: its 16 bytes |
 */
export function encodePointId(id: PointId): Uint8Array {
  const isUuid = typeof id === 'string';
  const key = new Uint8Array(isUuid ? 17 : 9);
  const view = new DataView(key.buffer);
  if (isUuid) {
    key[0] = TAG_UUID;
    for (let word = 0; word < 4; word += 1) view.setUint32(1 + word * 4, uuidWord(id, word));
  } else {
    key[0] = TAG_INTEGER;
    view.setUint32(1, highWord(id));
    view.setUint32(5, lowWord(id));
  }
  return key;
}

/** Reads what `encodePointId` wrote, from the start of `key`; throws RangeError if the bytes are no such key. */
export function decodePointId(key: Uint8Array): PointId {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const tag = view.getUint8(0);
  if (tag === TAG_INTEGER) return integerFromWords(view.getUint32(1), view.getUint32(5));
  if (tag !== TAG_UUID) throw new RangeError(`unknown tag ${tag} of a point id`);
  return uuidText(view.getUint32(1), view.getUint32(5), view.getUint32(9), view.getUint32(13));
}

/**
 * Writes an id into 16 bytes of a column: two little-endian u64, most significant half first. An integer is the
 * first one, the second is 0. Whether it is a UUID does not show in the bytes: the result says so, for a bitmap.
 */
export function writeIdColumn(view: DataView, byteOffset: number, id: PointId): boolean {
  if (typeof id === 'string') {
    view.setUint32(byteOffset + 4, uuidWord(id, 0), true);
    view.setUint32(byteOffset, uuidWord(id, 1), true);
    view.setUint32(byteOffset + 12, uuidWord(id, 2), true);
    view.setUint32(byteOffset + 8, uuidWord(id, 3), true);
    return true;
  }
  view.setUint32(byteOffset + 4, highWord(id), true);
  view.setUint32(byteOffset, lowWord(id), true);
  view.setUint32(byteOffset + 8, 0, true);
  view.setUint32(byteOffset + 12, 0, true);
  return false;
}

/** Reads what `writeIdColumn` wrote. */
export function readIdColumn(view: DataView, byteOffset: number, isUuid: boolean): PointId {
  const high = view.getUint32(byteOffset + 4, true);
  const low = view.getUint32(byteOffset, true);
  if (!isUuid) return integerFromWords(high, low);
  return uuidText(high, low, view.getUint32(byteOffset + 12, true), view.getUint32(byteOffset + 8, true));
}
