/** The kernels of side-layout.ts once more in plain TypeScript: rows are compared one by one, and there is no index. */
import type { ScanKernels, SideKernels } from './loader.ts';
import { referenceKernels, referenceSimilarity } from './reference.ts';
import { SIDE_CONSTANTS } from './side-layout.ts';

const f32 = Math.fround;

/** What has a twin: the index itself is judged by what searches find in it. */
export type SideTwins = Pick<
  SideKernels,
  | 'sideConstant'
  | 'countRows'
  | 'sparseFrequency'
  | 'sparseDot'
  | 'sparseScoreOffsets'
  | 'sparseScan'
  | 'maxSim'
  | 'multiScoreOffsets'
  | 'multiScan'
>;

/** A row of numbers at positions. */
export interface SparseRow {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** Sum of products over the shared positions, in their order, each step rounded to float32; NaN if there are none. */
export function referenceSparseDot(a: SparseRow, b: SparseRow): number {
  let sum = 0;
  let isShared = false;
  for (const [i, index] of a.indices.entries()) {
    const j = b.indices.indexOf(index);
    if (j < 0) continue;
    isShared = true;
    sum = f32(sum + f32(f32(a.values[i]!) * f32(b.values[j]!)));
  }
  return isShared ? sum : Number.NaN;
}

/** For each vector of the query the largest similarity to a vector of the row, added up, rounded to float32. */
export function referenceMaxSim(
  metric: number,
  row: readonly ArrayLike<number>[],
  query: readonly ArrayLike<number>[],
): number {
  return query.reduce(
    (sum, q) => f32(sum + Math.max(...row.map((r) => referenceSimilarity(metric, r, q)))),
    0,
  );
}

interface Rows {
  sparse(row: number): SparseRow;
  multi(row: number, dim: number): Float32Array[];
  /** Address of a point's row, 0 without one. */
  start(starts: number, offset: number): number;
  isVisible(offset: number, tombstones: number, allowed: number): boolean;
}

function rowsOf(view: DataView): Rows {
  const word = (at: number) => view.getUint32(at, true);
  const float = (at: number) => view.getFloat32(at, true);
  const bit = (bitmap: number, i: number) => ((view.getUint8(bitmap + (i >> 3)) >> (i & 7)) & 1) === 1;
  return {
    sparse: (row) => {
      const length = word(row);
      return {
        indices: Array.from({ length }, (_, i) => word(row + 4 + 4 * i)),
        values: Array.from({ length }, (_, i) => float(row + 4 + 4 * length + 4 * i)),
      };
    },
    multi: (row, dim) =>
      Array.from({ length: word(row) }, (_, r) =>
        Float32Array.from({ length: dim }, (_value, i) => float(row + 4 + 4 * (r * dim + i))),
      ),
    start: (starts, offset) => word(starts + 4 * offset),
    isVisible: (offset, tombstones, allowed) =>
      (tombstones === 0 || !bit(tombstones, offset)) && (allowed === 0 || bit(allowed, offset)),
  };
}

function sparseTwins(
  view: DataView,
  rows: Rows,
  heapOffer: ScanKernels['heapOffer'],
): Pick<SideTwins, 'sparseDot' | 'sparseScoreOffsets' | 'sparseScan'> {
  const sparseDot = (a: number, b: number) => referenceSparseDot(rows.sparse(a), rows.sparse(b));
  return {
    sparseDot,
    sparseScoreOffsets(starts, offsets, n, query, none, out) {
      for (let i = 0; i < n; i++) {
        const row = rows.start(starts, view.getUint32(offsets + 4 * i, true));
        const score = row === 0 ? Number.NaN : sparseDot(row, query);
        view.setFloat32(out + 4 * i, row !== 0 && Number.isNaN(score) ? none : score, true);
      }
    },
    sparseScan(...[starts, query, from, to, tombstones, allowed, heap, heapLength, k]) {
      let length = heapLength;
      for (let offset = from; offset < to; offset++) {
        const row = rows.start(starts, offset);
        if (row === 0 || !rows.isVisible(offset, tombstones, allowed)) continue;
        const score = sparseDot(row, query);
        if (!Number.isNaN(score)) length = heapOffer(heap, length, k, score, offset);
      }
      return length;
    },
  };
}

function multiTwins(
  view: DataView,
  rows: Rows,
  heapOffer: ScanKernels['heapOffer'],
): Pick<SideTwins, 'maxSim' | 'multiScoreOffsets' | 'multiScan'> {
  const maxSim: SideTwins['maxSim'] = (metric, row, query, dim) =>
    referenceMaxSim(metric, rows.multi(row, dim), rows.multi(query, dim));
  return {
    maxSim,
    multiScoreOffsets(metric, starts, offsets, n, query, dim, out) {
      for (let i = 0; i < n; i++) {
        const row = rows.start(starts, view.getUint32(offsets + 4 * i, true));
        view.setFloat32(out + 4 * i, row === 0 ? Number.NaN : maxSim(metric, row, query, dim), true);
      }
    },
    multiScan(...[metric, starts, query, dim, from, to, tombstones, allowed, heap, heapLength, k]) {
      let length = heapLength;
      for (let offset = from; offset < to; offset++) {
        const row = rows.start(starts, offset);
        if (row === 0 || !rows.isVisible(offset, tombstones, allowed)) continue;
        length = heapOffer(heap, length, k, maxSim(metric, row, query, dim), offset);
      }
      return length;
    },
  };
}

/** The twins over the same memory; `starts` and `rowCount` say where `sparseFrequency` finds the rows. */
export function referenceSideKernels(
  memory: WebAssembly.Memory,
  { starts, rowCount }: { readonly starts: number; readonly rowCount: number },
): SideTwins {
  const view = new DataView(memory.buffer);
  const rows = rowsOf(view);
  const { heapOffer } = referenceKernels(memory);
  return {
    ...sparseTwins(view, rows, heapOffer),
    ...multiTwins(view, rows, heapOffer),
    sideConstant: (index) => SIDE_CONSTANTS[index] ?? 0xffffffff,
    countRows(at, to, tombstones, allowed) {
      let count = 0;
      for (let offset = 0; offset < to; offset++) {
        if (rows.start(at, offset) !== 0 && rows.isVisible(offset, tombstones, allowed)) count++;
      }
      return count;
    },
    sparseFrequency(index, to, tombstones, allowed) {
      let frequency = 0;
      for (let offset = 0; offset < Math.min(to, rowCount); offset++) {
        const row = rows.start(starts, offset);
        if (row === 0 || !rows.isVisible(offset, tombstones, allowed)) continue;
        if (rows.sparse(row).indices.includes(index)) frequency++;
      }
      return frequency;
    },
  };
}
