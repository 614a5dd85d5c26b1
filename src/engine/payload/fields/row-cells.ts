import type { PayloadObject, PayloadValue } from '../../../shared/json/lossless.ts';
import { findValues, type KeyPath } from '../path.ts';
import { isPayloadArray } from '../values.ts';
import { type Cell, NO_CELLS, type RowCells } from './cells.ts';
import type { FieldType } from './field-type.ts';

/** What the column of an index on `path` keeps of a payload. Arrays under the key are looked into one level. */
export function rowCells(
  payload: PayloadObject,
  path: KeyPath,
  type: FieldType,
  codeFor: (text: string) => number,
): RowCells {
  const found = findValues(payload, path);
  if (found.length === 0) return NO_CELLS;
  const values: Cell[] = [];
  let isForeign = false;
  let hasNull = false;
  let isFilled = false;
  const take = (value: PayloadValue): void => {
    if (value === null) {
      hasNull = true;
      return;
    }
    const cell = type.cellOf(value, codeFor);
    if (cell === undefined || type.isWhole?.(value) === false) isForeign = true;
    if (cell !== undefined && !values.includes(cell)) values.push(cell);
  };
  for (const value of found) {
    if (isPayloadArray(value)) {
      if (value.length > 0) isFilled = true;
      for (const element of value) take(element);
    } else {
      if (value !== null) isFilled = true;
      take(value);
    }
  }
  return { values, isForeign, hasNull, isFilled };
}
