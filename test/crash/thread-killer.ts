/**
 * Preloaded into the threads of a server under test: ends a thread in the middle of a request. The test puts a file there,
 * and the first thread of that kind that looks at the clock, as each does when it takes a request, removes it and ends.
 */
import { rmSync } from 'node:fs';
import { isMainThread, threadName } from 'node:worker_threads';

const marker = process.env.TEST_THREAD_KILLER;
const kind = threadName?.startsWith('search') ? 'search' : 'background';

function takeMarker(): boolean {
  try {
    rmSync(`${marker}.${kind}`);
    return true;
  } catch {
    // There is none: nobody has to end.
    return false;
  }
}

if (!isMainThread && marker !== undefined) {
  const now = performance.now.bind(performance);
  performance.now = () => {
    if (takeMarker()) process.exit(1);
    return now();
  };
}
