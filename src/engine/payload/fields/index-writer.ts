import type { PayloadFieldSchema } from '../../../../schemas/payload-index.ts';
import { assert } from '../../../shared/assert.ts';
import { parsePayload, type PayloadObject, stringifyPayload } from '../../../shared/json/lossless.ts';
import type { Env } from '../../../storage/env.ts';
import { columnBlockKey } from '../../../storage/keys.ts';
import { findValues, type KeyPath, parsePath, pathKey, textsAt } from '../path.ts';
import { NO_CELLS } from './cells.ts';
import { Column, createColumn } from './column.ts';
import { ColumnWriter } from './column-writer.ts';
import { Dictionary, DictionaryWriter } from './dictionary.ts';
import { readIndexState, writeIndexState } from './index-state.ts';
import {
  type IndexDefinition,
  PayloadIndex,
  type PayloadIndexes,
  type PayloadIndexHandle,
} from './payload-indexes.ts';
import { rowCells } from './row-cells.ts';
import { TokenRowsWriter } from './token-rows.ts';

/** A segment as far as columns follow it. */
export interface IndexedSegment {
  readonly id: number;
  readonly capacity: number;
  readonly layout: { readonly scratch: readonly unknown[] };
}

/** What one transaction changes in one index. */
class IndexChanges {
  index: PayloadIndex;
  readonly dictionary: DictionaryWriter;
  readonly writers = new Map<number, ColumnWriter>();
  readonly tokenRows = new Map<number, TokenRowsWriter>();
  readonly #env: Env;

  constructor(index: PayloadIndex, env: Env) {
    this.index = index;
    this.#env = env;
    this.dictionary = new DictionaryWriter(index.dictionary, env, index.definition.id);
  }

  /** `payload`: undefined for a row that is gone; `before`: what the row had until now. */
  set(segment: IndexedSegment, row: number, payload?: PayloadObject, before?: PayloadObject): void {
    const { path, type } = this.index;
    if (payload !== undefined && before !== undefined && isSameAt(path, before, payload)) return;
    const codeFor = (text: string) => this.dictionary.codeFor(text);
    let cells = payload === undefined ? NO_CELLS : rowCells(payload, path, type, codeFor);
    if (type.tokensOf !== undefined) {
      const tokens = this.#tokens(payload);
      this.#tokenRows(segment.id).change(row, this.#tokens(before), tokens);
      if (cells.values.length > 0) {
        cells = { ...cells, values: [tokens.values().reduce((sum, count) => sum + count, 0)] };
      }
    }
    this.writers.get(segment.id)!.set(row, cells);
  }

  /** The tokens of all strings under the key, by their codes, with how often each occurs. */
  #tokens(payload: PayloadObject | undefined): Map<number, number> {
    const counts = new Map<number, number>();
    if (payload === undefined) return counts;
    const { path, type } = this.index;
    for (const text of textsAt(payload, path)) {
      for (const token of type.tokensOf!(text)) {
        const code = this.dictionary.codeFor(token);
        counts.set(code, (counts.get(code) ?? 0) + 1);
      }
    }
    return counts;
  }

  #tokenRows(segmentId: number): TokenRowsWriter {
    const known = this.tokenRows.get(segmentId);
    if (known !== undefined) return known;
    const writer = new TokenRowsWriter(this.#env, this.index.definition.id, segmentId);
    this.tokenRows.set(segmentId, writer);
    return writer;
  }
}

/** Both payloads have the same under a key, so that its index need not change. */
function isSameAt(path: KeyPath, a: PayloadObject, b: PayloadObject): boolean {
  return stringifyPayload(findValues(a, path)) === stringifyPayload(findValues(b, path));
}

/**
 * The payload indexes in one write transaction: their columns follow the rows that it writes, and it may add and drop
 * indexes. As with rows, nothing shows before `publish`, and what is rolled back is written over by the next one.
 */
export class IndexWriter {
  readonly #before: PayloadIndexes;
  readonly #changes: IndexChanges[];
  /** Indexes were added, dropped or completed, or have a column more. */
  #isChanged = false;

  /** Begin inside `env.write`. */
  constructor(indexes: PayloadIndexes) {
    this.#before = indexes;
    this.#changes = indexes.all.map((index) => new IndexChanges(index, indexes.env));
  }

  /** The indexes after the transaction. */
  get handles(): PayloadIndexHandle[] {
    return this.#changes.map(({ index }) => index.handle);
  }

  /** Other threads must attach to the indexes anew. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** Indexes that are not complete. */
  get unfinished(): readonly number[] {
    return this.#changes
      .filter(({ index }) => !index.definition.isComplete)
      .map(({ index }) => index.definition.id);
  }

  /** A new row, after all others of its segment; `payload`: JSON text. */
  append(segment: IndexedSegment, row: number, payload: Uint8Array): void {
    let parsed: PayloadObject | undefined;
    for (const changes of this.#changes) {
      if (!changes.index.definition.isComplete) continue;
      parsed ??= parsePayload(payload);
      this.#follow(changes, segment);
      changes.set(segment, row, parsed);
    }
  }

  /** Whether `rewrite` has to be told what a row had before. */
  get asksForBefore(): boolean {
    return this.#changes.some(({ index }) => index.type.tokensOf !== undefined);
  }

  /** A row gets another payload; `before`: the one that it has, if `asksForBefore`. */
  rewrite(segment: IndexedSegment, row: number, payload: Uint8Array, before?: Uint8Array): void {
    const parsedBefore = before && parsePayload(before);
    let parsed: PayloadObject | undefined;
    for (const changes of this.#changes) {
      const { rowsEnd } = this.#follow(changes, segment);
      if (row >= rowsEnd) continue;
      parsed ??= parsePayload(payload);
      changes.set(segment, row, parsed, parsedBefore);
    }
  }

