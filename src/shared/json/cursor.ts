/** The place of a JSON parser in its bytes, and the error it throws there. */

/** Arrays and objects may be nested 127 deep, as in serde_json: the 128th is refused. */
export const DEPTH_MAX = 127;

/** The bytes are not JSON. `message` is serde_json's text, place included; `reason` is the text without the place. */
export class JsonSyntaxError extends Error {
  readonly reason: string;
  /** 1-based. */
  readonly line: number;
  /** Bytes of the line up to and including the offending one; at the end of the input, all of them. */
  readonly column: number;

  constructor(reason: string, line: number, column: number) {
    super(`${reason} at line ${line} column ${column}`);
    this.name = 'JsonSyntaxError';
    this.reason = reason;
    this.line = line;
    this.column = column;
  }
}

/** A JSON object that was checked but not parsed: `bytes` is a view of the text as sent, braces included. */
export class RawJson {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** What the functions of this folder hand to each other: the input, the next byte to read, and the nesting. */
export class JsonCursor {
  readonly bytes: Uint8Array;
  /** The same memory, for its decoders of text. */
  readonly text: Buffer;
  readonly end: number;
  position = 0;
  depth = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }

  /** Throws JsonSyntaxError for the byte at `position`. */
  fail(reason: string, position: number = this.position): never {
    const stop = Math.min(position + 1, this.end);
    let line = 1;
    let lineStart = 0;
    for (let index = 0; index < Math.min(position, this.end); index += 1) {
      if (this.bytes[index] === 0x0a) {
        line += 1;
        lineStart = index + 1;
      }
    }
    throw new JsonSyntaxError(reason, line, stop - lineStart);
  }

  /** Throws `atEnd` if the input is used up, else `otherwise` for the next byte. */
  failHere(otherwise: string, atEnd: string): never {
    return this.fail(this.position >= this.end ? atEnd : otherwise);
  }

  enter(): void {
    this.depth += 1;
    if (this.depth > DEPTH_MAX) this.fail('recursion limit exceeded');
  }

  leave(): void {
    this.depth -= 1;
  }
}

/** Moves past white space and returns the next byte without taking it, or -1 at the end. */
export function peek(cursor: JsonCursor): number {
  const { bytes, end } = cursor;
  let position = cursor.position;
  while (position < end) {
    const byte = bytes[position]!;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) {
      cursor.position = position;
      return byte;
    }
    position += 1;
  }
  cursor.position = position;
  return -1;
}

const IDENTIFIERS = {
  true: Buffer.from('true'),
  false: Buffer.from('false'),
  null: Buffer.from('null'),
} as const;

/** Takes `true`, `false` or `null`, whose first letter was seen. */
export function takeIdentifier(cursor: JsonCursor, name: keyof typeof IDENTIFIERS): void {
  for (const letter of IDENTIFIERS[name]) {
    if (cursor.position >= cursor.end) cursor.fail('EOF while parsing a value');
    if (cursor.bytes[cursor.position] !== letter) cursor.fail('expected ident');
    cursor.position += 1;
  }
}
