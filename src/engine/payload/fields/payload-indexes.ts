import type { Condition, FieldCondition, Filter, Match, Nested } from '../../../../schemas/filter.ts';
import type { PayloadFieldSchema } from '../../../../schemas/payload-index.ts';
import type { Env } from '../../../storage/env.ts';
import { badRequest } from '../../../shared/errors.ts';
import { type ElementsKey, type FilterContext, type KeyIndex, listOf } from '../filter/compile.ts';
import { elementsPath } from '../filter/conditions/nested.ts';
import { atMost, type Bits, intersection, type Truth, union } from '../filter/truth.ts';
import { EVERY, type KeyPath, parsePath, pathKey } from '../path.ts';
import { answerField, answerIsEmpty, answerIsNull } from './answer.ts';
import { Column, type ColumnHandle } from './column.ts';
import { Dictionary } from './dictionary.ts';
import { FieldIndex } from './field-index.ts';
import type { FieldType, FieldView } from './field-type.ts';
import { fieldType, kindOf } from './field-types.ts';
import { TokenRows } from './token-rows.ts';

/** What is stored of an index beside its columns. */
export interface IndexDefinition {
  /** Never given to another index of the collection. */
  readonly id: number;
  /** The key as it was given. */
  readonly key: string;
  readonly schema: PayloadFieldSchema;
  /** Until then it is built over the rows that were there before, and no read uses it. */
  readonly isComplete: boolean;
}

/** An index as plain data that can be sent between threads. */
export interface PayloadIndexHandle extends IndexDefinition {
  readonly columns: readonly ColumnHandle[];
}

/** An index as one thread works with it. */
export class PayloadIndex implements KeyIndex {
  readonly definition: IndexDefinition;
  readonly path: KeyPath;
  readonly type: FieldType;
  readonly elements: ElementsKey | undefined;
  readonly dictionary: Dictionary;
  readonly columns: readonly Column[];

  constructor(options: {
    readonly definition: IndexDefinition;
    readonly dictionary: Dictionary;
    readonly columns: readonly Column[];
  }) {
    this.definition = options.definition;
    this.path = parsePath(options.definition.key);
    this.type = fieldType(options.definition.schema);
    this.elements = elementsKey(options.definition);
    this.dictionary = options.dictionary;
    this.columns = options.columns;
  }

  /** How a text index takes texts apart, for filters that look at payloads. */
  textTest(match: Match): ((texts: readonly string[]) => boolean) | undefined {
    return this.type.textTest?.(match);
  }

  column(segmentId: number): Column | undefined {
    return this.columns.find(({ handle }) => handle.segmentId === segmentId);
  }

  get handle(): PayloadIndexHandle {
    return { ...this.definition, columns: this.columns.map(({ handle }) => handle) };
  }
}

/** The array of an index with `nested`. @throws NEARIFY_BAD_REQUEST if the key is not below it */
export function elementsKey({
  key,
  schema,
}: Pick<IndexDefinition, 'key' | 'schema'>): ElementsKey | undefined {
  const nested = typeof schema === 'object' ? schema.nested : undefined;
  if (typeof nested !== 'string') return undefined;
  const elements = elementsPath(nested);
  const path = parsePath(key);
  const below = path.slice(elements.length);
  if (below.length === 0 || pathKey(path.slice(0, elements.length)) !== pathKey(elements)) {
    throw badRequest(`The key \`${key}\` is not inside of the elements of \`${nested}\``);
  }
  return { path: elements, below };
}

type ViewOf = (index: PayloadIndex | undefined) => FieldView | undefined;

/** The payload indexes of a collection on one thread. */
export class PayloadIndexes {
  readonly env: Env;
  readonly module: WebAssembly.Module;
  readonly threadIndex: number;
  readonly all: readonly PayloadIndex[];
  /** What the complete ones mean for filters. */
  readonly context: FilterContext;
  readonly #complete: ReadonlyMap<string, PayloadIndex>;