  /** Adds an index without rows, in the place of one on the same key; does nothing if that has the same schema. */
  create(key: string, schema: PayloadFieldSchema): void {
    const existing = this.#on(key);
    if (existing !== undefined) {
      if (JSON.stringify(existing.index.definition.schema) === JSON.stringify(schema)) return;
      this.drop(key);
    }
    const { env } = this.#before;
    const state = readIndexState(env);
    const definition: IndexDefinition = { id: state.nextId, key, schema, isComplete: false };
    writeIndexState(env, {
      ...state,
      nextId: state.nextId + 1,
      indexes: [...state.indexes, { ...definition, built: {} }],
    });
    const dictionary = new Dictionary(env, definition.id);
    this.#changes.push(new IndexChanges(new PayloadIndex({ definition, dictionary, columns: [] }), env));
    this.#isChanged = true;
  }

  /** Removes an index; what it has in storage is left to `cleanDropped`. No index, no change. */
  drop(key: string): void {
    const existing = this.#on(key);
    if (existing === undefined) return;
    const { id } = existing.index.definition;
    const state = readIndexState(this.#before.env);
    writeIndexState(this.#before.env, {
      ...state,
      indexes: state.indexes.filter((index) => index.id !== id),
      dropped: [...state.dropped, id],
    });
    this.#changes.splice(this.#changes.indexOf(existing), 1);
    this.#isChanged = true;
  }

  /** The first row of a segment that an unfinished index does not hold. */
  nextRow(indexId: number, segment: IndexedSegment): number {
    return this.#follow(this.#ofIndex(indexId), segment).rowsEnd;
  }

  /** Adds the next row of a segment to an unfinished index; `payload`: JSON text, undefined if the row is gone. */
  build(indexId: number, segment: IndexedSegment, payload: Uint8Array | undefined): void {
    const changes = this.#ofIndex(indexId);
    const row = this.#follow(changes, segment).rowsEnd;
    changes.set(segment, row, payload && parsePayload(payload));
  }

  /** The index holds all rows. */
  complete(indexId: number): void {
    const changes = this.#ofIndex(indexId);
    const { definition, dictionary, columns } = changes.index;
    changes.index = new PayloadIndex({
      definition: { ...definition, isComplete: true },
      dictionary,
      columns,
    });
    this.#isChanged = true;
  }

  /** Writes what has changed; call inside the transaction, last. */
  store(): void {
    const { env } = this.#before;
    for (const { index, dictionary, writers, tokenRows } of this.#changes) {
      dictionary.store();
      for (const rows of tokenRows.values()) rows.store();
      for (const [segmentId, writer] of writers) {
        for (const { block, value } of writer.encodedBlocks()) {
          env.put(columnBlockKey(index.definition.id, segmentId, block), value);
        }
      }
    }
    this.#storeProgress(env);
  }

  /** Brings the published rows of a segment into line; call after the commit, while readers of it wait. */
  applyChanges(segmentId: number): void {
    for (const { writers } of this.#changes) writers.get(segmentId)?.applyChanges();
  }

  /** Makes the new rows of a segment readable; call before the segment shows its rows and tombstones. */
  publish(segmentId: number, isDead: (row: number) => boolean, deleted: ReadonlySet<number>): void {
    for (const { writers } of this.#changes) writers.get(segmentId)?.publish(isDead, deleted);
  }

  /** Call after the commit. */
  publishCodes(): void {
    for (const { dictionary } of this.#changes) dictionary.publish();
  }

  /** Columns must be told of rows that die, whether others change or not. */
  touch(segment: IndexedSegment): void {
    for (const changes of this.#changes) this.#follow(changes, segment);
  }

  #on(key: string): IndexChanges | undefined {
    const wanted = pathKey(parsePath(key));
    return this.#changes.find(({ index }) => pathKey(index.path) === wanted);
  }

  #ofIndex(indexId: number): IndexChanges {
    const found = this.#changes.find(({ index }) => index.definition.id === indexId);
    assert(found !== undefined, `index ${indexId} exists`);
    return found;
  }

  /** The writer of an index's column for a segment, which gets a column if it has none. */
  #follow(changes: IndexChanges, segment: IndexedSegment): ColumnWriter {
    const known = changes.writers.get(segment.id);
    if (known !== undefined) return known;
    const { definition, dictionary, columns, type } = changes.index;
    let column = changes.index.column(segment.id);
    if (column === undefined) {
      const { capacity, layout } = segment;
      const options = { cell: type.cell, capacity, scratchCount: layout.scratch.length };
      const { module, threadIndex } = this.#before;
      column = new Column(createColumn(segment.id, options), module, threadIndex);
      changes.index = new PayloadIndex({ definition, dictionary, columns: [...columns, column] });
      this.#isChanged = true;
    }
    const writer = new ColumnWriter(column);
    changes.writers.set(segment.id, writer);
    return writer;
  }

  /** How far unfinished indexes are, so that a restart goes on there. */
  #storeProgress(env: Env): void {
    if (this.#changes.length === 0) return;
    const state = readIndexState(env);
    const indexes = this.#changes.map(({ index: { definition }, writers }) => {
      if (definition.isComplete) return definition;
      const stored = state.indexes.find(({ id }) => id === definition.id);
      const built = { ...stored?.built };
      for (const [segmentId, { rowsEnd }] of writers) built[segmentId] = rowsEnd;
      return { ...definition, built };
    });
    if (JSON.stringify(indexes) !== JSON.stringify(state.indexes)) {
      writeIndexState(env, { ...state, indexes });
    }
  }
}
