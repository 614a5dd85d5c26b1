// A bounded binary min-heap of (score: f32, offset: u32), 8 bytes an entry, the worst entry at the root.
// Of two equal scores the smaller offset is the better one. NaN is stored as -Infinity: it would break the order.

/** 1 if entry (scoreA, offsetA) is worse than entry (scoreB, offsetB). */
function isWorse(scoreA: f32, offsetA: u32, scoreB: f32, offsetB: u32): bool {
  return scoreA < scoreB || (scoreA == scoreB && offsetA > offsetB);
}

/** Puts an entry into the hole at `index` and moves it down to its place among `length` entries. */
function siftDown(heap: usize, length: u32, index: u32, score: f32, offset: u32): void {
  while (true) {
    let child = (index << 1) + 1;
    if (child >= length) break;
    let at = heap + ((child as usize) << 3);
    if (child + 1 < length && isWorse(load<f32>(at, 8), load<u32>(at, 12), load<f32>(at), load<u32>(at, 4))) {
      at += 8;
      child++;
    }
    if (!isWorse(load<f32>(at), load<u32>(at, 4), score, offset)) break;
    store<u64>(heap + ((index as usize) << 3), load<u64>(at));
    index = child;
  }
  const hole = heap + ((index as usize) << 3);
  store<f32>(hole, score);
  store<u32>(hole, offset, 4);
}

function siftUp(heap: usize, index: u32, score: f32, offset: u32): void {
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const at = heap + ((parent as usize) << 3);
    if (!isWorse(score, offset, load<f32>(at), load<u32>(at, 4))) break;
    store<u64>(heap + ((index as usize) << 3), load<u64>(at));
    index = parent;
  }
  const hole = heap + ((index as usize) << 3);
  store<f32>(hole, score);
  store<u32>(hole, offset, 4);
}

/** Offers an entry to a heap of at most `k` > 0 entries; returns the new length. O(log k). */
export function heapOffer(heap: usize, length: u32, k: u32, score: f32, offset: u32): u32 {
  if (score != score) score = -Infinity;
  if (length < k) {
    siftUp(heap, length, score, offset);
    return length + 1;
  }
  if (isWorse(load<f32>(heap), load<u32>(heap, 4), score, offset)) siftDown(heap, length, 0, score, offset);
  return length;
}

/** Sorts a heap in place, best entry first; it is no heap afterwards. O(n log n). */
export function heapSort(heap: usize, length: u32): void {
  for (let last = length; last > 1; ) {
    last--;
    const at = heap + ((last as usize) << 3);
    const score = load<f32>(at);
    const offset = load<u32>(at, 4);
    store<u64>(at, load<u64>(heap));
    siftDown(heap, last, 0, score, offset);
  }
}
