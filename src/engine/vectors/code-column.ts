import { isDeepStrictEqual } from 'node:util';
import {
  AREA,
  CENTROIDS,
  CODES,
  CODES_MAGIC,
  type CodesLayout,
  codesLayout,
  codesRowsMax,
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

/** Rows that the codes of any quantization have room for that a vector may get while its segment lives. */
export function codedRowsMax({ metric, dim }: DenseConfig, threads: number): number {
  const common = { metric, dim, queryBits: 8, quantile: 1 };
  // The longest codes, and those with the most working space.
  const largest: readonly CodesSpec[] = [
    { ...common, form: 'bytes', rotatedShare: 1, part: 0 },
    { ...common, form: 'product', rotatedShare: 0, part: 1 },
  ];
  return Math.min(...largest.map((spec) => codesRowsMax(spec, threads)).filter((rows) => rows > 0));
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
/** Rows that centroids are made of, at most, and how often these are looked at. */
const SAMPLE_ROWS = 4096;
const PASSES = 8;
/** Centroids of fewer rows than the sample's are made again when there are so many times more. */
const RETRAIN_GROWTH = 4;

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
   * where a row lacks the vector. True if rows are left; while another thread codes, this one waits for it instead.
   */
  encode(limit: number, msMax: number, rowAt: (offset: number) => Float32Array | undefined): boolean {
    if (this.codedCount >= limit) return false;
    if (!this.#lock(msMax)) return true;
    const end = performance.now() + msMax;
    try {
      if (!this.#train(limit, end, rowAt)) return true;
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
      this.unlock();
    }
  }

  /** Lets others code; also for a thread that has died, while no other codes. */
  unlock(): void {
    Atomics.store(this.#words, CODES.lock, 0);
    Atomics.notify(this.#words, CODES.lock);
  }

  /** Goes on making the centroids of product codes; true if they are there, as for all other codes. */
  #train(limit: number, end: number, rowAt: (offset: number) => Float32Array | undefined): boolean {
    if (this.#handle.spec.form !== 'product') return true;
    const words = this.#words;
    if (words[CODES.trainingRows] === 0) {
      const trained = words[CODES.trainedRows]!;
      if (trained >= SAMPLE_ROWS || (trained > 0 && limit < RETRAIN_GROWTH * trained)) return true;
      words[CODES.trainingRows] = limit;
      words[CODES.trainingStep] = 0;
      // Searches do without these codes until all are made anew.
      Atomics.store(words, CODES.codedCount, 0);
    }
    const rows = words[CODES.trainingRows]!;
    const sampled = Math.min(rows, SAMPLE_ROWS);
    const steps = CENTROIDS + PASSES * sampled;
    for (let step = words[CODES.trainingStep]!; step < steps; ) {
      this.#trainStep(step, { rows, sampled, rowAt });
      words[CODES.trainingStep] = ++step;
      if (performance.now() >= end) return false;
    }
    words[CODES.trainedRows] = rows;
    words[CODES.trainingRows] = 0;
    return true;
  }

  /** Seeds a centroid, or takes a row into the pass under way. Rows without the vector leave things as they are. */
  #trainStep(
    step: number,
    {
      rows,
      sampled,
      rowAt,
    }: { rows: number; sampled: number; rowAt: (offset: number) => Float32Array | undefined },
  ): void {
    const isSeed = step < CENTROIDS;
    const inPass = (step - CENTROIDS) % sampled;
    const share = isSeed ? step / CENTROIDS : inPass / sampled;
    const row = rowAt(Math.floor(share * rows));
    if (row !== undefined) {
      this.#write(row);
      if (isSeed) this.#kernels.seedCentroid(this.#area, step);
      else this.#kernels.addToCentroids(this.#area);
    }
    if (!isSeed && inPass === sampled - 1) this.#kernels.moveCentroids();
  }

  #write(values: Float32Array): void {
    this.#floats.set(values);
    // Whoever wrote before has left rotated numbers.
    this.#floats.fill(0, values.length);
  }

  /** False if another thread has the lock, and kept it for `msMax` or has just let go. */
  #lock(msMax: number): boolean {
    const now = Math.floor((performance.timeOrigin + performance.now()) / 1000) | 0;
    const since = Atomics.load(this.#words, CODES.lock);
    if (since !== 0 && now - since <= LOCK_SECONDS_MAX) {
      Atomics.wait(this.#words, CODES.lock, since, Math.max(0, msMax));
      return false;
    }
    return Atomics.compareExchange(this.#words, CODES.lock, since, now) === since;
  }
}
