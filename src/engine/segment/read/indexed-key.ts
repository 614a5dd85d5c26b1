import type { PayloadSchemaParams, PayloadSchemaType } from '../../../../schemas/payload-index.ts';
import { assert } from '../../../shared/assert.ts';
import { parsePayload } from '../../../shared/json/lossless.ts';
import { payloadKey } from '../../../storage/keys.ts';
import { exactInteger } from '../../payload/fields/bounds.ts';
import type { Cell } from '../../payload/fields/cells.ts';
import type { Column } from '../../payload/fields/column.ts';
import type { FieldIndex, IndexedValue } from '../../payload/fields/field-index.ts';
import { kindOf } from '../../payload/fields/field-types.ts';
import type { PayloadIndex } from '../../payload/fields/payload-indexes.ts';
import { NumberList } from '../../payload/fields/number-list.ts';
import { rowCells } from '../../payload/fields/row-cells.ts';
import type { Collection } from '../collection.ts';
import type { Segment } from '../segment.ts';

/** A payload key with an index, and the values that the index has of rows. */
export class IndexedKey {
  readonly kind: PayloadSchemaType;
  /** As they were given; undefined if the schema was just a type. */
  readonly params: PayloadSchemaParams | undefined;
  readonly #collection: Collection;
  readonly #key: string;
  readonly #index: PayloadIndex;
  readonly #fields = new Map<number, FieldIndex | undefined>();
  readonly #numbers = new NumberList();

  private constructor(collection: Collection, key: string, index: PayloadIndex) {
    const { schema } = index.definition;
    this.kind = kindOf(schema);
    this.params = typeof schema === 'string' ? undefined : schema;
    this.#collection = collection;
    this.#key = key;
    this.#index = index;
  }

  /** Undefined if the key has no complete index. */
  static find(collection: Collection, key: string): IndexedKey | undefined {
    const index = collection.indexes.find(key);
    return index && new IndexedKey(collection, key, index);
  }

  /** The values in one segment, as of the last `env.refresh()`. */
  inSegment(segment: Segment): RowValues {
    let field = this.#fields.get(segment.id);
    if (field === undefined) {
      field = this.#collection.indexes.fieldIndex(this.#key, segment.id);
      this.#fields.set(segment.id, field);
    }
    return new RowValues({
      segment,
      field,
      index: this.#index,
      collection: this.#collection,
      numbers: this.#numbers,
    });
  }

  /** What a code stands for. */
  valueOfCode(code: number): string | boolean {
    return this.kind === 'bool' ? code === 1 : this.#index.dictionary.textOf(code);
  }
}

/**
 * The values of the rows of one segment under an indexed key: from the column and, for rows that it does not hold yet or
 * has no room for, from the payload.
 */
export class RowValues {
  readonly #segment: Segment;
  readonly #index: PayloadIndex;
  readonly #field: FieldIndex | undefined;
  readonly #column: Column | undefined;
  readonly #rows: number;
  readonly #hasUnknown: boolean;
  readonly #collection: Collection;
  readonly #numbers: NumberList;

  constructor(options: {
    readonly segment: Segment;
    readonly index: PayloadIndex;
    readonly field: FieldIndex | undefined;
    readonly collection: Collection;
    /** For the answers of {@link numbersOf}. */
    readonly numbers: NumberList;
  }) {
    this.#segment = options.segment;
    this.#index = options.index;
    this.#field = options.field;
    this.#collection = options.collection;
    this.#numbers = options.numbers;
    this.#column = options.index.column(options.segment.id);
    this.#rows = this.#column?.word('rows') ?? 0;
    this.#hasUnknown = this.#column?.word('hasUnknown') === 1;
  }

  /** For integer, float and datetime indexes: the double nearest to each value of each row. Valid until the next call. */
  numbersOf(rows: Uint32Array): NumberList {
    const list = this.#numbers;
    list.length = 0;
    const known = this.#knowsAll(rows) ? rows : rows.filter((row) => this.#knows(row));
    if (known.length > 0) this.#field!.addNumbers(known, list);
    if (known.length === rows.length) return list;
    for (const row of rows) {
      if (!this.#knows(row)) for (const cell of this.#cells(row)) list.add(Number(cell), row);
    }
    return list;
  }

  /** For keyword, UUID and boolean indexes: the code of each value of a row, the same in all segments. */
  eachCode(row: number, use: (code: number) => void): void {
    if (this.#knows(row)) this.#field!.eachCode(row, use);
    else for (const cell of this.#cells(row)) use(cell as number);
  }

  /** For integer, float and datetime indexes: the exact values of a row. */
  exactNumbers(row: number): (number | bigint)[] {
    if (this.#knows(row)) return this.#field!.valuesAt(row) as (number | bigint)[];
    return this.#cells(row).map((cell) => (typeof cell === 'bigint' ? exactInteger(cell) : (cell as number)));
  }

  /** All that there is under the key, if that is nothing but values of the index; undefined if only the payload tells. */
  allValues(row: number): readonly IndexedValue[] | undefined {
    if (!this.#knows(row)) return undefined;
    const column = this.#column!;
    if (column.has('foreign', row) || column.has('nulls', row)) return undefined;
    return this.#field!.valuesAt(row);
  }

  #knowsAll(rows: Uint32Array): boolean {
    for (let i = 0; i < rows.length; i++) if (!this.#knows(rows[i]!)) return false;
    return true;
  }

  #knows(row: number): boolean {
    if (row >= this.#rows) return false;
    return !this.#hasUnknown || !this.#column!.has('unknown', row);
  }

  #cells(row: number): readonly Cell[] {
    const payload = this.#collection.env.get(payloadKey(this.#segment.id, row));
    if (payload === undefined) return [];
    const { path, type, dictionary } = this.#index;
    return rowCells(parsePayload(payload), path, type, (text) => {
      const code = dictionary.codeOf(text);
      assert(code !== undefined, 'every text of an indexed key has a code');
      return code;
    }).values;
  }
}
