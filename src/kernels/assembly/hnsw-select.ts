import {
  GRAPH_CODES,
  GRAPH_ROW_STRIDE,
  GRAPH_ROWS,
  WALK_LIST,
  WALK_ROW_COEFFICIENTS,
  WALK_SCORES,
} from './graph';
import { keyOffset, keyScore } from './pool';
import { RECORD_CODES, recordAt, rowCoefficients } from './quantize';
import { scoreList } from './hnsw-candidates';

/** Makes the row at `offset` the fixed side of `scoreList`: sets the coefficients, returns the target. */
export function rowAsTarget(graph: usize, offset: u32, coefficients: usize): usize {
  if (load<u32>(graph, GRAPH_CODES)) {
    const record = recordAt(graph, offset);
    rowCoefficients(graph, record, coefficients);
    return record + RECORD_CODES;
  }
  const stride: usize = load<u32>(graph, GRAPH_ROW_STRIDE);
  return (load<u32>(graph, GRAPH_ROWS) as usize) + (offset as usize) * stride;
}

/** Score of the row at `offset` against itself. The list of the walk is overwritten. */
export function scoreSelf(graph: usize, walk: usize, target: usize, coefficients: usize, offset: u32): f32 {
  const list: usize = load<u32>(walk, WALK_LIST);
  const scores: usize = load<u32>(walk, WALK_SCORES);
  store<u32>(list, offset);
  scoreList(graph, target, coefficients, list, 1, scores);
  return load<f32>(scores);
}

/** Whether one of the `count` > 0 rows in `selected` is closer to the candidate than `score`. */
function isCovered(graph: usize, walk: usize, candidate: u32, score: f32, selected: usize, count: u32): bool {
  const coefficients = walk + WALK_ROW_COEFFICIENTS;
  const scores: usize = load<u32>(walk, WALK_SCORES);
  const target = rowAsTarget(graph, candidate, coefficients);
  const end = selected + ((count as usize) << 2);
  for (; selected < end; selected += 16) {
    const some = min<u32>(4, ((end - selected) >> 2) as u32);
    scoreList(graph, target, coefficients, selected, some, scores);
    for (let i: u32 = 0; i < some; i++) {
      if (load<f32>(scores + ((i as usize) << 2)) > score) return true;
    }
  }
  return false;
}

/**
 * Chooses neighbours among `n` candidates, best first, until `max` are in `selected` (HNSW paper, Algorithm 4, without
 * its extensions): a candidate is taken if none that was taken before is closer to it than the base is. `keys` are pool
 * keys with the scores to the base. `selected` holds `kept` entries already, of which those from `covering` on count; it
 * has room for 3 more than `max`. Returns how many it holds then.
 *
 * Twins of the base, which score what it scores itself, are as close to everything as the base: they cover nothing, and
 * fill at most half of the room, or a cluster of duplicates would have no links but to itself.
 */
export function selectNeighbours(
  graph: usize,
  walk: usize,
  keys: usize,
  n: u32,
  self: f32,
  selected: usize,
  kept: u32,
  covering: u32,
  max: u32,
): u32 {
  let count = kept;
  let i: u32 = 0;
  for (; i < n && keyScore(load<i64>(keys + ((i as usize) << 3))) == self; i++) {
    if (count == kept + ((max - kept + 1) >> 1)) continue;
    store<u32>(selected + ((count as usize) << 2), keyOffset(load<i64>(keys + ((i as usize) << 3))));
    count++;
  }
  if (count > kept) covering = count;
  for (; i < n && count < max; i++) {
    const key = load<i64>(keys + ((i as usize) << 3));
    const offset = keyOffset(key);
    const from = selected + ((covering as usize) << 2);
    if (count > covering && isCovered(graph, walk, offset, keyScore(key), from, count - covering)) continue;
    store<u32>(selected + ((count as usize) << 2), offset);
    count++;
  }
  return count;
}
