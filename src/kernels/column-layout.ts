/**
 * Where everything lies in the shared memory of a column: what a payload index knows of the rows of one segment. The
 * memory is created at full size, as that of a segment; pages that nobody touches cost nothing.
 *
 * A row with one value has it in its cell. The values of a row with several are entries, one after the other, and its
 * cell holds the number of the first one as a u32. All sections start on 64-byte boundaries.
 *
 * | section            | bytes                | content                                                             |
 * |--------------------|----------------------|---------------------------------------------------------------------|
 * | header             | 4,096                | Int32 words, see COLUMN_HEADER                                      |
 * | single             | bitmap               | the row has one value, in its cell                                  |
 * | multiple           | bitmap               | the row has several values, in entries                              |
 * | foreign            | bitmap               | the row has a value that the column does not hold, or not as it is  |
 * | nulls              | bitmap               | the row has a null under the key, or in an array there              |
 * | filled             | bitmap               | there is more under the key than nulls and empty arrays             |
 * | unknown            | bitmap               | there was no room for the row: only its payload tells               |
 * | cells              | cellBytes a row      | u32, i64, float64 or two float64                                    |
 * | entryRows          | 4 an entry           | the row of the entry, DEAD_ENTRY when it has gone                   |
 * | entryValues        | cellBytes an entry   | as cells                                                            |
 * | scratch[i].rows    | bitmap               | hits among rows                                                     |
 * | scratch[i].other   | bitmap               | a second one                                                        |
 * | scratch[i].entries | bitmap of entries    | hits among entries                                                  |
 * | scratch[i].otherEntries | bitmap of entries | a second one                                                      |
 */
import { assert } from '../shared/assert.ts';
import { SEGMENT_BYTES_MAX, WASM_PAGE_BYTES } from './memory-layout.ts';

export const COLUMN_MAGIC = 0x4c4f434e;
export const COLUMN_LAYOUT_VERSION = 1;
export const DEAD_ENTRY = 0xffff_ffff;

/** Indexes of Int32 words in the header. */
export const COLUMN_HEADER = {
  magic: 0,
  layoutVersion: 1,
  /** Rows that the column holds; rows behind them wait to be indexed. */
  rows: 2,
  /** Entries that readers may see. */
  entryCount: 3,
  /** Live points with a value of the index's type. */
  pointCount: 4,
  /** 1 once a row did not fit. */
  hasUnknown: 5,
  /** 1 once a row had foreign values. */
  hasForeign: 6,
} as const;

/** The bitmaps of a column, in the order in which they lie in memory and in storage. */
export const COLUMN_BITMAPS = ['single', 'multiple', 'foreign', 'nulls', 'filled', 'unknown'] as const;
export type ColumnBitmap = (typeof COLUMN_BITMAPS)[number];

export const CELL_BYTES = { code: 4, integer: 8, float: 8, place: 16 } as const;
/** What a cell holds: a u32 code, an i64, a float64, or longitude and latitude as float64. */
export type CellKind = keyof typeof CELL_BYTES;

export interface ColumnScratch {
  readonly rows: number;
  readonly other: number;
  readonly entries: number;
  readonly otherEntries: number;
}

/** Byte addresses of a column's memory; plain data that can be sent between threads. */
export interface ColumnLayout extends Readonly<Record<ColumnBitmap, number>> {
  readonly layoutVersion: number;
  readonly cell: CellKind;
  /** Rows. */
  readonly capacity: number;
  readonly entriesMax: number;
  readonly pages: number;
  readonly header: number;
  readonly cells: number;
  readonly entryRows: number;
  readonly entryValues: number;
  readonly scratch: readonly ColumnScratch[];
}

const HEADER_BYTES = 4096;
const SECTION_ALIGN = 64;
/** Kernels read whole blocks of cells. */
const CELLS_PER_BLOCK = 64;
const ENTRIES_A_ROW = 64;
const ENTRIES_MIN = 4096;
const ENTRY_BYTES_MAX = 512 * 1024 * 1024;

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Room for the entries of rows with many values: address space, not memory, until it is used. */
function entriesFor(capacity: number, cellBytes: number): number {
  const wanted = Math.max(ENTRIES_MIN, capacity * ENTRIES_A_ROW);
  return roundUp(Math.min(wanted, Math.floor(ENTRY_BYTES_MAX / (cellBytes + 4))), CELLS_PER_BLOCK);
}

/** Computes the layout of a column for `capacity` rows; `scratchCount`: threads that may read in it at once. */
export function columnLayout(options: {
  readonly cell: CellKind;
  readonly capacity: number;
  readonly scratchCount: number;
}): ColumnLayout {
  const { cell, capacity } = options;
  const cellBytes = CELL_BYTES[cell];
  const entriesMax = entriesFor(capacity, cellBytes);
  let end = 0;
  const take = (bytes: number): number => {
    const start = end;
    end = roundUp(start + bytes, SECTION_ALIGN);
    return start;
  };
  const bitmap = (bits: number) => take(roundUp(Math.ceil(bits / 8), SECTION_ALIGN));
  const header = take(HEADER_BYTES);
  const bitmaps = Object.fromEntries(COLUMN_BITMAPS.map((name) => [name, bitmap(capacity)]));
  const places = {
    cells: take(roundUp(capacity, CELLS_PER_BLOCK) * cellBytes),
    entryRows: take(entriesMax * 4),
    entryValues: take(entriesMax * cellBytes),
    scratch: Array.from({ length: options.scratchCount }, () => ({
      rows: bitmap(capacity),
      other: bitmap(capacity),
      entries: bitmap(entriesMax),
      otherEntries: bitmap(entriesMax),
    })),
  };
  assert(end <= SEGMENT_BYTES_MAX, `a column of ${capacity} rows needs ${end} bytes`);
  return {
    layoutVersion: COLUMN_LAYOUT_VERSION,
    cell,
    capacity,
    entriesMax,
    pages: roundUp(end, WASM_PAGE_BYTES) / WASM_PAGE_BYTES,
    header,
    ...(bitmaps as Record<ColumnBitmap, number>),
    ...places,
  };
}
