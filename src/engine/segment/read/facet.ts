import type { FacetRequest } from '../../../../schemas/facet.ts';
import { wrongInput } from '../../../shared/errors.ts';
import { parsePointId } from '../../../shared/ids.ts';
import type { JsonWriter } from '../../../shared/json/writer.ts';
import { type CountedValue, NumberCounts, TopCounts } from '../../query/facet.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import { IndexedKey, type RowValues } from './indexed-key.ts';
import { matchingRows, type RowBatch, rowCount } from './rows.ts';

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
  const rows = matchingRows(collection, { filter: filter ?? undefined, excluded: [] }, cancel);
  const top = new TopCounts<CountedValue>(Number(limit ?? LIMIT));
  if (key.kind === 'integer') countIntegers(rows, key, top, rowCount(collection));
  else countCodes(rows, key, top);
  writer.text('{"hits":[');
  for (const [i, { value, count }] of top.sorted().entries()) {
    writer.text(i === 0 ? '{"value":' : ',{"value":');
    if (typeof value === 'string') writer.string(value);
    else writer.text(String(value));
    writer.text(`,"count":${count}}`);
  }
  writer.text(']}');
}

function isCountable({ kind, params }: IndexedKey): boolean {
  if (kind === 'integer') return params?.type !== 'integer' || params.lookup !== false;
  return kind === 'keyword' || kind === 'uuid' || kind === 'bool';
}

function countIntegers(
  batches: Iterable<RowBatch>,
  key: IndexedKey,
  top: TopCounts<CountedValue>,
  expected: number,
): void {
  const counts = new NumberCounts(expected);
  const largeCounts = new Map<number | bigint, number>();
  for (const { segment, offsets } of batches) {
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
  counts.offerTo(top);
  for (const [value, count] of largeCounts) top.offer(value, count);
}

/** Calls `use` with the codes of the values of a row, those that mean the same only once. */
type EachCode = (values: RowValues, row: number, use: (code: number) => void) => void;

function countCodes(batches: Iterable<RowBatch>, key: IndexedKey, top: TopCounts<CountedValue>): void {
  let counts = new Uint32Array(CODES_START);
  const add = (code: number): void => {
    if (code >= counts.length) counts = widened(counts, code);
    counts[code]! += 1;
  };
  const eachCode: EachCode =
    key.kind === 'uuid' ? eachUuidOf(key) : (values, row, use) => values.eachCode(row, use);
  for (const { segment, offsets } of batches) {
    const values = key.inSegment(segment);
    for (const offset of offsets) eachCode(values, offset, add);
  }
  for (let code = 0; code < counts.length; code++) {
    const count = counts[code]!;
    if (count > 0 && top.wants(count)) top.offer(shownValue(key, code), count);
  }
}

function widened(counts: Uint32Array, code: number): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(Math.max(code + 1, counts.length * 2));
  wider.set(counts);
  return wider;
}

function shownValue(key: IndexedKey, code: number): string | boolean {
  const value = key.valueOfCode(code);
  return key.kind === 'uuid' ? String(parsePointId(value)) : value;
}

/** A UUID may be stored in several spellings, and is one value all the same: the code of the one that is met first. */
function eachUuidOf(key: IndexedKey): EachCode {
  const firstCodes = new Map<string | boolean, number>();
  const codes = new Map<number, number>();
  const firstCode = (code: number): number => {
    let first = codes.get(code);
    if (first === undefined) {
      const uuid = shownValue(key, code);
      first = firstCodes.get(uuid) ?? code;
      firstCodes.set(uuid, first);
      codes.set(code, first);
    }
    return first;
  };
  const met: number[] = [];
  return (values, row, use) => {
    met.length = 0;
    values.eachCode(row, (code) => {
      const first = firstCode(code);
      if (!met.includes(first)) met.push(first);
    });
    for (const code of met) use(code);
  };
}
