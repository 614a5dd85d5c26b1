import { assert } from '../../../shared/assert.ts';
import { attachKernels, type Kernels } from '../../../kernels/loader.ts';
import {
  CELL_BYTES,
  COLUMN_HEADER,
  COLUMN_LAYOUT_VERSION,
  COLUMN_MAGIC,
  type ColumnBitmap,
  type ColumnLayout,
  columnLayout,
} from '../../../kernels/column-layout.ts';
import { type Bits, clearBehind } from '../filter/truth.ts';

/** A column as plain data that can be sent between threads: the memory is shared, not copied. */
export interface ColumnHandle {
  readonly segmentId: number;
  readonly memory: WebAssembly.Memory;
  readonly layout: ColumnLayout;
}

/**
 * Compares `count` cells from the address `cells` on and sets bit i of the bitmap at the address `out` for every hit i,
 * as the column kernels do.
 */
export type CellScan = (column: Column, cells: number, count: number, out: number) => void;

/** Creates the memory of an empty column. */
export function createColumn(segmentId: number, options: Parameters<typeof columnLayout>[0]): ColumnHandle {
  const layout = columnLayout(options);
  const memory = new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages, shared: true });
  const header = new Int32Array(memory.buffer, layout.header, 1024);
  header[COLUMN_HEADER.magic] = COLUMN_MAGIC;
  header[COLUMN_HEADER.layoutVersion] = COLUMN_LAYOUT_VERSION;
  return { segmentId, memory, layout };
}

/** A thread's view of a column. Scans work in the scratch area of the thread; one thread writes at a time. */
export class Column {
  readonly handle: ColumnHandle;
  readonly layout: ColumnLayout;
  readonly kernels: Kernels;
  readonly cellBytes: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #header: Int32Array;
  /** The whole memory, by the type of the cells. */
  readonly codes: Uint32Array;
  readonly signed: Int32Array;
  readonly integers: BigInt64Array;
  readonly floats: Float64Array;
  readonly #threadIndex: number;

  constructor(handle: ColumnHandle, module: WebAssembly.Module, threadIndex: number) {
    const { layout, memory } = handle;
    this.handle = handle;
    this.layout = layout;
    this.kernels = attachKernels(memory, module);
    this.cellBytes = CELL_BYTES[layout.cell];
    this.bytes = new Uint8Array(memory.buffer);
    this.view = new DataView(memory.buffer);
    this.#header = new Int32Array(memory.buffer, layout.header, 1024);
    assert(this.#header[COLUMN_HEADER.magic] === COLUMN_MAGIC, 'the memory holds a column');
    assert(layout.layoutVersion === COLUMN_LAYOUT_VERSION, 'the layout is of this build');
    this.codes = new Uint32Array(memory.buffer);
    this.signed = new Int32Array(memory.buffer);
    this.integers = new BigInt64Array(memory.buffer);
    this.floats = new Float64Array(memory.buffer);
    this.#threadIndex = threadIndex;
  }

  /** A word of the header. */
  word(name: keyof typeof COLUMN_HEADER): number {
    return Atomics.load(this.#header, COLUMN_HEADER[name]);
  }

  /** Writer. */
  setWord(name: keyof typeof COLUMN_HEADER, value: number): void {
    Atomics.store(this.#header, COLUMN_HEADER[name], value);
  }

  has(bitmap: ColumnBitmap, row: number): boolean {
    return (this.bytes[this.layout[bitmap] + (row >> 3)]! & (1 << (row & 7))) !== 0;
  }

  /** A copy of a bitmap for the first `rows` rows. */
  flags(bitmap: ColumnBitmap, rows: number): Bits {
    return this.#copy(this.layout[bitmap], rows);
  }

  /** The rows below `rows` with a value that `scan` hits. O(rows + entries). */
  hits(rows: number, scan: CellScan): Bits {
    const { kernels, layout } = this;
    const { rows: result, entries } = this.#scratch();
    const entryCount = this.word('entryCount');
    this.#clear(result, rows);
    scan(this, layout.cells, rows, result);
    kernels.bitmapAnd(result, layout.single, rows);
    if (entryCount > 0) {
      this.#clear(entries, entryCount);
      scan(this, layout.entryValues, entryCount, entries);
      kernels.columnScatter(entries, entryCount, layout.entryRows, rows, result);
    }
    return this.#copy(result, rows);
  }

  /** The rows below `rows` with a value that `scan` does not hit; they may have others. O(rows + entries). */
  misses(rows: number, scan: CellScan): Bits {
    const { kernels, layout } = this;
    const { rows: result, other, entries, otherEntries } = this.#scratch();
    const entryCount = this.word('entryCount');
    this.#clear(other, rows);
    scan(this, layout.cells, rows, other);
    kernels.bitmapCopy(result, layout.single, rows);
    kernels.bitmapAndNot(result, other, rows);
    if (entryCount > 0) {
      this.#clear(entries, entryCount);
      scan(this, layout.entryValues, entryCount, entries);
      kernels.bitmapFill(otherEntries, entryCount);
      kernels.bitmapAndNot(otherEntries, entries, entryCount);
      kernels.columnScatter(otherEntries, entryCount, layout.entryRows, rows, result);
    }
    return this.#copy(result, rows);
  }

  /** Calls `use` with the address of each value of a row. */
  eachCell(row: number, use: (address: number) => void): void {
    const { layout, cellBytes } = this;
    const cell = layout.cells + row * cellBytes;
    if (this.has('single', row)) {
      use(cell);
    } else if (this.has('multiple', row)) {
      const { codes } = this;
      const rowsAt = layout.entryRows >> 2;
      const first = codes[cell >> 2]!;
      for (let entry = first; entry < layout.entriesMax && codes[rowsAt + entry] === row; entry++) {
        use(layout.entryValues + entry * cellBytes);
      }
    }
  }

  #scratch() {
    const scratch = this.layout.scratch[this.#threadIndex];
    assert(scratch !== undefined, `scratch area ${this.#threadIndex} exists`);
    return scratch;
  }

  #clear(bitmap: number, bits: number): void {
    this.codes.fill(0, bitmap >> 2, (bitmap >> 2) + ((bits + 63) >> 6) * 2);
  }

  #copy(bitmap: number, rows: number): Bits {
    const words = (rows + 31) >>> 5;
    return clearBehind(new Uint32Array(this.codes.subarray(bitmap >> 2, (bitmap >> 2) + words)), rows);
  }
}
