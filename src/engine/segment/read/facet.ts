import type { FacetRequest } from '../../../../schemas/facet.ts';
import type { Filter } from '../../../../schemas/filter.ts';
import { wrongInput } from '../../../shared/errors.ts';
import { parsePointId } from '../../../shared/ids.ts';
import type { JsonWriter } from '../../../shared/json/writer.ts';
import { type Count, type CountedValue, NumberCounts, topCounts } from '../../query/facet.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import { IndexedKey } from './indexed-key.ts';
import { matchingRows } from './rows.ts';

const LIMIT = 10;
const CODES_START = 1024;

/**
 * Writes `{"hits":[…]}`: the values that most of the matching points have. A point counts once for each of its values. The
 * counts are exact even where estimates would do.
 * @throws NEARIFY_WRONG_INPUT if the key has no index that knows its values
 */
export function facet(
  collection: Collection,
  { key: name, limit, filter }: FacetRequest,
  writer: JsonWriter,
  cancel: Cancellation,
): void {
  const key = IndexedKey.find(collection, name);
  if (key === undefined || !isCountable(key)) {
    throw wrongInput(
      `No appropriate index for faceting: \`${name}\`. Please create one to facet on this field.`,
    );
  }
  const count = key.kind === 'integer' ? countIntegers : countCodes;
  const hits = topCounts(count(collection, key, filter ?? undefined, cancel), limit ?? LIMIT);
  writer.text('{"hits":[');
  for (const [i, { value, count: points }] of hits.entries()) {
    writer.text(i === 0 ? '{"value":' : ',{"value":');
    if (typeof value === 'string') writer.string(value);
    else writer.text(String(value));
    writer.text(`,"count":${points}}`);
  }
  writer.text(']}');
}

function isCountable({ kind, params }: IndexedKey): boolean {
  if (kind === 'integer') return params?.type !== 'integer' || params.lookup !== false;
  return kind === 'keyword' || kind === 'uuid' || kind === 'bool';
}

function* countIntegers(
  collection: Collection,
  key: IndexedKey,
  filter: Filter | undefined,
  cancel: Cancellation,
): Generator<Count<number | bigint>> {
  const counts = new NumberCounts();
  const largeCounts = new Map<number | bigint, number>();
  for (const { segment, offsets } of matchingRows(collection, { filter, excluded: [] }, cancel)) {
    const rowValues = key.inSegment(segment);
    const { values, rows, length } = rowValues.numbersOf(offsets);
    const inexact = new Set<number>();
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      if (Number.isSafeInteger(value)) counts.add(value);
      else inexact.add(rows[i]!);
    }
    for (const row of inexact) {
      for (const value of rowValues.exactNumbers(row)) {
        if (!Number.isSafeInteger(Number(value))) largeCounts.set(value, (largeCounts.get(value) ?? 0) + 1);
      }
    }
  }
  yield* counts;
  for (const [value, count] of largeCounts) yield { value, count };
}

function countCodes(
  collection: Collection,
  key: IndexedKey,
  filter: Filter | undefined,
  cancel: Cancellation,
): Iterable<Count<CountedValue>> {
  let counts = new Uint32Array(CODES_START);
  const add = (code: number): void => {
    if (code >= counts.length) counts = widened(counts, code);
    counts[code]! += 1;
  };
  for (const { segment, offsets } of matchingRows(collection, { filter, excluded: [] }, cancel)) {
    const values = key.inSegment(segment);
    for (const offset of offsets) values.eachCode(offset, add);
  }
  const found: Count<string | boolean>[] = [];
  for (let code = 0; code < counts.length; code++) {
    const count = counts[code]!;
    if (count > 0) found.push({ value: key.valueOfCode(code), count });
  }
  return key.kind === 'uuid' ? withOneSpelling(found) : found;
}

function widened(counts: Uint32Array, code: number): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(Math.max(code + 1, counts.length * 2));
  wider.set(counts);
  return wider;
}

/** A UUID may be stored in several spellings, and is one value all the same. */
function withOneSpelling(found: readonly Count<string | boolean>[]): Count<string>[] {
  const counts = new Map<string, number>();
  for (const { value, count } of found) {
    const uuid = String(parsePointId(value));
    counts.set(uuid, (counts.get(uuid) ?? 0) + count);
  }
  return Array.from(counts, ([value, count]) => ({ value, count }));
}
