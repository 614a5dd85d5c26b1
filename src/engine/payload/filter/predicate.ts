/** What a compiled filter is, and what it asks of a point. */
import type { PointId } from '../../../shared/ids.ts';
import type { PayloadObject, PayloadValue } from '../../../shared/json/lossless.ts';

/** A point as a filter sees it. One object may stand for many points in turn. */
export interface FilterPoint {
  /** Undefined inside of `nested`, where an element of an array takes the place of the point. */
  readonly id: PointId | undefined;
  /** The parsed payload; conditions on ids and vectors do not ask for it. */
  payload(): PayloadObject;
  /** Whether the point has a vector of that name, `''` being the unnamed one. */
  hasVector(name: string): boolean;
}

export type Predicate = (point: FilterPoint) => boolean;

/** A test of one value that a key path found. */
export type ValueTest = (value: PayloadValue) => boolean;

/** Compiles the filter of a `nested` condition, or one that is a condition itself. */
export type FilterCompiler<Filter> = (filter: Filter) => Predicate;

/** True for a value that passes, or an array with an element that does; arrays inside of it are not looked into. */
export function anyElement(test: ValueTest): ValueTest {
  return (value) => (Array.isArray(value) ? value.some(test) : test(value));
}
