/** `values_count`, `is_empty` and `is_null`: tests of what there is under a key rather than of what it says. */
import type { ValuesCount } from '../../../../../schemas/filter.ts';
import type { PayloadValue } from '../../../../shared/json/lossless.ts';
import { type KeyPath, someValue } from '../../path.ts';
import { isPayloadArray } from '../../values.ts';
import type { Predicate, ValueTest } from '../predicate.ts';

const isEmpty = (value: PayloadValue): boolean =>
  value === null || (isPayloadArray(value) && value.length === 0);

const isNotEmpty: ValueTest = (value) => !isEmpty(value);

const isNull: ValueTest = (value) => value === null;

const isNullOrHasNull: ValueTest = (value) =>
  value === null || (isPayloadArray(value) && value.includes(null));

function countOf(value: PayloadValue): number {
  if (value === null) return 0;
  return isPayloadArray(value) ? value.length : 1;
}

/** Bounds of the number of values: the length of an array, 0 for null, 1 for anything else. */
export function compileValuesCount(bounds: ValuesCount): ValueTest {
  const lt = bounds.lt ?? Number.POSITIVE_INFINITY;
  const lte = bounds.lte ?? Number.POSITIVE_INFINITY;
  const gt = bounds.gt ?? Number.NEGATIVE_INFINITY;
  const gte = bounds.gte ?? Number.NEGATIVE_INFINITY;
  return (value) => {
    const count = countOf(value);
    return count < lt && count <= lte && count > gt && count >= gte;
  };
}

/** `{is_empty: {key}}`: nothing is found but nulls and empty arrays; `[null]` is not empty. */
export function compileIsEmpty(path: KeyPath): Predicate {
  return (point) => !someValue(point.payload(), path, isNotEmpty);
}

/**
 * `{is_null: {key}}`: a null is found. One inside of an array counts only where the key has an index (`looksInside`), as
 * in Qdrant.
 */
export function compileIsNull(path: KeyPath, looksInside: boolean): Predicate {
  const test = looksInside ? isNullOrHasNull : isNull;
  return (point) => someValue(point.payload(), path, test);
}

/** `{key, is_empty: flag}`, asked of each value found on its own. */
export function compileIsEmptyField(flag: boolean): ValueTest {
  return (value) => isEmpty(value) === flag;
}

/** `{key, is_null: flag}`, asked of each value found on its own; a null inside of an array counts. */
export function compileIsNullField(flag: boolean): ValueTest {
  return (value) => isNullOrHasNull(value) === flag;
}
