/** A JSON document under construction, as bytes. */
import { type PointId, pointIdJson } from '../ids.ts';
import { FLOAT32_BYTES_MAX, writeFloat32 } from './float32.ts';
import { float64Text } from './float64.ts';

/** Prints float32 faster than TypeScript can, with the same bytes. */
export interface FloatKernel {
  /**
   * Writes the values with commas between them from `out[at]` on and returns the position after them. `out` has room
   * for FLOAT32_BYTES_MAX bytes a value.
   */
  print(values: Float32Array, out: Uint8Array, at: number): number;
}

export interface JsonWriterOptions {
  /** Bytes to start with; the buffer doubles when it is full. */
  readonly capacityBytes?: number;
  readonly floats?: FloatKernel;
}

const CAPACITY_BYTES = 4096;

/** Fewer values than this are printed here: a call into the kernel costs more than it saves. */
const KERNEL_VALUES_MIN = 4;

/** One growable buffer; the caller puts commas and brackets where they belong. */
export class JsonWriter {
  #buffer: Buffer;
  #length = 0;
  readonly #floats: FloatKernel | undefined;

  constructor(options: JsonWriterOptions = {}) {
    this.#buffer = Buffer.allocUnsafe(options.capacityBytes ?? CAPACITY_BYTES);
    this.#floats = options.floats;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** JSON text that is ASCII, as it is. */
  text(ascii: string): void {
    this.#reserve(ascii.length);
    this.#length += this.#buffer.write(ascii, this.#length, 'latin1');
  }

  /** A string value, quoted and escaped. */
  string(value: string): void {
    this.json(JSON.stringify(value));
  }

  /** JSON text of any characters, as it is. */
  json(json: string): void {
    this.#reserve(json.length * 3);
    this.#length += this.#buffer.write(json, this.#length, 'utf8');
  }

  /** JSON text as UTF-8 bytes, copied as it is. */
  bytes(json: Uint8Array): void {
    this.#reserve(json.length);
    this.#buffer.set(json, this.#length);
    this.#length += json.length;
  }

  /** A float32, by its shortest decimal; `null` if it is not finite. */
  float32(value: number): void {
    this.#reserve(FLOAT32_BYTES_MAX);
    this.#length = writeFloat32(this.#buffer, this.#length, value);
  }

  /** An array of float32. */
  float32Array(values: Float32Array): void {
    this.#reserve(values.length * FLOAT32_BYTES_MAX + 2);
    const buffer = this.#buffer;
    buffer[this.#length++] = 0x5b;
    if (this.#floats !== undefined && values.length >= KERNEL_VALUES_MIN) {
      this.#length = this.#floats.print(values, buffer, this.#length);
    } else {
      for (let index = 0; index < values.length; index += 1) {
        if (index > 0) buffer[this.#length++] = 0x2c;
        this.#length = writeFloat32(buffer, this.#length, values[index]!);
      }
    }
    buffer[this.#length++] = 0x5d;
  }

  /** A double, by its shortest decimal; `null` if it is not finite. */
  float64(value: number): void {
    this.text(float64Text(value));
  }

  /** A point id. */
  id(id: PointId): void {
    this.text(pointIdJson(id));
  }

  /** Empties the writer; what `finish` gave is overwritten by what comes. */
  reset(): void {
    this.#length = 0;
  }

  /** The document: a view of the buffer. The writer must not be used after, unless the view is not: then `reset` it. */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const wider = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(wider, 0, 0, this.#length);
    this.#buffer = wider;
  }
}
