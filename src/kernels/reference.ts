/**
 * The kernels once more in plain TypeScript, one float32 operation at a time. Tests compare the compiled kernels with
 * them: bit for bit below 16 dimensions, within rounding above, where the compiled sums run in another order.
 */
import type { ScanKernels } from './loader.ts';
import { DATATYPE, LAYOUT_CONSTANTS, METRIC } from './memory-layout.ts';

const f32 = Math.fround;
const FLOAT_EPSILON = f32(1.1920929e-7);

type Args<Name extends keyof ScanKernels> = Parameters<ScanKernels[Name]>;

/** Similarity of two vectors of the same length, larger is better; every step rounded to float32. */
export function referenceSimilarity(metric: number, a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    if (metric === METRIC.Euclid) sum = f32(sum + f32(f32(x - y) * f32(x - y)));
    else if (metric === METRIC.Manhattan) sum = f32(sum + Math.abs(f32(x - y)));
    else sum = f32(sum + f32(x * y));
  }
  return metric === METRIC.Euclid || metric === METRIC.Manhattan ? -sum : sum;
}

/** Unit-length copy of a vector for Cosine; the same values if it is zero or of unit length already. */
export function referenceNormalise(vector: Float32Array): Float32Array {
  const squared = referenceSimilarity(METRIC.Dot, vector, vector);
  if (squared < FLOAT_EPSILON || Math.abs(f32(squared - 1)) <= f32(1e-6)) return vector.slice();
  const length = f32(Math.sqrt(squared));
  return vector.map((value) => value / length);
}

interface Entry {
  score: number;
  offset: number;
}

const isWorse = (a: Entry, b: Entry): boolean =>
  a.score < b.score || (a.score === b.score && a.offset > b.offset);

function heapTwins(view: DataView): Pick<ScanKernels, 'heapOffer' | 'heapSort'> {
  const read = (heap: number, length: number): Entry[] =>
    Array.from({ length }, (_, i) => ({
      score: view.getFloat32(heap + 8 * i, true),
      offset: view.getUint32(heap + 8 * i + 4, true),
    }));
  const write = (heap: number, entries: readonly Entry[]): void => {
    for (const [i, { score, offset }] of entries.entries()) {
      view.setFloat32(heap + 8 * i, score, true);
      view.setUint32(heap + 8 * i + 4, offset, true);
    }
  };
  return {
    heapOffer(heap, length, k, score, offset) {
      const entries = read(heap, length);
      entries.push({ score: Number.isNaN(score) ? -Infinity : f32(score), offset });
      entries.sort((a, b) => (isWorse(a, b) ? -1 : 1));
      const kept = entries.slice(-k);
      write(heap, kept);
      return kept.length;
    },
    heapSort(heap, length) {
      const entries = read(heap, length);
      entries.sort((a, b) => (isWorse(a, b) ? 1 : -1));
      write(heap, entries);
    },
  };
}

function isSet(view: DataView, bitmap: number, i: number): boolean {
  return ((view.getUint8(bitmap + (i >> 3)) >> (i & 7)) & 1) === 1;
}

function wordBytes(bits: number): number {
  return Math.ceil(bits / 64) * 8;
}

type BitmapTwins = Pick<ScanKernels, Extract<keyof ScanKernels, `bitmap${string}`>>;

function bitmapTwins(view: DataView): BitmapTwins {
  const combine =
    (operation: (a: number, b: number) => number): ScanKernels['bitmapAnd'] =>
    (target, source, bits) => {
      for (let i = 0; i < wordBytes(bits); i++) {
        view.setUint8(target + i, operation(view.getUint8(target + i), view.getUint8(source + i)));
      }
    };
  return {
    bitmapAnd: combine((a, b) => a & b),
    bitmapOr: combine((a, b) => a | b),
    bitmapAndNot: combine((a, b) => a & ~b),
    bitmapCopy: combine((_, b) => b),
    bitmapFill(target, bits) {
      for (let i = 0; i < wordBytes(bits); i++) {
        view.setUint8(target + i, (1 << Math.max(0, Math.min(8, bits - 8 * i))) - 1);
      }
    },
    bitmapCount(bitmap, bits) {
      let count = 0;
      for (let i = 0; i < bits; i++) if (isSet(view, bitmap, i)) count++;
      return count;
    },
  };
}

