import { EF_MAX, type WALK_MODE } from '../../../kernels/graph-layout.ts';

export interface WalkDemand {
  /** Rows that the graph holds. */
  readonly rows: number;
  /** How many of them may be returned: neither deleted nor left out by a filter. An estimate will do. */
  readonly matches: number;
  /** Links of a node. */
  readonly m: number;
  /** Candidate list asked for, at least `k`. */
  readonly ef: number;
  readonly k: number;
}

export interface WalkPlan {
  readonly mode: keyof typeof WALK_MODE;
  readonly ef: number;
}

/** Share of matches from which a walk goes through the other rows as if they were matches. */
const HIDDEN_SHARE_MIN = 0.6;
/** Share of matches below which not even two hops lead from each to the next. */
const TWO_HOPS_SHARE_MIN = 0.02;
/** Candidates that a walk scores before it is among the nearest, and for each entry of its list by links of a node. */
const ROWS_TO_ARRIVE = 200;
const ROWS_PER_LINK = 0.7;
/** Matches that are scored one after another in the time that a walk takes for one candidate, twice as long for it allowed. */
const SCAN_GAIN = 3;
/** How many more entries than `k` matches need on average, where only some entries are matches. */
const HIDDEN_RESERVE = 1.2;

/**
 * Chooses how to search a graph when not all rows may be returned. Measured on 50,000 x 384 (sentence embeddings, m = 16,
 * ef = 128, k = 10): recall, and CPU as a multiple of the same search without a filter. The matches are random, or the
 * nearest of one vector while the queries come from everywhere.
 *
 * | matches          | hidden       | twoHops     | scan       |
 * |------------------|--------------|-------------|------------|
 * | 1 %, random      | 0.13, 1.1    | 0.91, 2.2   | 1.00, 0.3  |
 * | 1 %, correlated  | 0.07, 1.0    | 1.00, 1.3   | 1.00, 0.2  |
 * | 3 %, random      | 0.38, 1.1    | 0.99, 2.8   | 1.00, 0.5  |
 * | 3 %, correlated  | 0.18, 1.0    | 0.98, 1.6   | 1.00, 0.5  |
 * | 10 %, random     | 0.94, 1.1    | 0.99, 2.5   | 1.00, 1.9  |
 * | 10 %, correlated | 0.51, 1.0    | 0.96, 1.7   | 1.00, 1.8  |
 * | 30 %, random     | 0.99, 1.1    | 0.98, 1.7   | 1.00, 4.3  |
 * | 30 %, correlated | 0.91, 1.1    | 0.99, 1.5   | 1.00, 4.3  |
 * | 50 %, random     | 0.99, 1.1    | 0.99, 1.7   | 1.00, 6.5  |
 * | 50 %, correlated | 0.99, 1.2    | 0.99, 1.5   | 1.00, 6.4  |
 * | 90 %, both       | 0.99, 1.2    | 0.99, 1.3   | 1.00, 8.6  |
 *
 * The cost of a scan grows with the matches, that of the walks hardly: so the scan goes by their number, with the ef that
 * it would save, the walks by their share.
 */
export function planWalk({ rows, matches, m, ef, k }: WalkDemand): WalkPlan {
  if (matches >= rows) return { mode: 'plain', ef };
  const share = matches / rows;
  const scanMax = SCAN_GAIN * (ROWS_TO_ARRIVE + ROWS_PER_LINK * m * ef);
  // Twice the k: a row may lie a little further back by its codes than by its floats.
  if (matches <= scanMax || share < TWO_HOPS_SHARE_MIN)
    return { mode: 'scan', ef: atMost(Math.max(ef, 2 * k)) };
  if (share < HIDDEN_SHARE_MIN) return { mode: 'twoHops', ef };
  return { mode: 'hidden', ef: atMost(Math.max(ef, Math.ceil((HIDDEN_RESERVE * k) / share))) };
}

function atMost(ef: number): number {
  return Math.min(ef, EF_MAX);
}
