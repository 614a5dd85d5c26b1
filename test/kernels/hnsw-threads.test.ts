import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertValidGraph } from '../../src/engine/index/hnsw/validate.ts';
import { attachGraph, createGraphMemory, linkAll, writeRows } from '../recall/graph-memory.ts';
import { LinkThreads } from '../recall/link-threads.ts';
import { clustered, exactSearch, mean, recall, walkSearch } from '../recall/measure.ts';

const DIM = 32;
const COUNT = 6000;

/** Links the rows below COUNT with `threads` threads at once while this thread searches. */
async function linkTogether(metric: 'Cosine' | 'Euclid', rows: readonly Float32Array[], threads: number) {
  const target = createGraphMemory({ metric, dim: DIM, capacity: COUNT, threads: threads + 1 });
  const handle = attachGraph(target, threads);
  writeRows(target, handle, rows);
  // Some rows first: the threads start on a graph that has an entry point, and one that has none is tested below.
  const start = metric === 'Cosine' ? 50 : 0;
  if (start > 0) linkAll(handle, start);
  const linkers = new LinkThreads(target, threads);
  const finished = linkers.finish(COUNT);
  let searches = 0;
  while (linkers.areRunning) {
    for (const query of rows.slice(0, 20)) {
      const found = walkSearch(target, handle, query, { k: 10, ef: 32 });
      const offsets = new Set(found.map(({ offset }) => offset));
      assert.equal(offsets.size, found.length, 'a row was found twice');
      searches++;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await finished;
  assert.ok(searches > 0);
  return { target, handle };
}

for (const metric of ['Cosine', 'Euclid'] as const) {
  test(`${metric}: two threads build one graph, valid and as good as one thread's, while a third searches`, async () => {
    const rows = clustered(COUNT, DIM, 3);
    const queries = clustered(100, DIM, 4);
    const { target, handle } = await linkTogether(metric, rows, 2);
    const summary = assertValidGraph(handle);
    assert.equal(summary.nodeCount, COUNT);
    const alone = createGraphMemory({ metric, dim: DIM, capacity: COUNT });
    const reference = attachGraph(alone);
    writeRows(alone, reference, rows);
    linkAll(reference, COUNT);
    const [together, expected] = [
      { target, handle },
      { target: alone, handle: reference },
    ].map((side) =>
      mean(
        queries.map((query) =>
          recall(
            walkSearch(side.target, side.handle, query, { k: 10, ef: 64 }),
            exactSearch(side.target, side.handle, query, { k: 10, count: COUNT }),
          ),
        ),
      ),
    );
    assert.ok(together !== undefined && expected !== undefined && together >= expected - 0.01);
  });
}

test('four threads link duplicates into one valid graph', async () => {
  const distinct = clustered(60, DIM, 5);
  const rows = Array.from({ length: COUNT }, (_, i) => distinct[i % 60] ?? new Float32Array(DIM));
  const { handle } = await linkTogether('Euclid', rows, 4);
  assert.equal(assertValidGraph(handle).nodeCount, COUNT);
});
