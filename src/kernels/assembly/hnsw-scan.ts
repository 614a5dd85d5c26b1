import { GRAPH_CODES, WALK_EVALUATIONS, WALK_LIST, WALK_TOUCHED } from './graph';
import { allowedWord } from './hnsw-two-hops';
import { touchRecords } from './quantize';
import { admit, scoreTargets } from './hnsw-candidates';

/** Rows scored at a time: their codes must fit into the first cache. */
const BATCH: u32 = 32;

function scoreBatch(graph: usize, walk: usize, n: u32): void {
  if (!isDefined(QUANTIZED) && load<u32>(graph, GRAPH_CODES)) {
    store<u32>(walk, touchRecords(graph, load<u32>(walk, WALK_LIST), n), WALK_TOUCHED);
  }
  scoreTargets(graph, walk, n);
  admit(walk, n, false);
  store<u32>(walk, load<u32>(walk, WALK_EVALUATIONS) + n, WALK_EVALUATIONS);
}

/**
 * Scores those of the linked rows `from` ≤ offset < `to` that may be returned as a walk would, and keeps the best in its
 * pool, after `searchBegin` in MODE_SCAN. By codes this reads a quarter of what an exact scan reads.
 */
export function searchScan(graph: usize, walk: usize, from: u32, to: u32): void {
  if (from >= to) return;
  const list: usize = load<u32>(walk, WALK_LIST);
  const lastWord = (to - 1) >> 6;
  let n: u32 = 0;
  for (let word = from >> 6; word <= lastWord; word++) {
    const start = word << 6;
    let bits = allowedWord(graph, walk, word);
    if (start < from) bits &= ~(0 as u64) << (from - start);
    if (to - start < 64) bits &= ((1 as u64) << (to - start)) - 1;
    while (bits != 0) {
      store<u32>(list + ((n as usize) << 2), start + (ctz<u64>(bits) as u32));
      bits &= bits - 1;
      if (++n < BATCH) continue;
      scoreBatch(graph, walk, n);
      n = 0;
    }
  }
  if (n > 0) scoreBatch(graph, walk, n);
}
