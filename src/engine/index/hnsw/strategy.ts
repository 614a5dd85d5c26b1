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

/**
 * Chooses how to search a graph when not all rows may be returned. Measured by bench/ann/filtered.ts on 50,000 x 384
 * (sentence embeddings, m = 16, ef = 128, k = 10): recall, and CPU as a multiple of the same search without a filter. The
 * matches are random, the rows nearest to a vector, or those farthest from it, while the queries come from everywhere.
 *
 * | matches      | hidden      | twoHops     | scan        |
 * |--------------|-------------|-------------|-------------|
 * | 1 %, random  | 0.14, 0.9   | 0.92, 2.2   | 1.00, 0.3   |
 * | 1 %, near    | 0.11, 1.0   | 0.99, 1.4   | 1.00, 0.3   |
 * | 3 %, random  | 0.39, 0.9   | 0.98, 2.3   | 1.00, 0.5   |
 * | 3 %, near    | 0.25, 0.9   | 0.98, 1.6   | 1.00, 0.5   |
 * | 10 %, random | 0.95, 1.0   | 0.99, 1.9   | 1.00, 2.2   |
 * | 10 %, near   | 0.54, 1.0   | 0.97, 1.5   | 1.00, 2.2   |
 * | 10 %, far    | 0.58, 1.0   | 0.97, 1.6   | 1.00, 2.2   |
 * | 30 %, random | 0.99, 1.0   | 0.99, 1.5   | 1.00, 5.2   |
 * | 30 %, far    | 0.88, 1.0   | 0.97, 1.4   | 1.00, 4.9   |
 * | 50 %, random | 1.00, 1.0   | 0.99, 1.5   | 1.00, 7.0   |
 * | 50 %, far    | 0.95, 1.0   | 0.98, 1.4   | 1.00, 6.9   |
 * | 70 %, far    | 0.98, 1.0   | 0.99, 1.3   | 1.00, 8.3   |
 * | 90 %, far    | 0.99, 1.0   | 0.99, 1.2   | 1.00, 10.2  |
 *
 * The cost of a scan grows with the number of matches, that of the walks hardly: so a scan is chosen by their number, which
 * may be the greater the larger ef is, and the walks by their share.
 *
 * What no walk does well: matches in a few clusters far apart from each other and from the query. On 50,000 x 32 rows in
 * eight separate clusters two hops find 0.75 to 0.99 of the matches that are nearest to, or farthest from, one row, and
 * less by Dot.
 */
export function planWalk({ rows, matches, m, ef, k }: WalkDemand): WalkPlan {
  if (matches >= rows) return { mode: 'plain', ef };
  const share = matches / rows;
  const scanMax = SCAN_GAIN * (ROWS_TO_ARRIVE + ROWS_PER_LINK * m * ef);
  // Twice the k: a row may lie a little further back by its codes than by its floats.
  if (matches <= scanMax || share < TWO_HOPS_SHARE_MIN)
    return { mode: 'scan', ef: atMost(Math.max(ef, 2 * k)) };
  if (share < HIDDEN_SHARE_MIN) return { mode: 'twoHops', ef };
  // As many matches among the candidates as a plain walk has: hidden rows would push out what leads to the others.
  return { mode: 'hidden', ef: atMost(Math.ceil(ef / share)) };
}

function atMost(ef: number): number {
  return Math.min(ef, EF_MAX);
}
