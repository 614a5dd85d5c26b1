/** What a type of payload index is: how it reads values, and what its column tells of conditions. */
import type { FieldCondition, Match, RangeInterface } from '../../../../schemas/filter.ts';
import type { CellKind } from '../../../kernels/column-layout.ts';
import type { PayloadValue } from '../../../shared/json/lossless.ts';
import { atMost, type Bits, exactly, type Truth, union } from '../filter/truth.ts';
import type { Cell } from './cells.ts';
import type { Column } from './column.ts';
import type { Dictionary } from './dictionary.ts';
import type { TokenRows } from './token-rows.ts';

/** An index in one segment, asked about the rows below `rows`. */
export interface FieldView {
  readonly column: Column;
  readonly dictionary: Dictionary;
  readonly tokenRows: TokenRows;
  readonly rows: number;
}

/** A value of an index as clients see it; an integer beyond 2^53 is a bigint. */
export type IndexedValue = string | number | bigint | boolean;

/** The part of a field condition that compares places. */
export type GeoCondition = Pick<FieldCondition, 'geo_radius' | 'geo_bounding_box' | 'geo_polygon'>;

export interface FieldType {
  readonly cell: CellKind;
  /** The cell of a value, undefined for one of another type. `codeFor` numbers texts. */
  cellOf(value: PayloadValue, codeFor: (text: string) => number): Cell | undefined;
  /** False if the cell does not tell all of a value that has one; absent: it does. */
  isWhole?(value: PayloadValue): boolean;
  /** What the cell at an address stands for; absent: nothing that can be listed or sorted by. */
  valueAt?(view: Pick<FieldView, 'column' | 'dictionary'>, address: number): IndexedValue;
  /** The tokens of a text; absent: the index does not take texts apart. */
  tokensOf?(text: string): string[];
  /** The same of a text that is searched for. */
  queryTokensOf?(text: string): string[];
  /** The test of all texts under a key together, where the index changes what a match means. */
  textTest?(match: Match): ((texts: readonly string[]) => boolean) | undefined;
  /*
   * The rows that pass a test, certainly or possibly; undefined or absent where the column is no help. `foreign` rows have
   * values that the column does not hold.
   */
  match?(view: FieldView, match: Match): Truth | undefined;
  range?(view: FieldView, range: RangeInterface): Truth | undefined;
  geo?(view: FieldView, condition: GeoCondition): Truth | undefined;
}

/** Rows with a value of the index's type. */
export function present({ column, rows }: FieldView): Bits {
  return union(column.flags('single', rows), column.flags('multiple', rows));
}

/** Rows with a value of another type, or of one that the cell does not tell all of. */
export function foreign({ column, rows }: FieldView): Bits {
  return column.flags('foreign', rows);
}

/** `certain` rows, and perhaps those with a value that the column does not hold. */
export function orForeign(view: FieldView, certain: Bits): Truth {
  if (view.column.word('hasForeign') === 0) return exactly(certain);
  return { certain, possible: union(certain, foreign(view)) };
}

/** Perhaps one of the rows with a value that the column does not hold. */
export function atMostForeign(view: FieldView): Truth {
  return atMost(foreign(view));
}

/** A test that every value of the index passes, others perhaps. */
export function allPresent(view: FieldView): Truth {
  return orForeign(view, present(view));
}
