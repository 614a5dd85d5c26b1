/** Filters over many rows at once, as far as indexes know: bitmap algebra over what they tell of each condition. */
import type { Condition, Filter } from '../../../../schemas/filter.ts';
import { isFilter, listOf } from './compile.ts';
import { allBits, atLeast, atMost, both, either, exactly, isEmpty, not, type Truth } from './truth.ts';

/** What is known of the conditions of a filter in one segment. */
export interface ConditionAnswers {
  /** Rows that are asked about, from 0. */
  readonly rows: number;
  /** For any condition but a filter; undefined: nothing is known. */
  answer(condition: Exclude<Condition, Filter>): Truth | undefined;
}

/** The rows that pass a validated filter, certainly or possibly. O(conditions · rows / 32) besides the answers. */
export function evaluateFilter(filter: Filter, answers: ConditionAnswers): Truth {
  const { rows } = answers;
  const ask = (condition: Condition): Truth =>
    isFilter(condition)
      ? evaluateFilter(condition, answers)
      : (answers.answer(condition) ?? atMost(allBits(rows)));
  const parts: Truth[] = [];
  for (const condition of listOf(filter.must)) {
    const part = ask(condition);
    if (isEmpty(part.possible)) return part;
    parts.push(part);
  }
  const should = listOf(filter.should);
  if (should.length > 0) parts.push(should.map(ask).reduce(either));
  const { min_should: minShould } = filter;
  if (minShould) {
    const { conditions, min_count: minCount } = minShould;
    const count = Math.min(Number(minCount), conditions.length + 1);
    parts.push(atLeast(count, conditions.map(ask), rows));
  }
  const mustNot = listOf(filter.must_not);
  if (mustNot.length > 0) parts.push(not(mustNot.map(ask).reduce(either), rows));
  return parts.length === 0 ? exactly(allBits(rows)) : parts.reduce(both);
}
