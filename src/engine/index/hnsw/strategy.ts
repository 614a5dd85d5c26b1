import { EF_MAX, type WALK_MODE } from '../../../kernels/graph-layout.ts';

export interface WalkDemand {
  /** Rows that the graph holds. */
  readonly rows: number;
  /** How many of them may be returned: neither deleted nor left out by a filter. An estimate will do. */
  readonly matches: number;
  /** Links of a node. */
  readonly m: number;
  /** Bytes of a row that a walk reads to score it. */
  readonly rowBytes: number;
  /** Candidate list asked for, at least `k`. */
  readonly ef: number;
  readonly k: number;
  /** Whether the codes are so exact that the best rows by codes are the best ones, give or take a few. */
  readonly areCodesExact: boolean;
  /** Walk by two hops, if at all, where no greater share of the rows matches. */
  readonly twoHopsMax?: number | undefined;
}

export interface WalkStep {
  readonly mode: keyof typeof WALK_MODE;
  readonly ef: number;
}

export interface WalkPlan extends WalkStep {
  /** For a walk through hidden rows, whose list is longer: what was asked for. */
  readonly efAsked?: number;
  /** What to do instead where the neighbourhood of the query has too few matches for a walk through hidden rows. */
  readonly otherwise?: WalkStep;
}

/** Share of matches below which not even two hops lead from each to the next. */
const TWO_HOPS_SHARE_MIN = 0.02;
/** Candidates that a walk scores before it is among the nearest, and for each entry of its list by links of a node. */
const ROWS_TO_ARRIVE = 200;
const ROWS_PER_LINK = 0.7;
/** Nanoseconds for a row, by a walk and by a scan, and for each byte of it. */
const WALK_NS = 24;
const SCAN_NS = 4;
const NS_PER_BYTE = 1 / 9;
/** A scan, which misses nothing, may cost so many times what a walk without a filter does; more where a walk has failed. */
const SCAN_COST_MAX = 2;
const LATER_SCAN_COST_MAX = 3.2;
/** Entries of the list of a scan, at least. */
const SCAN_EF_MIN = 32;
/** How much longer a list gets for hidden rows, so that they cost no recall, and how much the walk may cost so that k are left. */
const HIDDEN_GROWTH = 1.5;
const HIDDEN_COST_MAX = 2;

/**
 * Chooses how to search a graph when not all rows may be returned. Measured by bench/ann/filtered.ts (m = 16, ef = 128,
 * k = 10): recall, and CPU as a multiple of the same search without a filter. The matches are random, the rows nearest to a
 * vector, or those farthest from it, while the queries come from everywhere. A: 50,000 x 384, sentence embeddings; B:
 * 100,000 x 128 in 1,000 clusters of low dimension; C: 50,000 x 32 in 8 clusters far apart.
 *
 * | matches        | hidden     | twoHops    | scan       |
 * |----------------|------------|------------|------------|
 * | A 1 %, random  | 0.14, 0.9  | 0.92, 1.9  | 1.00, 0.2  |
 * | A 10 %, random | 0.95, 1.0  | 0.99, 2.0  | 1.00, 2.2  |
 * | A 10 %, near   | 0.53, 0.9  | 0.97, 1.5  | 1.00, 2.2  |
 * | A 30 %, far    | 0.89, 1.0  | 0.98, 1.4  | 1.00, 5.4  |
 * | B 10 %, random | 0.91, 1.1  | 0.87, 1.6  | 1.00, 1.7  |
 * | B 10 %, near   | 0.58, 1.0  | 0.93, 1.2  | 1.00, 1.7  |
 * | B 30 %, random | 0.98, 1.0  | 0.91, 1.3  | 1.00, 4.0  |
 * | B 50 %, near   | 0.97, 1.0  | 0.95, 1.0  | 1.00, 5.6  |
 * | C 10 %, random | 0.95, 1.0  | 1.00, 3.3  | 1.00, 1.2  |
 * | C 30 %, near   | 0.55, 1.0  | 0.81, 1.8  | 1.00, 2.1  |
 * | C 50 %, far    | 0.77, 1.0  | 0.97, 1.8  | 1.00, 3.8  |
 *
 * A walk through hidden rows finds what is nearest if enough of what it comes across matches. Whether it does depends less
 * on the share of matches among all rows than on that around the query: so the walk looks after a few hops (`searchGraph`).
 * Where there are too few it is given up for a scan, whose cost grows with the matches, or for two hops.
 */
export function planWalk({
  rows,
  matches,
  m,
  rowBytes,
  ef,
  k,
  areCodesExact,
  twoHopsMax = 0,
}: WalkDemand): WalkPlan {
  if (matches >= rows) return { mode: 'plain', ef };
  const share = matches / rows;
  const walkRows = ROWS_TO_ARRIVE + ROWS_PER_LINK * m * ef;
  const walkCost = walkRows * (WALK_NS + NS_PER_BYTE * rowBytes);
  const scanCost = (matches * (SCAN_NS + NS_PER_BYTE * rowBytes)) / walkCost;
  // Twice the k: a row may lie a little further back by its codes than by its floats.
  const scanEf = Math.max(2 * k, areCodesExact ? SCAN_EF_MIN : ef);
  const scan: WalkStep = { mode: 'scan', ef: atMost(scanEf) };
  if (scanCost <= SCAN_COST_MAX) return scan;
  const twoHops: WalkStep = { mode: 'twoHops', ef };
  if (share <= twoHopsMax) return twoHops;
  const efMax = (HIDDEN_COST_MAX * walkRows - ROWS_TO_ARRIVE) / (ROWS_PER_LINK * m);
  const isScan = share < TWO_HOPS_SHARE_MIN || scanCost <= LATER_SCAN_COST_MAX;
  return {
    mode: 'hidden',
    ef: atMost(Math.ceil(Math.min(efAmong(share, ef, k), efMax))),
    efAsked: ef,
    otherwise: isScan ? scan : twoHops,
  };
}

/** The list that a walk through hidden rows needs where this share of the rows matches, if `ef` would do without any. */
export function efAmong(share: number, ef: number, k: number): number {
  // Hardly ever fewer than k: more by three deviations of a random number.
  const matchesWanted = k + 3 * Math.sqrt(k);
  return Math.max(Math.min(HIDDEN_GROWTH, 1 / share) * ef, matchesWanted / share);
}

function atMost(ef: number): number {
  return Math.min(ef, EF_MAX);
}
