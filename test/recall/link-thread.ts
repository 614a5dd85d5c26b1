/** A thread that links the rows of a graph as they are published, until it is told that those are all. */
import { workerData } from 'node:worker_threads';
import { linkSlice } from '../../src/engine/index/hnsw/build.ts';
import { attachGraph } from './graph-memory.ts';
import type { LinkThreadData } from './link-threads.ts';

const SLICE_MS = 5;

const { target, thread, published } = workerData as LinkThreadData;
const handle = attachGraph(target, thread);
for (;;) {
  const word = Atomics.load(published, 0);
  const isLast = word < 0;
  const { isExhausted } = linkSlice(handle, isLast ? ~word : word, { msMax: SLICE_MS });
  if (!isExhausted) continue;
  if (isLast) break;
  Atomics.wait(published, 0, word);
}
