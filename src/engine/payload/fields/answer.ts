/** What an index tells of conditions on its key. */
import type { FieldCondition } from '../../../../schemas/filter.ts';
import { compileValuesCount } from '../filter/conditions/presence.ts';
import {
  allBits,
  atMost,
  type Bits,
  difference,
  either,
  exactly,
  type Truth,
  union,
} from '../filter/truth.ts';
import { allPresent, type FieldType, type FieldView } from './field-type.ts';

/** A condition on the key of an index: `isPlain` if its path leads to one value at most. */
export function answerField(
  type: FieldType,
  view: FieldView,
  condition: FieldCondition,
  isPlain: boolean,
): Truth | undefined {
  const { values_count: valuesCount, is_empty: isEmpty, is_null: isNull } = condition;
  const filled = () => view.column.flags('filled', view.rows);
  const nulls = () => view.column.flags('nulls', view.rows);
  // These decide alone, in this order.
  if (valuesCount) {
    if (!isPlain) return undefined;
    const isZeroFine = compileValuesCount(valuesCount)(null);
    return isZeroFine
      ? { certain: complement(view, filled()), possible: allBits(view.rows) }
      : atMost(filled());
  }
  if (typeof isEmpty === 'boolean') {
    if (!isEmpty) return exactly(filled());
    return isPlain ? exactly(complement(view, filled())) : undefined;
  }
  if (typeof isNull === 'boolean') {
    if (isNull) return exactly(nulls());
    return isPlain ? exactly(complement(view, nulls())) : undefined;
  }
  return answerTests(type, view, condition);
}

/** `{is_empty: {key}}` on the key of an index. */
export function answerIsEmpty(view: FieldView): Truth {
  return exactly(complement(view, view.column.flags('filled', view.rows)));
}

/** `{is_null: {key}}` on the key of an index. */
export function answerIsNull(view: FieldView): Truth {
  return exactly(view.column.flags('nulls', view.rows));
}

/** The tests of which one must hold. */
function answerTests(type: FieldType, view: FieldView, condition: FieldCondition): Truth {
  const { match, range, geo_radius: radius, geo_bounding_box: box, geo_polygon: polygon } = condition;
  const answers: (Truth | undefined)[] = [];
  if (match) answers.push(type.match?.(view, match));
  if (range) answers.push(type.range?.(view, range));
  if (radius || box || polygon) answers.push(type.geo?.(view, condition));
  // All of them ask for a value that is not null.
  const anything = () => atMost(allPresent(view).possible);
  return withUnknown(view, answers.map((answer) => answer ?? anything()).reduce(either));
}

/** Of rows that did not fit into the column nothing is known but their flags. */
function withUnknown(view: FieldView, truth: Truth): Truth {
  if (view.column.word('hasUnknown') === 0) return truth;
  const unknown = view.column.flags('unknown', view.rows);
  return { certain: difference(truth.certain, unknown), possible: union(truth.possible, unknown) };
}

function complement({ rows }: FieldView, bits: Bits): Bits {
  return difference(allBits(rows), bits);
}
