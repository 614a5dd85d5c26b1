import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertValidGraph } from '../../src/engine/index/hnsw/validate.ts';
import { METRIC, type MetricName } from '../../src/kernels/memory-layout.ts';
import { attachGraph, createGraphMemory, linkAll, writeRows } from './graph-memory.ts';
import { clustered, exactSearch, mean, recall, walkSearch } from './measure.ts';

const COUNT = 4000;
const K = 10;

interface Case {
  readonly dim: number;
  readonly m: number;
  readonly ef: number;
  readonly recallMin: number;
}

/** 8 dimensions are walked on floats, the others on codes. */
const CASES: readonly Case[] = [
  { dim: 8, m: 16, ef: 32, recallMin: 0.96 },
  { dim: 48, m: 16, ef: 32, recallMin: 0.97 },
  { dim: 48, m: 16, ef: 128, recallMin: 0.99 },
  { dim: 48, m: 4, ef: 128, recallMin: 0.9 },
  { dim: 200, m: 16, ef: 64, recallMin: 0.98 },
];

for (const metric of Object.keys(METRIC) as MetricName[]) {
  for (const { dim, m, ef, recallMin } of CASES) {
    test(`${metric}, dim ${dim}, m ${m}, ef ${ef}: recall of a fresh build is at least ${recallMin}`, () => {
      const target = createGraphMemory({ metric, dim, capacity: COUNT, m });
      const handle = attachGraph(target);
      writeRows(target, handle, clustered(COUNT, dim, 1));
      linkAll(handle, COUNT);
      assert.equal(assertValidGraph(handle).nodeCount, COUNT);
      const recalls = clustered(100, dim, 2).map((query) => {
        const exact = exactSearch(target, handle, query, { k: K, count: COUNT });
        const found = walkSearch(target, handle, query, { k: K, ef });
        const scores = new Map(exact.map(({ offset, score }) => [offset, score]));
        for (const { offset, score } of found) {
          assert.equal(scores.get(offset) ?? score, score, 'a score is not the exact one');
        }
        return recall(found, exact);
      });
      assert.ok(mean(recalls) >= recallMin, `recall ${mean(recalls)}`);
    });
  }
}
