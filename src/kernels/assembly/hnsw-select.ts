import { GRAPH_CODES, GRAPH_ROW_STRIDE, GRAPH_ROWS, WALK_ROW_COEFFICIENTS, WALK_SCORES } from './graph';
import { keyOffset, keyScore } from './pool';
import { RECORD_CODES, recordAt, rowCoefficients } from './quantize';
import { scoreList } from './walk';

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

/**
 * Chooses neighbours among `n` candidates, best first, until `max` are in `selected`, which holds `count` before (HNSW
 * paper, Algorithm 4, without its extensions): a candidate is taken if none in `selected` is closer to it than the base
 * is. As close as the base are those between duplicates: they may fill at most half of the list, or they would fill all.
 * `keys` are pool keys with the scores to the base. `selected` has room for 3 offsets more than `max`. Returns the count.
 */
export function selectNeighbours(
  graph: usize,
  walk: usize,
  keys: usize,
  n: u32,
  selected: usize,
  count: u32,
  max: u32,
): u32 {
  const coefficients = walk + WALK_ROW_COEFFICIENTS;
  const scores: usize = load<u32>(walk, WALK_SCORES);
  let tiesLeft = max >> 1;
  for (let i: u32 = 0; i < n && count < max; i++) {
    const key = load<i64>(keys + ((i as usize) << 3));
    const offset = keyOffset(key);
    const score = keyScore(key);
    const target = rowAsTarget(graph, offset, coefficients);
    let isCovered = false;
    let isTied = false;
    for (let j: u32 = 0; j < count && !isCovered; j += 4) {
      const some = min<u32>(4, count - j);
      scoreList(graph, target, coefficients, selected + ((j as usize) << 2), some, scores);
      for (let l: u32 = 0; l < some; l++) {
        const other = load<f32>(scores + ((l as usize) << 2));
        if (other > score) isCovered = true;
        if (other == score) isTied = true;
      }
    }
    if (isCovered || (isTied && tiesLeft == 0)) continue;
    if (isTied) tiesLeft--;
    store<u32>(selected + ((count as usize) << 2), offset);
    count++;
  }
  return count;
}
