/** Strings of JSON: the check of escapes and UTF-8, and the decoding into JavaScript strings. */
import type { JsonCursor } from './cursor.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;

const EOF = 'EOF while parsing a string';

/** What a scan of a string found beside plain ASCII. */
const PLAIN = 0;
const HAS_UNICODE = 1;
const HAS_ESCAPES = 2;

/** Bytes of the UTF-8 sequence that starts at `position` with a byte of 0x80 or more; 0 if it is none. */
function utf8Length(bytes: Uint8Array, position: number): number {
  const first = bytes[position]!;
  const second = bytes[position + 1]! ^ 0x80;
  if (first < 0xc2 || !(second < 0x40)) return 0;
  if (first < 0xe0) return 2;
  if (!((bytes[position + 2]! ^ 0x80) < 0x40)) return 0;
  if (first < 0xf0) {
    // E0 would be overlong below U+0800, ED a surrogate from U+D800.
    if ((first === 0xe0 && second < 0x20) || (first === 0xed && second >= 0x20)) return 0;
    return 3;
  }
  if (first > 0xf4 || !((bytes[position + 3]! ^ 0x80) < 0x40)) return 0;
  if ((first === 0xf0 && second < 0x10) || (first === 0xf4 && second >= 0x10)) return 0;
  return 4;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** The four hex digits at the cursor, taken. */
function takeHex4(cursor: JsonCursor): number {
  if (cursor.position + 4 > cursor.end) cursor.fail(EOF, cursor.end);
  let unit = 0;
  for (let index = 0; index < 4; index += 1) {
    const digit = hexDigit(cursor.bytes[cursor.position]!);
    if (digit < 0) cursor.fail('invalid escape');
    unit = unit * 16 + digit;
    cursor.position += 1;
  }
  return unit;
}

/** Takes the digits of a `\u`, and the second half where the first is a leading surrogate. */
function takeUnicodeEscape(cursor: JsonCursor): void {
  const unit = takeHex4(cursor);
  if (unit < 0xd800 || unit > 0xdfff) return;
  if (unit >= 0xdc00) cursor.fail('lone leading surrogate in hex escape', cursor.position - 1);
  for (const expected of [BACKSLASH, LETTER_U]) {
    if (cursor.position >= cursor.end) cursor.fail(EOF);
    if (cursor.bytes[cursor.position] !== expected) cursor.fail('unexpected end of hex escape');
    cursor.position += 1;
  }
  const second = takeHex4(cursor);
  if (second < 0xdc00 || second > 0xdfff)
    cursor.fail('lone leading surrogate in hex escape', cursor.position - 1);
}

function takeEscape(cursor: JsonCursor): void {
  cursor.position += 1;
  if (cursor.position >= cursor.end) cursor.fail(EOF);
  switch (cursor.bytes[cursor.position]) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      cursor.position += 1;
      return;
    case LETTER_U:
      cursor.position += 1;
      takeUnicodeEscape(cursor);
      return;
    default:
      cursor.fail('invalid escape');
  }
}

/** Takes a string whose opening quote is at the cursor, and says what it contains. */
function scanString(cursor: JsonCursor): number {
  const { bytes, end } = cursor;
  let position = cursor.position + 1;
  let found = PLAIN;
  while (position < end) {
    const byte = bytes[position]!;
    if (byte === QUOTE) {
      cursor.position = position + 1;
      return found;
    }
    if (byte === BACKSLASH) {
      found |= HAS_ESCAPES;
      cursor.position = position;
      takeEscape(cursor);
      position = cursor.position;
    } else if (byte >= 0x80) {
      found |= HAS_UNICODE;
      const length = utf8Length(bytes, position);
      if (length === 0) cursor.fail('invalid unicode code point', position);
      position += length;
    } else if (byte < 0x20) {
      cursor.fail('control character (\\u0000-\\u001F) found while parsing a string', position);
    } else {
      position += 1;
    }
  }
  return cursor.fail(EOF, end);
}

/** Checks and passes over the string at the cursor. */
export function skipString(cursor: JsonCursor): void {
  scanString(cursor);
}

/** Takes and decodes the string at the cursor. Lone surrogates, which UTF-8 cannot hold, are refused. */
export function readString(cursor: JsonCursor): string {
  const start = cursor.position + 1;
  const found = scanString(cursor);
  const stop = cursor.position - 1;
  if (found === PLAIN) return cursor.text.toString('latin1', start, stop);
  if ((found & HAS_ESCAPES) === 0) return cursor.text.toString('utf8', start, stop);
  return JSON.parse(cursor.text.toString('utf8', start - 1, stop + 1)) as string;
}

const KEY_BYTES_MAX = 32;
const KEY_SLOTS = 1024;

/** Keys seen lately, by a hash of their bytes: a body repeats a handful of keys for each point. */
const keyCache: string[] = Array.from({ length: KEY_SLOTS }, () => '');

function isSameText(text: string, bytes: Uint8Array, start: number, stop: number): boolean {
  if (text.length !== stop - start) return false;
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}

/** `readString` for object keys: short plain ones come from a cache, so that equal keys are the same string. */
export function readKey(cursor: JsonCursor): string {
  const { bytes } = cursor;
  const start = cursor.position + 1;
  const limit = Math.min(cursor.end, start + KEY_BYTES_MAX);
  let hash = 0;
  let position = start;
  while (position < limit) {
    const byte = bytes[position]!;
    if (byte === QUOTE) {
      const slot = (hash ^ (hash >>> 15)) & (KEY_SLOTS - 1);
      let key = keyCache[slot]!;
      if (!isSameText(key, bytes, start, position)) {
        key = cursor.text.toString('latin1', start, position);
        keyCache[slot] = key;
      }
      cursor.position = position + 1;
      return key;
    }
    if (byte === BACKSLASH || byte < 0x20 || byte >= 0x80) break;
    hash = Math.imul(hash ^ byte, 0x01000193);
    position += 1;
  }
  return readString(cursor);
}
