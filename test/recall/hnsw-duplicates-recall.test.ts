import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertValidGraph } from '../../src/engine/index/hnsw/validate.ts';
import { METRIC, type MetricName } from '../../src/kernels/memory-layout.ts';
import { attachGraph, createGraphMemory, linkAll, writeRows } from './graph-memory.ts';
import { clustered, exactSearch, mean, recall, walkSearch } from './measure.ts';

const COUNT = 4000;
const DIM = 32;
const RECALL_MIN = 0.95;

interface Shape {
  /** How the rows repeat: number of the distinct vector of a row. */
  readonly vectorOf: (row: number) => number;
  readonly ef: number;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'every vector ten times': { vectorOf: (row) => row % 400, ef: 100 },
  'every vector ten times in a row': { vectorOf: (row) => Math.floor(row / 10), ef: 100 },
  'half of the rows the same': { vectorOf: (row) => (row % 2 === 0 ? 0 : row), ef: 100 },
  'first 1,000 rows the same': { vectorOf: (row) => Math.max(0, row - 1000), ef: 100 },
  'last 1,000 rows the same': { vectorOf: (row) => Math.min(3000, row), ef: 100 },
  // 200 of each: a smaller ef would see one vector at a time, and end at the first that has no better one beside it.
  'twenty vectors only': { vectorOf: (row) => row % 20, ef: 650 },
};

for (const metric of Object.keys(METRIC) as MetricName[]) {
  for (const [shape, { vectorOf, ef }] of Object.entries(SHAPES)) {
    test(`${metric}, ${shape}: all rows can be reached, and recall holds`, () => {
      const distinct = clustered(COUNT, DIM, 1);
      const rows = Array.from({ length: COUNT }, (_, i) => distinct[vectorOf(i)] ?? new Float32Array(DIM));
      const target = createGraphMemory({ metric, dim: DIM, capacity: COUNT });
      const handle = attachGraph(target);
      writeRows(target, handle, rows);
      linkAll(handle, COUNT);
      assert.equal(assertValidGraph(handle).nodeCount, COUNT);
      const queries = [...clustered(60, DIM, 2), ...distinct.slice(0, 40)];
      const recalls = queries.map((query) => {
        const found = walkSearch(target, handle, query, { k: 10, ef });
        assert.equal(new Set(found.map(({ offset }) => offset)).size, 10);
        return recall(found, exactSearch(target, handle, query, { k: 10, count: COUNT }));
      });
      assert.ok(mean(recalls) >= RECALL_MIN, `recall ${mean(recalls)}`);
    });
  }
}

test('a graph of one vector only finds as many of them as asked for', () => {
  const target = createGraphMemory({ metric: 'Cosine', dim: DIM, capacity: COUNT });
  const handle = attachGraph(target);
  const [only = new Float32Array(DIM)] = clustered(1, DIM, 1);
  writeRows(target, handle, Array<Float32Array>(COUNT).fill(only));
  linkAll(handle, COUNT);
  assertValidGraph(handle);
  assert.equal(walkSearch(target, handle, only, { k: 500, ef: 500 }).length, 500);
  assert.equal(walkSearch(target, handle, only, { k: COUNT, ef: COUNT }).length, COUNT);
});
