/** The values of a row as a column keeps them. */
import { CELL_BYTES, type CellKind } from '../../../kernels/column-layout.ts';

/** A value in the form of a cell: a code or a float64, an i64, or longitude and latitude. */
export type Cell = number | bigint | readonly [lon: number, lat: number];

/** What a column keeps of one row. */
export interface RowCells {
  /** Distinct values of the index's type. */
  readonly values: readonly Cell[];
  /** There are other values, or the cells do not tell all of them. */
  readonly isForeign: boolean;
  readonly hasNull: boolean;
  /** There is more than nulls and empty arrays. */
  readonly isFilled: boolean;
}

/** What a column keeps of a point that has nothing under the key. */
export const NO_CELLS: RowCells = { values: [], isForeign: false, hasNull: false, isFilled: false };

/** Writes a cell at the byte `at`. */
export function writeCell(view: DataView, at: number, kind: CellKind, value: Cell): void {
  if (kind === 'code') view.setUint32(at, value as number, true);
  else if (kind === 'integer') view.setBigInt64(at, value as bigint, true);
  else if (kind === 'float') view.setFloat64(at, value as number, true);
  else {
    const [lon, lat] = value as readonly [number, number];
    view.setFloat64(at, lon, true);
    view.setFloat64(at + 8, lat, true);
  }
}

/** Cells one after the other. */
export function encodeCells(kind: CellKind, values: readonly Cell[]): Uint8Array {
  const bytes = new Uint8Array(values.length * CELL_BYTES[kind]);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) writeCell(view, i * CELL_BYTES[kind], kind, value);
  return bytes;
}
