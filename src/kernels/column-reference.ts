/** The column kernels once more in plain TypeScript, one cell at a time. Tests compare the compiled kernels with them. */
import type { ColumnKernels } from './loader.ts';

/** The kernels over a memory; pointers are byte addresses in it. */
export function referenceColumnKernels(memory: WebAssembly.Memory): ColumnKernels {
  const view = new DataView(memory.buffer);
  const bit = (bitmap: number, i: number) => ((view.getUint8(bitmap + (i >> 3)) >> (i & 7)) & 1) === 1;
  const setBit = (bitmap: number, i: number) =>
    view.setUint8(bitmap + (i >> 3), view.getUint8(bitmap + (i >> 3)) | (1 << (i & 7)));
  const scan = (count: number, out: number, isHit: (i: number) => boolean) => {
    for (let i = 0; i < count; i++) if (isHit(i)) setBit(out, i);
  };
  return {
    columnEquals(cells, count, value, out) {
      scan(count, out, (i) => view.getUint32(cells + 4 * i, true) === value);
    },
    columnIntegers(cells, count, low, high, out) {
      scan(count, out, (i) => {
        const value = view.getBigInt64(cells + 8 * i, true);
        return value >= low && value <= high;
      });
    },
    columnFloats(cells, count, low, high, out) {
      scan(count, out, (i) => {
        const value = view.getFloat64(cells + 8 * i, true);
        return value >= low && value <= high;
      });
    },
    columnBox(cells, count, west, south, east, north, out) {
      scan(count, out, (i) => {
        const lon = view.getFloat64(cells + 16 * i, true);
        const lat = view.getFloat64(cells + 16 * i + 8, true);
        return lon >= west && lon <= east && lat >= south && lat <= north;
      });
    },
    columnScatter(hits, count, rows, rowCount, out) {
      for (let i = 0; i < count; i++) {
        const row = view.getUint32(rows + 4 * i, true);
        if (bit(hits, i) && row < rowCount) setBit(out, row);
      }
    },
  };
}
