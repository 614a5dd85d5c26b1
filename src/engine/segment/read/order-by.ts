import type { OrderByInterface } from '../../../../schemas/points.ts';
import { parseDatetime } from '../../../shared/datetime.ts';
import { wrongInput } from '../../../shared/errors.ts';
import { float64Text } from '../../../shared/json/float64.ts';
import { TopK } from '../../query/top-k.ts';
import type { Collection } from '../collection.ts';
import { IndexedKey } from './indexed-key.ts';
import { type RowBatch, rowAt, rowKey, type ScoredRow } from './rows.ts';

/** An order of points by the values of a payload key. */
export interface Ordering {
  readonly key: IndexedKey;
  /** 1: smallest first, -1: largest first. */
  readonly sign: 1 | -1;
  /** The first value that is wanted. */
  readonly startFrom: number | bigint | undefined;
}

/** @throws NEARIFY_WRONG_INPUT if the key has no index that knows an order */
export function orderingOf(collection: Collection, orderBy: OrderByInterface): Ordering {
  const { key: name, direction, start_from } = typeof orderBy === 'string' ? { key: orderBy } : orderBy;
  const key = IndexedKey.find(collection, name);
  if (key === undefined || !isOrdered(key)) {
    throw wrongInput(
      `No range index for \`order_by\` key: \`${name}\`. Please create one to use \`order_by\`.`,
    );
  }
  const startFrom = typeof start_from === 'string' ? parseDatetime(start_from) : start_from;
  return { key, sign: direction === 'desc' ? -1 : 1, startFrom: startFrom ?? undefined };
}

function isOrdered({ kind, params }: IndexedKey): boolean {
  if (kind === 'integer') return params?.type !== 'integer' || params.range !== false;
  return kind === 'float' || kind === 'datetime';
}

/**
 * The first `limit` of the rows in the order, one entry for each of their values; rows without a value are left out. Entries
 * with equal values come in any order. `batches` may be called twice. O(values · log limit).
 */
export function orderedRows(
  collection: Collection,
  batches: () => Iterable<RowBatch>,
  ordering: Ordering,
  limit: number,
): ScoredRow[] {
  const entries = byNearestDoubles(batches(), ordering, limit) ?? byExactValues(batches(), ordering, limit);
  const text =
    ordering.key.kind === 'float' ? (value: number | bigint) => float64Text(Number(value)) : String;
  return entries.map(({ value, name }) => ({
    ...rowAt(collection, name),
    score: 1,
    orderValue: text(value),
  }));
}

interface Entry {
  readonly value: number | bigint;
  /** Key of the row. */
  readonly name: number;
}

function isWanted(value: number | bigint, { sign, startFrom }: Ordering): boolean {
  if (startFrom === undefined) return true;
  return sign === 1 ? value >= startFrom : value <= startFrom;
}

/** Undefined if there are integers that doubles do not tell apart. */
function byNearestDoubles(
  batches: Iterable<RowBatch>,
  ordering: Ordering,
  limit: number,
): Entry[] | undefined {
  const { key, sign } = ordering;
  const isExact = key.kind === 'float';
  const best = new TopK(limit);
  for (const { segment, offsets } of batches) {
    const { values, rows, length } = key.inSegment(segment).numbersOf(offsets);
    const first = rowKey({ segment, offset: 0 });
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      if (!isExact && !Number.isSafeInteger(value)) return undefined;
      if (isWanted(value, ordering)) best.offer(-sign * value, first + rows[i]!);
    }
  }
  return best.sorted().map(({ score, name: row }) => ({ value: -sign * score, name: row }));
}

function byExactValues(batches: Iterable<RowBatch>, ordering: Ordering, limit: number): Entry[] {
  const entries: Entry[] = [];
  for (const { segment, offsets } of batches) {
    const values = ordering.key.inSegment(segment);
    for (const offset of offsets) {
      const name = rowKey({ segment, offset });
      for (const value of values.exactNumbers(offset)) {
        if (isWanted(value, ordering)) entries.push({ value, name });
      }
    }
  }
  const { sign } = ordering;
  entries.sort(({ value: a }, { value: b }) => (a < b ? -sign : a > b ? sign : 0));
  return entries.slice(0, limit);
}