function floatsAt(view: DataView, pointer: number, dim: number): Float32Array {
  return Float32Array.from({ length: dim }, (_, i) => view.getFloat32(pointer + 4 * i, true));
}

/** The values of a row of a datatype. */
function decodedRow(view: DataView, row: number, dim: number, datatype: number): Float32Array {
  if (datatype === DATATYPE.float32) return floatsAt(view, row, dim);
  return Float32Array.from({ length: dim }, (_, i) =>
    datatype === DATATYPE.float16 ? view.getFloat16(row + 2 * i, true) : view.getUint8(row + i),
  );
}

/** Similarity of a decoded row to a query: rows of bytes are not normalised for Cosine, so their length counts here. */
export function referenceTyped(comparison: number, row: Float32Array, query: Float32Array): number {
  const metric = comparison & 3;
  const similarity = referenceSimilarity(metric, row, query);
  if (metric !== METRIC.Cosine || comparison >> 2 !== DATATYPE.uint8) return similarity;
  const length = f32(Math.sqrt(referenceSimilarity(METRIC.Dot, row, row)));
  return length === 0 ? 0 : f32(similarity / length);
}

type ScanTwins = Pick<ScanKernels, 'similarity' | 'scanTopK' | 'scoreOffsets' | 'scoreRange'>;

function scanTwins(view: DataView, heapOffer: ScanKernels['heapOffer']): ScanTwins {
  const similarity: ScanKernels['similarity'] = (comparison, row, query, dim) =>
    referenceTyped(comparison, decodedRow(view, row, dim, comparison >> 2), floatsAt(view, query, dim));
  return {
    similarity,
    scanTopK(...args: Args<'scanTopK'>) {
      const [comparison, rows, strideBytes, dim, from, to, tombstones, allowed, present, query, heap] = args;
      const k = args[12];
      let length = args[11];
      if (k === 0) return length;
      for (let i = from; i < to; i++) {
        const isDeleted = tombstones !== 0 && isSet(view, tombstones, i);
        const isAllowed = allowed === 0 || isSet(view, allowed, i);
        const isPresent = present === 0 || isSet(view, present, i);
        if (isDeleted || !isAllowed || !isPresent) continue;
        length = heapOffer(heap, length, k, similarity(comparison, rows + i * strideBytes, query, dim), i);
      }
      return length;
    },
    scoreOffsets(...[comparison, rows, strideBytes, dim, offsets, n, query, out]: Args<'scoreOffsets'>) {
      for (let i = 0; i < n; i++) {
        const row = rows + view.getUint32(offsets + 4 * i, true) * strideBytes;
        view.setFloat32(out + 4 * i, similarity(comparison, row, query, dim), true);
      }
    },
    scoreRange(...[comparison, rows, strideBytes, dim, from, to, query, out]: Args<'scoreRange'>) {
      for (let i = from; i < to; i++) {
        view.setFloat32(
          out + 4 * (i - from),
          similarity(comparison, rows + i * strideBytes, query, dim),
          true,
        );
      }
    },
  };
}

/** The `ScanKernels` functions over the same memory. A heap is kept sorted, worst first, which is a valid heap order. */
export function referenceKernels(memory: WebAssembly.Memory): ScanKernels {
  const view = new DataView(memory.buffer);
  const heap = heapTwins(view);
  return {
    ...heap,
    ...bitmapTwins(view),
    ...scanTwins(view, heap.heapOffer),
    layoutConstant: (index) => LAYOUT_CONSTANTS[index] ?? 0xffffffff,
    normalise(vector, dim) {
      const before = floatsAt(view, vector, dim);
      const after = referenceNormalise(before);
      for (const [i, value] of after.entries()) view.setFloat32(vector + 4 * i, value, true);
      return after.some((value, i) => value !== before[i]) ? 1 : 0;
    },
  };
}
