/** Conditions on the values under a key. */
import type { FieldCondition } from '../../../../../schemas/filter.ts';
import { type KeyPath, someValue, textsAt } from '../../path.ts';
import type { Predicate, ValueTest } from '../predicate.ts';
import { compileGeoBoundingBox, compileGeoPolygon, compileGeoRadius } from './geo.ts';
import { compileMatch } from './match.ts';
import { compileIsEmptyField, compileIsNullField, compileValuesCount } from './presence.ts';
import { compileRange } from './range.ts';

/** A test that stands alone in its condition, and what it says of a key that leads to nothing. */
interface LoneTest {
  readonly test: ValueTest;
  readonly ifMissing: boolean;
}

/** Of several tests in one condition, `values_count`, `is_empty` and `is_null` decide alone, in this order. */
function loneTest(condition: FieldCondition): LoneTest | undefined {
  const { values_count: valuesCount, is_empty: isEmpty, is_null: isNull } = condition;
  if (valuesCount) {
    const test = compileValuesCount(valuesCount);
    return { test, ifMissing: test(null) };
  }
  if (typeof isEmpty === 'boolean') return { test: compileIsEmptyField(isEmpty), ifMissing: isEmpty };
  if (typeof isNull === 'boolean') return { test: compileIsNullField(isNull), ifMissing: !isNull };
  return undefined;
}

/** The tests of which one must hold. */
function alternatives(condition: FieldCondition, isMatchKnown: boolean): ValueTest[] {
  const tests: ValueTest[] = [];
  if (condition.match && !isMatchKnown) tests.push(compileMatch(condition.match));
  if (condition.range) tests.push(compileRange(condition.range));
  if (condition.geo_radius) tests.push(compileGeoRadius(condition.geo_radius));
  if (condition.geo_bounding_box) tests.push(compileGeoBoundingBox(condition.geo_bounding_box));
  if (condition.geo_polygon) tests.push(compileGeoPolygon(condition.geo_polygon));
  return tests;
}

type TextsTest = (texts: readonly string[]) => boolean;

const isAnything: ValueTest = () => true;

/**
 * Compiles a condition on the values that a path leads to: true if one of them passes. `textsTest` is what its `match` asks of
 * all strings found, where a text index says so.
 *
 * @throws NEARIFY_FORMAT for a bound that does not parse
 */
export function compileField(condition: FieldCondition, path: KeyPath, textsTest?: TextsTest): Predicate {
  const lone = loneTest(condition);
  if (lone !== undefined) {
    const { test, ifMissing } = lone;
    if (!ifMissing) return (point) => someValue(point.payload(), path, test);
    return (point) => {
      const payload = point.payload();
      return someValue(payload, path, test) || !someValue(payload, path, isAnything);
    };
  }
  const tests = alternatives(condition, textsTest !== undefined);
  const either: ValueTest = (value) => tests.some((test) => test(value));
  const test = tests.length === 1 ? tests[0]! : either;
  if (textsTest === undefined) return (point) => someValue(point.payload(), path, test);
  return (point) => {
    const payload = point.payload();
    return textsTest(textsAt(payload, path)) || (tests.length > 0 && someValue(payload, path, test));
  };
}
