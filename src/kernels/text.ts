/**
 * Loads text.wasm: numbers of JSON text to float32 and back, for the reader and the writer of `shared/json`, which do
 * the same in TypeScript when they get no kernel.
 */
import { readFileSync } from 'node:fs';
import { copyBytes } from '../shared/copy-bytes.ts';
import { JsonCursor, JsonSyntaxError } from '../shared/json/cursor.ts';
import { FLOAT32_BYTES_MAX, scaledPowersOfTen } from '../shared/json/float32.ts';
import { readFloat32 } from '../shared/json/numbers.ts';
import type { NumberKernel } from '../shared/json/reader.ts';
import type { FloatKernel } from '../shared/json/writer.ts';

interface TextExports {
  readonly memory: WebAssembly.Memory;
  initialise(): void;
  resultAddress(): number;
  powersAddress(): number;
  scaledPowersAddress(): number;
  textAddress(): number;
  textBytes(): number;
  floatsAddress(): number;
  floatCount(): number;
  readNumbers(at: number, end: number, count: number, state: number): number;
  printFloats(count: number): number;
}

/** What `readNumbers` says; the numbers are those of assembly/text.ts. */
const STATUS = { done: 0, needsExact: 1, needsText: 2, isOther: 3, needsRoom: 4 } as const;
const AT_NUMBER = 0;
const AT_SEPARATOR = 1;

/** Bytes behind the text that the kernel may look at or overwrite. */
const TEXT_MARGIN = 16;

/** The instance with views of its memory. */
interface TextModule {
  readonly exports: TextExports;
  readonly text: Uint8Array;
  readonly floats: Float32Array;
  readonly result: Uint32Array;
}

function instantiate(): TextModule {
  const module = new WebAssembly.Module(readFileSync(new URL('./text.wasm', import.meta.url)));
  const exports = new WebAssembly.Instance(module).exports as unknown as TextExports;
  exports.initialise();
  const { buffer } = exports.memory;
  const powers = Float64Array.from({ length: 61 }, (_, power) => Number(`1e${power}`));
  new Float64Array(buffer, exports.powersAddress(), powers.length).set(powers);
  const scaled = scaledPowersOfTen();
  new Uint32Array(buffer, exports.scaledPowersAddress(), scaled.length).set(scaled);
  return {
    exports,
    text: new Uint8Array(buffer, exports.textAddress(), exports.textBytes()),
    floats: new Float32Array(buffer, exports.floatsAddress(), exports.floatCount()),
    result: new Uint32Array(buffer, exports.resultAddress(), 3),
  };
}

/** Reads arrays out of a window of the input that it copies into the kernel's memory. */
class NumberReader implements NumberKernel {
  end = 0;
  readonly #module: TextModule;
  #cursor = new JsonCursor(new Uint8Array(0));
  /** The part of the input that is in the kernel's memory. */
  #windowStart = 0;
  #windowEnd = 0;

  constructor(module: TextModule) {
    this.#module = module;
  }

  begin(bytes: Uint8Array): void {
    this.#cursor = new JsonCursor(bytes);
    this.#windowStart = 0;
    this.#windowEnd = 0;
  }

  read(position: number): Float32Array | undefined {
    const { exports, floats, result } = this.#module;
    const base = exports.textAddress();
    const parts: Float32Array[] = [];
    let at = position;
    let state = AT_NUMBER;
    let count = 0;
    for (;;) {
      if (at < this.#windowStart || at >= this.#windowEnd) this.#load(at);
      const windowEnd = base + this.#windowEnd - this.#windowStart;
      const status = exports.readNumbers(base + at - this.#windowStart, windowEnd, count, state);
      at = result[0]! - base + this.#windowStart;
      count = result[1]!;
      state = result[2]!;
      if (status === STATUS.done) {
        this.end = at;
        return joined(parts, floats.subarray(0, count));
      }
      if (status === STATUS.needsText && at !== this.#windowStart) {
        if (this.#windowEnd === this.#cursor.end) return undefined;
        this.#load(at);
        continue;
      }
      if (status === STATUS.isOther) return undefined;
      if (count === floats.length) {
        parts.push(floats.slice());
        count = 0;
      }
      if (status === STATUS.needsRoom) continue;
      // It takes exact arithmetic, or is longer than the window.
      const value = this.#exact(at);
      if (Number.isNaN(value)) return undefined;
      floats[count] = value;
      count += 1;
      at = this.#cursor.position;
      state = AT_SEPARATOR;
    }
  }

  #load(from: number): void {
    const { text } = this.#module;
    const { bytes, end } = this.#cursor;
    this.#windowStart = from;
    this.#windowEnd = Math.min(end, from + text.length - TEXT_MARGIN);
    copyBytes(text, 0, bytes.subarray(from, this.#windowEnd));
  }

  /** The number at `at` by the twin, which moves the cursor behind it; NaN if it is none or beyond float32. */
  #exact(at: number): number {
    this.#cursor.position = at;
    try {
      return readFloat32(this.#cursor);
    } catch (error) {
      if (error instanceof JsonSyntaxError) return Number.NaN;
      throw error;
    }
  }
}

function joined(parts: readonly Float32Array[], last: Float32Array): Float32Array {
  const length = parts.reduce((sum, part) => sum + part.length, last.length);
  const whole = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  whole.set(last, at);
  return whole;
}

function printFloats(module: TextModule, values: Float32Array, out: Uint8Array, start: number): number {
  const { exports, floats, text } = module;
  const chunk = Math.min(floats.length, Math.floor((text.length - TEXT_MARGIN) / FLOAT32_BYTES_MAX));
  let at = start;
  for (let from = 0; from < values.length; from += chunk) {
    const part = values.subarray(from, from + chunk);
    if (from > 0) out[at++] = 0x2c;
    floats.set(part);
    const bytes = exports.printFloats(part.length);
    out.set(text.subarray(0, bytes), at);
    at += bytes;
  }
  return at;
}

/** Both directions; not for use by two callers at once, as all of it is one memory. */
export interface TextKernel {
  readonly numbers: NumberKernel;
  readonly floats: FloatKernel;
}

/** Compiles and instantiates text.wasm, which `npm run build:wasm` makes. Once a thread, at start: it blocks. */
export function loadTextKernel(): TextKernel {
  const module = instantiate();
  return {
    numbers: new NumberReader(module),
    floats: { print: (values, out, at) => printFloats(module, values, out, at) },
  };
}
