/** Indexes of integers: every number that is one, floats such as 1.0 included, as far as it is an i64. */
import type { Match, RangeInterface } from '../../../../schemas/filter.ts';
import { JsonFloat, type PayloadValue } from '../../../shared/json/lossless.ts';
import { difference, exactly, noBits, type Truth, union } from '../filter/truth.ts';
import { exactInteger, floatBounds, I64_MAX, I64_MIN, integerBounds } from './bounds.ts';
import type { CellScan } from './column.ts';
import {
  allPresent,
  atMostForeign,
  type FieldType,
  type FieldView,
  foreign,
  orForeign,
} from './field-type.ts';
import { isMomentRange } from './moments.ts';

export const INTEGER: FieldType = {
  cell: 'integer',
  cellOf: integerOf,
  // 1.0 is sorted and counted as 1, but matches no integer.
  isWhole: (value) => !(value instanceof JsonFloat),
  valueAt: ({ column }, address) => exactInteger(column.integers[address >> 3]!),
  match: answerMatch,
  range: answerRange,
};

function integerOf(value: PayloadValue): bigint | undefined {
  const number = value instanceof JsonFloat ? value.value : value;
  if (typeof number === 'number') {
    if (!Number.isInteger(number)) return undefined;
  } else if (typeof number !== 'bigint') {
    return undefined;
  }
  const integer = BigInt(number);
  return integer >= I64_MIN && integer <= I64_MAX ? integer : undefined;
}

function answerMatch(view: FieldView, match: Match): Truth | undefined {
  if ('value' in match) return equal(view, [match.value]);
  if ('any' in match) return equal(view, match.any);
  if (!('except' in match)) return atMostForeign(view);
  const integers = integersOf(match.except);
  if (integers === undefined) return allPresent(view);
  // What the column does not hold as it is is something else than an integer: it is in no list of them.
  return exactly(union(view.column.misses(view.rows, scanIntegers(integers)), foreign(view)));
}

function equal(view: FieldView, wanted: readonly unknown[]): Truth {
  const integers = integersOf(wanted);
  if (integers === undefined) return atMostForeign(view);
  const possible =
    integers.length === 0 ? noBits(view.rows) : view.column.hits(view.rows, scanIntegers(integers));
  if (view.column.word('hasForeign') === 0) return exactly(possible);
  return { certain: difference(possible, foreign(view)), possible };
}

function answerRange(view: FieldView, range: RangeInterface): Truth {
  if (isMomentRange(range)) return atMostForeign(view);
  const { low, high } = integerBounds(floatBounds(range));
  const certain =
    low > high
      ? noBits(view.rows)
      : view.column.hits(view.rows, ({ kernels }, cells, count, out) =>
          kernels.columnIntegers(cells, count, low, high, out),
        );
  return orForeign(view, certain);
}

/** Undefined if there are other values in the list. */
function integersOf(values: readonly unknown[]): bigint[] | undefined {
  const integers: bigint[] = [];
  for (const value of values) {
    if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
    integers.push(BigInt(value));
  }
  return integers;
}

/** More integers than this are looked up in a set, cell by cell, instead of compared one after the other. */
const COMPARED_MAX = 24;

function scanIntegers(integers: readonly bigint[]): CellScan {
  const numbers = integers.map(Number);
  if (integers.length > COMPARED_MAX && numbers.every(Number.isSafeInteger)) return scanManyNumbers(numbers);
  return ({ kernels }, cells, count, out) => {
    for (const integer of integers) kernels.columnIntegers(cells, count, integer, integer, out);
  };
}

function scanManyNumbers(numbers: readonly number[]): CellScan {
  const wanted = new Set(numbers);
  return ({ codes, signed }, cells, count, out) => {
    const from = cells >> 2;
    const to = out >> 2;
    for (let i = 0; i < count; i++) {
      const at = from + 2 * i;
      // Inexact beyond 2^53, but then it is no number of the set either.
      if (wanted.has(signed[at + 1]! * 2 ** 32 + codes[at]!)) codes[to + (i >> 5)]! |= 1 << (i & 31);
    }
  };
}
