import { similarity } from './distance';
import { METRIC_EUCLID } from './metric';
import {
  GRAPH_CODES,
  GRAPH_DIM,
  GRAPH_ENTRY,
  GRAPH_METRIC,
  GRAPH_ROW_STRIDE,
  GRAPH_ROWS,
  layerOf,
  WALK_ALLOWED,
  WALK_COEFFICIENTS,
  WALK_CURSOR,
  WALK_EF,
  WALK_EVALUATIONS,
  WALK_HEAP,
  WALK_HOPS,
  WALK_LENGTH,
  WALK_LIST,
  WALK_MODE,
  WALK_POOL,
  WALK_QUERY,
  WALK_QUERY_CODE,
  WALK_SCORES,
  WALK_TARGET,
  WALK_TOMBSTONES,
  WALK_TOUCHED,
} from './graph';
import { heapOffer } from './heap';
import { seedWalk } from './hnsw-two-hops';
import { FLAG_HIDDEN, keyOffset, keyScore, poolKey } from './pool';
import {
  COEFFICIENT_LENGTH,
  COEFFICIENT_STEP,
  encodeQuery,
  RECORD_NORM,
  RECORD_STEP,
  recordAt,
  scoreCodes,
  touchRecords,
} from './quantize';
import { descend, MODE_SCAN, MODE_TWO_HOPS, walkFrom, walkOn } from './walk';

/** Of an even distribution over one step: 4 / sqrt(12). */
const FOUR_DEVIATIONS: f32 = 1.1547005;
/** Rows scored at a time: their codes must fit into the first cache. */
const BATCH: usize = 32;

/**
 * Starts a search (HNSW paper, Algorithm 5) for the float32 query in the walk's query buffer: descends to the lowest
 * layer and puts the entry there into a pool of `ef`. Returns 0 if the graph is empty: then there is nothing to run.
 */
export function searchBegin(
  graph: usize,
  walk: usize,
  ef: u32,
  mode: u32,
  tombstones: usize,
  allowed: usize,
): u32 {
  store<u32>(walk, 0, WALK_LENGTH);
  store<u32>(walk, 0, WALK_HOPS);
  store<u32>(walk, 0, WALK_EVALUATIONS);
  const entry = atomic.load<u32>(graph, GRAPH_ENTRY);
  if (entry == 0) return 0;
  const query: usize = load<u32>(walk, WALK_QUERY);
  const code: usize = load<u32>(walk, WALK_QUERY_CODE);
  const hasCodes = load<u32>(graph, GRAPH_CODES) != 0;
  if (!isDefined(QUANTIZED) && hasCodes) encodeQuery(graph, query, code, walk + WALK_COEFFICIENTS);
  store<u32>(walk, hasCodes ? code : query, WALK_TARGET);
  store<u32>(walk, tombstones, WALK_TOMBSTONES);
  store<u32>(walk, allowed, WALK_ALLOWED);
  store<u32>(walk, mode, WALK_MODE);
  if (mode == MODE_SCAN) {
    store<u32>(walk, ef, WALK_EF);
    store<u32>(walk, 0, WALK_CURSOR);
    return 1;
  }
  const start = descend(graph, walk, entry - 1, layerOf(graph, entry - 1), 0);
  walkFrom(graph, walk, start, ef);
  if (mode == MODE_TWO_HOPS) seedWalk(graph, walk);
  return 1;
}

/** How many of the rows found so far may be returned: not hidden, and below `limit`. */
export function searchFound(walk: usize, limit: u32): u32 {
  const pool: usize = load<u32>(walk, WALK_POOL);
  const end = pool + ((load<u32>(walk, WALK_LENGTH) as usize) << 3);
  let count: u32 = 0;
  for (let at = pool; at < end; at += 8) {
    const key = load<i64>(at);
    if ((key & FLAG_HIDDEN) == 0 && keyOffset(key) < limit) count++;
  }
  return count;
}

/** Expands at most `hops` candidates; 1 when the search is finished. Between two calls the caller may give it up. */
export function searchRun(graph: usize, walk: usize, hops: u32): u32 {
  return walkOn(graph, walk, 0, hops) ? 1 : 0;
}

/**
 * How far the exact score of a row may reasonably lie above its score by codes: the rounding errors of all dimensions
 * are independent and even, so four standard deviations of their sum. (Euclid: the error of the row's codes counts along
 * the way from the query to the row.)
 */
function errorMax(isEuclid: bool, coefficients: usize, record: usize, score: f32): f32 {
  const length: f32 = isEuclid
    ? 2 * sqrt<f32>(max<f32>(-score, 0))
    : load<f32>(coefficients, COEFFICIENT_LENGTH);
  const rowError = length * load<f32>(record, RECORD_STEP);
  const queryError = load<f32>(coefficients, COEFFICIENT_STEP) * sqrt<f32>(load<f32>(record, RECORD_NORM));
  return FOUR_DEVIATIONS * (rowError + queryError);
}

