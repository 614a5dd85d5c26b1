import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkSlice } from '../../src/engine/index/hnsw/build.ts';
import { type GraphHandle, linkedCount } from '../../src/engine/index/hnsw/graph.ts';
import { assertValidGraph } from '../../src/engine/index/hnsw/validate.ts';
import { METRIC, type MetricName } from '../../src/kernels/memory-layout.ts';
import { attachGraph, createGraphMemory, type GraphMemory, linkAll, writeRows } from './graph-memory.ts';
import { clustered, exactSearch, mean, recall, SEED, walkSearch } from './measure.ts';
import { prng } from '../kernels/support.ts';

const COUNT = 4000;
const DIM = 32;
const EF = 48;
const RECALL_MIN = 0.97;
/** How far the recall of any order of inserts may lie below that of a random order. */
const ORDER_LOSS_MAX = 0.02;

function recallOf(target: GraphMemory, handle: GraphHandle, count: number): number {
  const queries = clustered(100, DIM, 2);
  return mean(
    queries.map((query) =>
      recall(
        walkSearch(target, handle, query, { k: 10, ef: EF }),
        exactSearch(target, handle, query, { k: 10, count }),
      ),
    ),
  );
}

function built(metric: MetricName, rows: readonly Float32Array[]): number {
  const target = createGraphMemory({ metric, dim: DIM, capacity: COUNT });
  const handle = attachGraph(target);
  writeRows(target, handle, rows);
  linkAll(handle, COUNT);
  assertValidGraph(handle);
  return recallOf(target, handle, COUNT);
}

for (const metric of Object.keys(METRIC) as MetricName[]) {
  test(`${metric}: recall holds at every state of a graph that grows in slices`, () => {
    const target = createGraphMemory({ metric, dim: DIM, capacity: COUNT });
    const handle = attachGraph(target);
    const random = prng(SEED);
    writeRows(target, handle, clustered(COUNT, DIM, 1));
    for (let published = 1000; published <= COUNT; published += 1000) {
      while (linkedCount(handle) < published) {
        linkSlice(handle, published, { msMax: Infinity, rowsMax: 1 + Math.floor(random() * 300) });
      }
      assert.equal(assertValidGraph(handle).nodeCount, published);
      const found = recallOf(target, handle, published);
      assert.ok(found >= RECALL_MIN, `recall ${found} at ${published} rows`);
    }
  });

  test(`${metric}: rows that come cluster by cluster, or outwards from the middle, are found as well`, () => {
    const rows = clustered(COUNT, DIM, 1);
    const reference = built(metric, rows);
    const [first = new Float32Array(DIM)] = rows;
    const from = (row: Float32Array) => row.reduce((sum, x, i) => sum + (x - (first[i] ?? 0)) ** 2, 0);
    const orders = {
      outwards: rows.toSorted((a, b) => from(a) - from(b)),
      inwards: rows.toSorted((a, b) => from(b) - from(a)),
      sorted: rows.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0)),
    };
    for (const [order, sorted] of Object.entries(orders)) {
      const found = built(metric, sorted);
      assert.ok(
        found >= reference - ORDER_LOSS_MAX,
        `${order}: recall ${found}, in random order ${reference}`,
      );
    }
  });
}
