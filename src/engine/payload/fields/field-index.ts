import type { PayloadSchemaParams, PayloadSchemaType } from '../../../../schemas/payload-index.ts';
import type { Column } from './column.ts';
import type { Dictionary } from './dictionary.ts';
import type { FieldType, IndexedValue } from './field-type.ts';
import type { NumberList } from './number-list.ts';

export type { IndexedValue };

/**
 * The values that a complete payload index has of the rows of one segment, for sorting and counting. Rows that are not
 * published yet, or deleted, must not be asked about. Refresh the environment before a search, as for every read.
 */
export class FieldIndex {
  readonly kind: PayloadSchemaType;
  /** As they were given; undefined if the schema was just a type. */
  readonly params: PayloadSchemaParams | undefined;
  readonly #type: FieldType;
  readonly #column: Column;
  readonly #dictionary: Dictionary;

  constructor(options: {
    readonly kind: PayloadSchemaType;
    readonly params: PayloadSchemaParams | undefined;
    readonly type: FieldType;
    readonly column: Column;
    readonly dictionary: Dictionary;
  }) {
    this.kind = options.kind;
    this.params = options.params;
    this.#type = options.type;
    this.#column = options.column;
    this.#dictionary = options.dictionary;
  }

  /**
   * The distinct values of a row: strings of a keyword or UUID index, booleans, numbers of an integer (bigints beyond
   * 2^53) or float index, microseconds since 1970 of a datetime index. None of a geo or text index.
   */
  valuesAt(row: number): IndexedValue[] {
    const values: IndexedValue[] = [];
    const { valueAt } = this.#type;
    if (valueAt === undefined) return values;
    const view = { column: this.#column, dictionary: this.#dictionary };
    this.#column.eachCell(row, (address) => values.push(valueAt(view, address)));
    return values;
  }

  /**
   * As {@link valuesAt}, for keyword, UUID and boolean indexes: the codes of the values, which are the same in all
   * segments and cost nothing to read. {@link textOfCode} tells what they mean.
   */
  eachCode(row: number, use: (code: number) => void): void {
    const { codes } = this.#column;
    this.#column.eachCell(row, (address) => use(codes[address >> 2]!));
  }

  textOfCode(code: number): string {
    return this.#dictionary.textOf(code);
  }

  /** As {@link valuesAt}, for integer, float and datetime indexes: appends the double nearest to each value of each row. */
  addNumbers(rows: Uint32Array, list: NumberList): void {
    const column = this.#column;
    const { layout, cellBytes } = column;
    const readNumber = layout.cell === 'float' ? floatAt : integerAt;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (column.has('single', row)) list.add(readNumber(column, layout.cells + row * cellBytes), row);
      else column.eachCell(row, (address) => list.add(readNumber(column, address), row));
    }
  }
}

function floatAt({ floats }: Column, address: number): number {
  return floats[address >> 3]!;
}

function integerAt({ codes, signed }: Column, address: number): number {
  return signed[(address >> 2) + 1]! * 2 ** 32 + codes[address >> 2]!;
}