/** Scores what a walk by other codes has found once more by the graph's own, whose errors are small and known. */
function scoreByOwnCodes(graph: usize, walk: usize): void {
  const pool: usize = load<u32>(walk, WALK_POOL);
  const end = pool + ((load<u32>(walk, WALK_LENGTH) as usize) << 3);
  const code: usize = load<u32>(walk, WALK_QUERY_CODE);
  const list: usize = load<u32>(walk, WALK_LIST);
  const scores: usize = load<u32>(walk, WALK_SCORES);
  encodeQuery(graph, load<u32>(walk, WALK_QUERY), code, walk + WALK_COEFFICIENTS);
  for (let at = pool; at < end; at += BATCH << 3) {
    const n = min<usize>(BATCH, (end - at) >> 3);
    for (let i: usize = 0; i < n; i++) store<u32>(list + (i << 2), keyOffset(load<i64>(at + (i << 3))));
    store<u32>(walk, touchRecords(graph, list, n as u32), WALK_TOUCHED);
    scoreCodes(graph, code, walk + WALK_COEFFICIENTS, list, n as u32, scores);
    for (let i: usize = 0; i < n; i++) {
      const key = load<i64>(at + (i << 3));
      const rescored = poolKey(load<f32>(scores + (i << 2)), keyOffset(key));
      store<i64>(at + (i << 3), rescored | (key & FLAG_HIDDEN));
    }
  }
}

/**
 * Offers the rows that were found and are below `limit` to the walk's heap, by their exact scores; returns the heap's
 * length. Once the heap is full, rows that cannot get into it are not scored again: most of a pool much larger than k.
 */
export function searchEnd(graph: usize, walk: usize, limit: u32, heapLength: u32, k: u32): u32 {
  if (isDefined(QUANTIZED)) scoreByOwnCodes(graph, walk);
  const pool: usize = load<u32>(walk, WALK_POOL);
  const end = pool + ((load<u32>(walk, WALK_LENGTH) as usize) << 3);
  const metric = load<u32>(graph, GRAPH_METRIC);
  const rows: usize = load<u32>(graph, GRAPH_ROWS);
  const stride: usize = load<u32>(graph, GRAPH_ROW_STRIDE);
  const dim = load<u32>(graph, GRAPH_DIM);
  const query: usize = load<u32>(walk, WALK_QUERY);
  const heap: usize = load<u32>(walk, WALK_HEAP);
  const hasCodes = load<u32>(graph, GRAPH_CODES) != 0;
  const coefficients = walk + WALK_COEFFICIENTS;
  for (let at = pool; at < end; at += 8) {
    const key = load<i64>(at);
    const offset = keyOffset(key);
    if ((key & FLAG_HIDDEN) != 0 || offset >= limit) continue;
    let score = keyScore(key);
    if (hasCodes) {
      const error = errorMax((metric & 3) == METRIC_EUCLID, coefficients, recordAt(graph, offset), score);
      if (heapLength == k && score + error < load<f32>(heap)) continue;
      score = similarity(metric, rows + (offset as usize) * stride, query, dim);
    }
    heapLength = heapOffer(heap, heapLength, k, score, offset);
  }
  return heapLength;
}

/**
 * Writes the rows that `searchEnd` would offer to the walk's heap, with the most that their exact scores may reasonably
 * be; returns how many there are. Not for graphs without codes.
 */
export function searchBounds(graph: usize, walk: usize, limit: u32): u32 {
  if (isDefined(QUANTIZED)) scoreByOwnCodes(graph, walk);
  const pool: usize = load<u32>(walk, WALK_POOL);
  const length = load<u32>(walk, WALK_LENGTH);
  const heap: usize = load<u32>(walk, WALK_HEAP);
  const isEuclid = (load<u32>(graph, GRAPH_METRIC) & 3) == METRIC_EUCLID;
  let count: u32 = 0;
  for (let i: u32 = 0; i < length; i++) {
    const key = load<i64>(pool + ((i as usize) << 3));
    const offset = keyOffset(key);
    if ((key & FLAG_HIDDEN) != 0 || offset >= limit) continue;
    const score = keyScore(key);
    const error = errorMax(isEuclid, walk + WALK_COEFFICIENTS, recordAt(graph, offset), score);
    count = heapOffer(heap, count, length, score + error, offset);
  }
  return count;
}

/** As `searchEnd`, but by the scores that the walk has seen. */
export function searchEndByCodes(walk: usize, limit: u32, heapLength: u32, k: u32): u32 {
  const pool: usize = load<u32>(walk, WALK_POOL);
  const end = pool + ((load<u32>(walk, WALK_LENGTH) as usize) << 3);
  const heap: usize = load<u32>(walk, WALK_HEAP);
  for (let at = pool; at < end; at += 8) {
    const key = load<i64>(at);
    const offset = keyOffset(key);
    if ((key & FLAG_HIDDEN) != 0 || offset >= limit) continue;
    heapLength = heapOffer(heap, heapLength, k, keyScore(key), offset);
  }
  return heapLength;
}