  constructor(options: {
    readonly env: Env;
    readonly module: WebAssembly.Module;
    readonly threadIndex: number;
    readonly all: readonly PayloadIndex[];
  }) {
    this.env = options.env;
    this.module = options.module;
    this.threadIndex = options.threadIndex;
    this.all = options.all;
    const complete = options.all.filter(({ definition }) => definition.isComplete);
    this.#complete = new Map(complete.map((index) => [pathKey(index.path), index]));
    this.context = { indexes: this.#complete };
  }

  /** Attaches to the indexes of `handles`; what `before` has attached already is taken over. */
  static attach(
    handles: readonly PayloadIndexHandle[],
    options: { readonly env: Env; readonly module: WebAssembly.Module; readonly threadIndex: number },
    before?: PayloadIndexes,
  ): PayloadIndexes {
    const all = handles.map(({ columns, ...definition }) => {
      const known = before?.all.find((index) => index.definition.id === definition.id);
      return new PayloadIndex({
        definition,
        dictionary: known?.dictionary ?? new Dictionary(options.env, definition.id),
        columns: columns.map(
          (handle) =>
            known?.columns.find(({ handle: { memory } }) => memory === handle.memory) ??
            new Column(handle, options.module, options.threadIndex),
        ),
      });
    });
    return new PayloadIndexes({ ...options, all });
  }

  /** True if filters have to be compiled again and to be asked again. */
  differsFrom(other: PayloadIndexes): boolean {
    const ids = ({ all }: PayloadIndexes) =>
      JSON.stringify(
        all.filter(({ definition }) => definition.isComplete).map(({ definition }) => definition.id),
      );
    return ids(this) !== ids(other);
  }

  /** The complete index on a key. */
  find(key: string): PayloadIndex | undefined {
    return this.#complete.size === 0 ? undefined : this.#complete.get(pathKey(parsePath(key)));
  }

  /** The values of a complete index in one segment; undefined if there is no such index. */
  fieldIndex(key: string, segmentId: number): FieldIndex | undefined {
    const index = this.find(key);
    const column = index?.column(segmentId);
    if (index === undefined || column === undefined) return undefined;
    const { schema } = index.definition;
    return new FieldIndex({
      kind: kindOf(schema),
      params: typeof schema === 'string' ? undefined : schema,
      type: index.type,
      column,
      dictionary: index.dictionary,
    });
  }

  /** What the indexes tell of a condition on payloads for the rows below `rows` of a segment; undefined: nothing. */
  answer(
    condition: Exclude<Condition, Filter>,
    { segmentId, rows }: { readonly segmentId: number; readonly rows: number },
  ): Truth | undefined {
    const viewOf: ViewOf = (index) => {
      const column = index?.column(segmentId);
      if (index === undefined || column === undefined || column.word('rows') < rows) return undefined;
      const tokenRows = new TokenRows(this.env, index.definition.id, segmentId);
      return { column, dictionary: index.dictionary, tokenRows, rows };
    };
    if ('key' in condition) return this.#answerField(condition, viewOf);
    if ('nested' in condition) return this.#answerNested(condition.nested, viewOf);
    if ('is_empty' in condition) {
      const index = this.find(condition.is_empty.key);
      const view = viewOf(index);
      // A column does not tell if one of several elements is empty.
      return view && index?.elements === undefined ? answerIsEmpty(view) : undefined;
    }
    if ('is_null' in condition) {
      const view = viewOf(this.find(condition.is_null.key));
      return view && answerIsNull(view);
    }
    return undefined;
  }

  #answerField(condition: FieldCondition, viewOf: ViewOf): Truth | undefined {
    const index = this.find(condition.key);
    const view = viewOf(index);
    if (index === undefined || view === undefined) return undefined;
    return answerField(index.type, view, condition, !index.path.includes(EVERY));
  }

  /** An element that passes the inner filter has values under its keys, which the indexes of those know. */
  #answerNested({ key, filter }: Nested, viewOf: ViewOf): Truth | undefined {
    const prefix = elementsPath(key);
    const possible = (condition: Condition) => this.#possibleBelow(prefix, condition, viewOf);
    const bounds = listOf(filter.must).map(possible);
    const should = listOf(filter.should).map(possible);
    if (should.length > 0 && should.every((bound) => bound !== undefined)) bounds.push(should.reduce(union));
    const known = bounds.filter((bound) => bound !== undefined);
    return known.length === 0 ? undefined : atMost(known.reduce(intersection));
  }

  #possibleBelow(prefix: KeyPath, condition: Condition, viewOf: ViewOf): Bits | undefined {
    if (!('key' in condition) || isOfPresence(condition)) return undefined;
    const index = this.#complete.get(pathKey([...prefix, ...parsePath(condition.key)]));
    const view = viewOf(index);
    // Inside of a nested filter no text index says what a match means.
    if (index === undefined || view === undefined || index.type.tokensOf !== undefined) return undefined;
    return answerField(index.type, view, condition, false)?.possible;
  }
}

/** A condition that can hold where there is no value. */
function isOfPresence({ values_count, is_empty, is_null }: FieldCondition): boolean {
  return Boolean(values_count) || typeof is_empty === 'boolean' || typeof is_null === 'boolean';
}
