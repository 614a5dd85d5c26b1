import { parsePayload, type PayloadObject } from '../../../shared/json/lossless.ts';
import { payloadKey } from '../../../storage/keys.ts';
import type { Dictionary } from '../../payload/fields/dictionary.ts';
import { kindOf } from '../../payload/fields/field-types.ts';
import type { NumberList } from '../../payload/fields/number-list.ts';
import type { PayloadIndex } from '../../payload/fields/payload-indexes.ts';
import { TokenRows } from '../../payload/fields/token-rows.ts';
import { findValues, textsAt } from '../../payload/path.ts';
import { isPayloadObject } from '../../payload/values.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { Segment } from '../segment.ts';
import { PayloadNumbers } from './payload-numbers.ts';
import { currentRow } from './record.ts';

/** Lengths of elements by the dictionary of their index, which a thread keeps as long as the index. */
const remembered = new WeakMap<Dictionary, PayloadNumbers>();

function elementWords({ elements, type }: PayloadIndex, payload: PayloadObject): string[][] {
  return findValues(payload, elements!.path)
    .filter(isPayloadObject)
    .map((element) => textsAt(element, elements!.below).flatMap((text) => type.tokensOf!(text)));
}

/** A payload key with a text index that can rank. */
export class IndexedTexts {
  readonly #collection: Collection;
  readonly #index: PayloadIndex;

  private constructor(collection: Collection, index: PayloadIndex) {
    this.#collection = collection;
    this.#index = index;
  }

  /** Undefined if the key has no such index, or none that is complete. */
  static find(collection: Collection, key: string): IndexedTexts | undefined {
    const index = collection.indexes.find(key);
    if (index === undefined) return undefined;
    const { schema } = index.definition;
    const canRank = kindOf(schema) === 'text' && typeof schema === 'object' && 'scoring' in schema;
    return canRank && schema.scoring ? new IndexedTexts(collection, index) : undefined;
  }

  /** The different words of a text that is searched for. */
  words(text: string): string[] {
    return [...new Set(this.#index.type.queryTokensOf?.(text))];
  }

  /** Calls `use` for every row of a segment that has a word, deleted ones too, with how often it has it. */
  eachRow(segment: Segment, word: string, use: (row: number, count: number) => void): void {
    const { definition, dictionary } = this.#index;
    const code = dictionary.codeOf(word);
    if (code !== undefined) new TokenRows(this.#collection.env, definition.id, segment.id).each(code, use);
  }

  /** How many words each of the rows has. */
  lengths(segment: Segment, rows: Uint32Array): Uint32Array {
    const column = this.#index.column(segment.id);
    const known = column?.word('rows') ?? 0;
    return rows.map((row) => {
      if (row >= known) return this.#lengthOf(segment, row);
      return column!.has('single', row) ? column!.codes[(column!.layout.cells >> 2) + row]! : 0;
    });
  }

  /** Whether each object of an array is a text of its own. */
  get isOfElements(): boolean {
    return this.#index.elements !== undefined;
  }

  /** The words of each element of a row, or of the one that has replaced it: its payload may be gone by now. */
  elements(segment: Segment, row: number): string[][] {
    const current = currentRow(this.#collection, { segment, offset: row });
    return current === undefined ? [] : elementWords(this.#index, parsePayload(current.payload));
  }

  /** How many words each element has, those without words left out; with their rows, deleted ones too. */
  elementLengths(segment: Segment, cancel: Cancellation): Readonly<NumberList> {
    const index = this.#index;
    let lengths = remembered.get(index.dictionary);
    if (lengths === undefined) {
      lengths = new PayloadNumbers((payload) =>
        elementWords(index, payload)
          .map((words) => words.length)
          .filter((length) => length > 0),
      );
      remembered.set(index.dictionary, lengths);
    }
    return lengths.ofSegment(this.#collection, segment, cancel);
  }

  #lengthOf(segment: Segment, row: number): number {
    const { path, type } = this.#index;
    const payload = this.#collection.env.get(payloadKey(segment.id, row));
    if (payload === undefined) return 0;
    return textsAt(parsePayload(payload), path).reduce((sum, text) => sum + type.tokensOf!(text).length, 0);
  }
}
