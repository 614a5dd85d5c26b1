/** Indexes of datetimes: microseconds as i64. */
import type { Match, RangeInterface } from '../../../../schemas/filter.ts';
import { parseDatetime } from '../../../shared/datetime.ts';
import type { PayloadValue } from '../../../shared/json/lossless.ts';
import { atMost, exactly, noBits, type Truth, union } from '../filter/truth.ts';
import { exactInteger, I64_MAX, I64_MIN, type IntegerBounds } from './bounds.ts';
import { allPresent, atMostForeign, type FieldType, type FieldView, foreign } from './field-type.ts';

export const DATETIME: FieldType = {
  cell: 'integer',
  cellOf: momentOf,
  valueAt: ({ column }, address) => exactInteger(column.integers[address >> 3]!),
  match: answerMatch,
  range: answerRange,
};

/** A range is one of moments as soon as a bound is a string. */
export function isMomentRange(range: RangeInterface): boolean {
  return [range.gt, range.gte, range.lt, range.lte].some((bound) => typeof bound === 'string');
}

function momentOf(value: PayloadValue): bigint | undefined {
  const moment = typeof value === 'string' ? parseDatetime(value) : undefined;
  return moment === undefined ? undefined : BigInt(moment);
}

/** The column knows moments, not how they are written. */
function answerMatch(view: FieldView, match: Match): Truth | undefined {
  if ('value' in match && typeof match.value === 'string') {
    const moment = momentOf(match.value);
    if (moment === undefined) return atMostForeign(view);
    return atMost(union(within(view, { low: moment, high: moment }), foreign(view)));
  }
  return 'value' in match ? atMostForeign(view) : atMost(allPresent(view).possible);
}

function answerRange(view: FieldView, range: RangeInterface): Truth {
  if (!isMomentRange(range)) return atMostForeign(view);
  return exactly(within(view, momentBounds(range)));
}

function within({ column, rows }: FieldView, { low, high }: IntegerBounds) {
  if (low > high) return noBits(rows);
  return column.hits(rows, ({ kernels }, cells, count, out) =>
    kernels.columnIntegers(cells, count, low, high, out),
  );
}

/** The bounds were checked when the filter was compiled. */
function momentBounds({ gt, gte, lt, lte }: RangeInterface): IntegerBounds {
  const lows = [momentAt(gte), momentAt(gt, 1n), I64_MIN].filter((bound) => bound !== undefined);
  const highs = [momentAt(lte), momentAt(lt, -1n), I64_MAX].filter((bound) => bound !== undefined);
  return {
    low: lows.reduce((a, b) => (a > b ? a : b)),
    high: highs.reduce((a, b) => (a < b ? a : b)),
  };
}

function momentAt(bound: RangeInterface['gt'], step = 0n): bigint | undefined {
  const moment = typeof bound === 'string' ? momentOf(bound) : undefined;
  return moment === undefined ? undefined : moment + step;
}
