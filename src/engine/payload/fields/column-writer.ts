import { COLUMN_BITMAPS, type ColumnBitmap, DEAD_ENTRY } from '../../../kernels/column-layout.ts';
import {
  BLOCK_BITMAP_BYTES,
  COLUMN_BLOCK_ROWS,
  decodeColumnBlock,
  encodeColumnBlock,
} from '../../../storage/column-block.ts';
import { encodeCells, type RowCells, writeCell } from './cells.ts';
import type { Column } from './column.ts';

/**
 * What one transaction changes in a column. Rows that are not published yet are written at once; rows that readers see
 * wait for `applyChanges`. If the transaction rolls back, nothing was published, and the next one writes over it.
 */
export class ColumnWriter {
  readonly column: Column;
  /** Rows from here on are not published. */
  readonly #firstRow: number;
  #rowsEnd: number;
  #entryEnd: number;
  readonly #changed = new Map<number, RowCells>();
  readonly #blocks = new Set<number>();

  constructor(column: Column) {
    this.column = column;
    this.#firstRow = column.word('rows');
    this.#rowsEnd = this.#firstRow;
    this.#entryEnd = column.word('entryCount');
  }

  /** The row after the last one that the column holds, rows of this transaction included. */
  get rowsEnd(): number {
    return this.#rowsEnd;
  }

