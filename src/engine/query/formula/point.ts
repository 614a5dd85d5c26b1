import type { FilterPoint } from '../../payload/filter/predicate.ts';

/** A point as a formula sees it. One object may stand for many points in turn. */
export interface FormulaPoint extends FilterPoint {
  /** The point's score in the prefetch of that number; undefined if it was not found there. */
  score(prefetch: number): number | undefined;
}

/** A compiled expression: its value for a point, in double precision. */
export type Evaluate = (point: FormulaPoint) => number;
