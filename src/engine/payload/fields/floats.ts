/** Indexes of floats: every number, as the nearest double. */
import type { Match, RangeInterface } from '../../../../schemas/filter.ts';
import { atMost, exactly, noBits, type Truth, union } from '../filter/truth.ts';
import { asDouble } from '../values.ts';
import { floatBounds } from './bounds.ts';
import { allPresent, atMostForeign, type FieldType, type FieldView, foreign, present } from './field-type.ts';
import { isMomentRange } from './moments.ts';

export const FLOAT: FieldType = {
  cell: 'float',
  cellOf: asDouble,
  valueAt: ({ column }, address) => column.floats[address >> 3]!,
  match: answerMatch,
  range: answerRange,
};

function answerMatch(view: FieldView, match: Match): Truth | undefined {
  if ('except' in match) return atMost(allPresent(view).possible);
  // Whether 1 was stored as an integer, only the payload tells.
  const isOfNumbers = 'value' in match ? typeof match.value !== 'string' : 'any' in match;
  return isOfNumbers ? atMost(union(present(view), foreign(view))) : atMostForeign(view);
}

function answerRange(view: FieldView, range: RangeInterface): Truth {
  if (isMomentRange(range)) return atMostForeign(view);
  const { low, high } = floatBounds(range);
  if (low > high) return exactly(noBits(view.rows));
  return exactly(
    view.column.hits(view.rows, ({ kernels }, cells, count, out) =>
      kernels.columnFloats(cells, count, low, high, out),
    ),
  );
}