  /** Writes a row: the next one, or one that the column holds. */
  set(row: number, cells: RowCells): void {
    this.#blocks.add(Math.floor(row / COLUMN_BLOCK_ROWS));
    if (row < this.#firstRow) {
      this.#changed.set(row, cells);
      return;
    }
    if (row < this.#rowsEnd) this.#killEntries(row);
    this.#write(row, cells);
    this.#rowsEnd = Math.max(this.#rowsEnd, row + 1);
  }

  /** The blocks that change, as they are to be stored. */
  *encodedBlocks(): Iterable<{ block: number; value: Buffer }> {
    for (const block of this.#blocks) yield { block, value: this.#encode(block) };
  }

  /** Brings the published rows into line with storage; call after the commit, while readers wait. */
  applyChanges(): void {
    let points = this.column.word('pointCount');
    for (const [row, cells] of this.#changed) {
      points -= this.#isPresent(row) ? 1 : 0;
      this.#killEntries(row);
      this.#write(row, cells);
      points += this.#isPresent(row) ? 1 : 0;
    }
    this.column.setWord('entryCount', this.#entryEnd);
    this.column.setWord('pointCount', points);
  }

  /** Makes the new rows readable and counts the points; call before the segment shows its rows and tombstones. */
  publish(isDead: (row: number) => boolean, deleted: Iterable<number>): void {
    let points = this.column.word('pointCount');
    for (let row = this.#firstRow; row < this.#rowsEnd; row++) {
      if (this.#isPresent(row) && !isDead(row)) points += 1;
    }
    for (const row of deleted) if (row < this.#rowsEnd && this.#isPresent(row)) points -= 1;
    this.column.setWord('entryCount', this.#entryEnd);
    this.column.setWord('pointCount', points);
    this.column.setWord('rows', this.#rowsEnd);
  }

  /** Takes over a block from storage, of whose rows those below `rowsEnd` count. */
  load(block: number, value: Buffer, rowsEnd: number): void {
    const { layout, bytes, cellBytes } = this.column;
    const first = block * COLUMN_BLOCK_ROWS;
    const rows = Math.min(COLUMN_BLOCK_ROWS, rowsEnd - first);
    const shape = { bitmapCount: COLUMN_BITMAPS.length, cellBytes };
    const { bitmaps, cells, lists } = decodeColumnBlock(value, shape);
    for (const [i, name] of COLUMN_BITMAPS.entries()) {
      bytes.set(bitmaps[i]!.subarray(0, Math.ceil(rows / 8)), layout[name] + first / 8);
    }
    bytes.set(cells.subarray(0, rows * cellBytes), layout.cells + first * cellBytes);
    if (bitmaps[COLUMN_BITMAPS.indexOf('foreign')]!.some((byte) => byte !== 0))
      this.column.setWord('hasForeign', 1);
    let next = 0;
    for (let row = first; row < first + rows && next < lists.length; row++) {
      if (!this.column.has('multiple', row)) continue;
      const fits = this.#appendEntries(row, lists[next++]!);
      this.#setFlag('multiple', row, fits);
      this.#setUnknown(row, !fits);
    }
    this.#rowsEnd = Math.max(this.#rowsEnd, first + rows);
  }

  #isPresent(row: number): boolean {
    return this.column.has('single', row) || this.column.has('multiple', row);
  }

  #write(row: number, { values, isForeign, hasNull, isFilled }: RowCells): void {
    const { layout, view, cellBytes } = this.column;
    const isSingle = values.length === 1;
    if (isSingle) writeCell(view, layout.cells + row * cellBytes, layout.cell, values[0]!);
    const fits = values.length < 2 || this.#appendEntries(row, encodeCells(layout.cell, values));
    this.#setFlag('single', row, isSingle);
    this.#setFlag('multiple', row, values.length > 1 && fits);
    this.#setFlag('foreign', row, isForeign);
    if (isForeign) this.column.setWord('hasForeign', 1);
    this.#setFlag('nulls', row, hasNull);
    this.#setFlag('filled', row, isFilled);
    this.#setUnknown(row, !fits);
  }

  /** False if there is no room for them. */
  #appendEntries(row: number, cells: Uint8Array): boolean {
    const { layout, bytes, codes, cellBytes } = this.column;
    const first = this.#entryEnd;
    const end = first + cells.length / cellBytes;
    if (end > layout.entriesMax) return false;
    const rowsAt = layout.entryRows >> 2;
    bytes.set(cells, layout.entryValues + first * cellBytes);
    codes.fill(row, rowsAt + first, rowsAt + end);
    // Ends the row's entries, whatever a transaction that was rolled back has left there.
    if (end < layout.entriesMax) codes[rowsAt + end] = DEAD_ENTRY;
    codes[(layout.cells + row * cellBytes) >> 2] = first;
    this.#entryEnd = end;
    return true;
  }

  #killEntries(row: number): void {
    const { layout, codes, cellBytes } = this.column;
    this.column.eachCell(row, (address) => {
      if (address < layout.entryValues) return;
      codes[(layout.entryRows >> 2) + (address - layout.entryValues) / cellBytes] = DEAD_ENTRY;
    });
  }

  #setUnknown(row: number, isUnknown: boolean): void {
    this.#setFlag('unknown', row, isUnknown);
    if (isUnknown) this.column.setWord('hasUnknown', 1);
  }

  #setFlag(bitmap: ColumnBitmap, row: number, value: boolean): void {
    const { bytes, layout } = this.column;
    setBit(bytes, layout[bitmap] * 8 + row, value);
  }

  /** A block as it will be: its rows in memory under the changes that wait. */
  #encode(block: number): Buffer {
    const { layout, bytes, cellBytes } = this.column;
    const first = block * COLUMN_BLOCK_ROWS;
    const rows = Math.min(COLUMN_BLOCK_ROWS, this.#rowsEnd - first);
    const bitmaps = COLUMN_BITMAPS.map((name) => {
      const bits = Buffer.alloc(BLOCK_BITMAP_BYTES);
      const at = layout[name] + first / 8;
      bits.set(bytes.subarray(at, at + Math.ceil(rows / 8)));
      if ((rows & 7) !== 0) bits[rows >> 3]! &= (1 << (rows & 7)) - 1;
      return bits;
    });
    const cells = Buffer.alloc(COLUMN_BLOCK_ROWS * cellBytes);
    const cellsAt = layout.cells + first * cellBytes;
    cells.set(bytes.subarray(cellsAt, cellsAt + rows * cellBytes));
    const lists: Uint8Array[] = [];
    for (let i = 0; i < rows; i++) {
      const list = this.#changed.has(first + i)
        ? this.#encodeChanged(first + i, bitmaps, cells)
        : this.#entriesOf(first + i);
      if (list !== undefined) lists.push(list);
    }
    return encodeColumnBlock({ bitmaps, cells, lists }, cellBytes);
  }

  /** Writes a row that waits to be changed into its block; returns its values if there are several. */
  #encodeChanged(row: number, bitmaps: readonly Buffer[], cells: Buffer): Uint8Array | undefined {
    const { layout, cellBytes } = this.column;
    const { values, isForeign, hasNull, isFilled } = this.#changed.get(row)!;
    const i = row % COLUMN_BLOCK_ROWS;
    const list = encodeCells(layout.cell, values);
    const isMultiple = values.length > 1;
    for (const [f, flag] of [
      values.length === 1,
      isMultiple,
      isForeign,
      hasNull,
      isFilled,
      false,
    ].entries()) {
      setBit(bitmaps[f]!, i, flag);
    }
    if (isMultiple) return list;
    cells.set(list, i * cellBytes);
    return undefined;
  }

  #entriesOf(row: number): Uint8Array | undefined {
    if (!this.column.has('multiple', row)) return undefined;
    const { bytes, cellBytes } = this.column;
    const parts: Uint8Array[] = [];
    this.column.eachCell(row, (address) => parts.push(bytes.subarray(address, address + cellBytes)));
    return Buffer.concat(parts);
  }
}

function setBit(bytes: Uint8Array, bit: number, value: boolean): void {
  const at = Math.floor(bit / 8);
  const mask = 1 << (bit & 7);
  bytes[at] = value ? bytes[at]! | mask : bytes[at]! & ~mask;
}
