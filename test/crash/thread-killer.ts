/**
 * Preloaded into the threads of a server under test: ends a thread in the middle of a request. The test puts a file there,
 * and the first thread of that kind that comes to the place removes it and ends. The places: `search` and `background`
 * threads look at the clock when they take a request; a `linking` thread has taken rows to link, and holds a lock.
 */
import { rmSync } from 'node:fs';
import { isMainThread, threadName } from 'node:worker_threads';
import { GRAPH } from '../../src/kernels/graph-layout.ts';

const marker = process.env.TEST_THREAD_KILLER;
const kind = threadName?.startsWith('search') ? 'search' : 'background';

function takeMarker(place: string): boolean {
  try {
    rmSync(`${marker}.${place}`);
    return true;
  } catch {
    // There is none: nobody has to end.
    return false;
  }
}

if (!isMainThread && marker !== undefined) {
  const now = performance.now.bind(performance);
  performance.now = () => {
    if (takeMarker(kind)) process.exit(1);
    return now();
  };
  const { compareExchange } = Atomics;
  Atomics.compareExchange = (<T extends Uint32Array>(words: T, at: number, from: number, to: number) => {
    const found = compareExchange(words, at, from, to);
    // Only the count of rows that are taken changes in this way.
    const hasTakenRows = words instanceof Uint32Array && found === from;
    if (hasTakenRows && takeMarker('linking')) {
      Atomics.store(words, at - GRAPH.claimedCount + GRAPH.lock, 1);
      process.exit(1);
    }
    return found;
  }) as typeof compareExchange;
}
