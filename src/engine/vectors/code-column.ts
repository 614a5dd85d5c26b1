import { isDeepStrictEqual } from 'node:util';
import {
  AREA,
  CODES,
  CODES_MAGIC,
  type CodesLayout,
  codesLayout,
  type CodesSpec,
  createCodesMemory,
} from '../../kernels/codes-layout.ts';
import { attachCodes, attachQuantizedSearch, type CodesKernels } from '../../kernels/codes-loader.ts';
import type { SearchKernels } from '../../kernels/loader.ts';
import type { SegmentLayout } from '../../kernels/memory-layout.ts';
import { assert } from '../../shared/assert.ts';
import type { DenseConfig } from './vector-config.ts';

/** The memory of the codes of one vector of a segment, as plain data that can be sent between threads. */
export interface CodesHandle {
  /** The vector's number. */
  readonly vectorId: number;
  readonly spec: CodesSpec;
  readonly layout: CodesLayout;
  readonly memory: WebAssembly.Memory;
}

/** Creates the memory for the codes of `capacity` rows and `threads` threads. */
export function createCodesHandle(
  vectorId: number,
  spec: CodesSpec,
  { capacity, threads }: { readonly capacity: number; readonly threads: number },
): CodesHandle {
  const layout = codesLayout(spec, capacity, threads);
  return { vectorId, spec, layout, memory: createCodesMemory(spec, layout) };
}

/** The codes that vectors of a segment are to have: those among `existing` that are as they should be, and new ones. */
export function codesHandles(
  configs: readonly DenseConfig[],
  { capacity, scratch }: SegmentLayout,
  existing: readonly CodesHandle[],
): CodesHandle[] {
  return configs.flatMap(({ id, quantization }) => {
    if (quantization?.kind !== 'codes') return [];
    const { spec } = quantization;
    const kept = existing.find(({ vectorId, spec: old }) => vectorId === id && isDeepStrictEqual(old, spec));
    return [kept ?? createCodesHandle(id, spec, { capacity, threads: scratch.length })];
  });
}

/** A thread that holds the lock for longer than this has died: slices take a few milliseconds. */
const LOCK_SECONDS_MAX = 10;
/** Rows that are coded between two looks at the clock. */
const ROWS_PER_LOOK = 16;

/** The codes of one vector of a segment, as the thread sees them that owns the area `threadIndex`. */
export class CodeColumn {
  readonly #handle: CodesHandle;
  readonly #kernels: CodesKernels;
  readonly #area: number;
  readonly #floats: Float32Array;
  readonly #words: Int32Array;

  constructor(handle: CodesHandle, threadIndex: number) {
    const { memory, layout } = handle;
    const area = layout.areas[threadIndex];
    assert(area !== undefined, `area ${threadIndex} exists`);
    this.#handle = handle;
    this.#kernels = attachCodes(memory);
    this.#area = area;
    this.#words = new Int32Array(memory.buffer);
    assert(this.#words[CODES.magic] === CODES_MAGIC, 'the memory holds codes');
    this.#floats = new Float32Array(memory.buffer, this.#words[area / 4 + AREA.floats], layout.width);
  }

  /** Rows below have a code, or lack the vector. It only grows. */
  get codedCount(): number {
    return Atomics.load(this.#words, CODES.codedCount);
  }

  /** Makes a vector, float32 and of unit length for Cosine, the one that searches compare with. */
  prepareQuery(values: Float32Array): void {
    this.#write(values);
    this.#kernels.prepareQuery(this.#area);
  }

  /** The search of graphs in a segment's memory by these codes and the query of this thread. */
  searchKernels(memory: WebAssembly.Memory): SearchKernels {
    const { form } = this.#handle.spec;
    return attachQuantizedSearch(memory, { codes: this.#kernels, form, area: this.#area });
  }

  /**
   * Codes rows below `limit` until the time is used up; `rowAt` gives their numbers, as for `prepareQuery`, or undefined
   * where a row lacks the vector. True if rows are left; false, and nothing done, while another thread does it.
   */
  encode(limit: number, msMax: number, rowAt: (offset: number) => Float32Array | undefined): boolean {
    if (this.codedCount >= limit || !this.#lock()) return false;
    const end = performance.now() + msMax;
    try {
      let offset = this.codedCount;
      while (offset < limit) {
        const row = rowAt(offset);
        if (row !== undefined) {
          this.#write(row);
          this.#kernels.encodeRow(this.#area, offset);
        }
        offset += 1;
        if (offset % ROWS_PER_LOOK === 0 && performance.now() >= end) break;
      }
      Atomics.store(this.#words, CODES.codedCount, offset);
      return offset < limit;
    } finally {
      Atomics.store(this.#words, CODES.lock, 0);
    }
  }

  #write(values: Float32Array): void {
    this.#floats.set(values);
    // Whoever wrote before has left rotated numbers.
    this.#floats.fill(0, values.length);
  }

  #lock(): boolean {
    const now = Math.floor((performance.timeOrigin + performance.now()) / 1000) | 0;
    const since = Atomics.load(this.#words, CODES.lock);
    if (since !== 0 && now - since <= LOCK_SECONDS_MAX) return false;
    return Atomics.compareExchange(this.#words, CODES.lock, since, now) === since;
  }
}
