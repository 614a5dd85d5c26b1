import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkSlice } from '../../src/engine/index/hnsw/build.ts';
import { linkedCount } from '../../src/engine/index/hnsw/graph.ts';
import { assertValidGraph } from '../../src/engine/index/hnsw/validate.ts';
import { METRIC, type MetricName } from '../../src/kernels/memory-layout.ts';
import { prng } from '../kernels/support.ts';
import { attachGraph, createGraphMemory, linkAll, setBit, writeRows } from './graph-memory.ts';
import { clustered, exactSearch, mean, plannedWalk, recall, SEED, walkSearch } from './measure.ts';

const COUNT = 6000;
const DIM = 32;
const K = 10;
const EF = 64;
const RECALL_MIN = 0.95;

for (const metric of Object.keys(METRIC) as MetricName[]) {
  test(`${metric}: recall holds while rows are deleted at random, in regions, and replaced by new ones`, () => {
    const target = createGraphMemory({ metric, dim: DIM, capacity: COUNT });
    const handle = attachGraph(target);
    const rows = clustered(COUNT, DIM, 1);
    writeRows(target, handle, rows);
    const bytes = new Uint8Array(target.memory.buffer);
    const { tombstones } = target.layout;
    const random = prng(SEED);
    const deleted = new Set<number>();
    const remove = (offset: number) => {
      deleted.add(offset);
      setBit(bytes, tombstones, offset);
    };
    const check = (state: string) => {
      const count = linkedCount(handle);
      const live = count - deleted.size;
      const plan = plannedWalk(handle, { rows: count, matches: live, ef: EF, k: K });
      const recalls = clustered(100, DIM, 2).map((query) => {
        const exact = exactSearch(target, handle, query, { k: K, count, tombstones });
        const found = walkSearch(target, handle, query, { ...plan, k: K, tombstones, matches: live });
        assert.ok(found.every(({ offset }) => !deleted.has(offset)));
        return recall(found, exact);
      });
      assert.ok(mean(recalls) >= RECALL_MIN, `recall ${mean(recalls)} ${state}, by ${plan.mode}`);
    };
    linkAll(handle, COUNT / 2);
    check('with nothing deleted');
    for (let offset = 0; offset < COUNT / 2; offset++) if (random() < 0.2) remove(offset);
    check('with 20 % deleted');
    const region = exactSearch(target, handle, rows[7] ?? [], { k: COUNT / 10, count: COUNT / 2 });
    for (const { offset } of region) remove(offset);
    check('with a region deleted');
    linkSlice(handle, COUNT, { msMax: Infinity });
    check('with as many new rows');
    for (let offset = 0; offset < COUNT / 2; offset++) remove(offset);
    check('with all old rows deleted');
    for (let offset = 0; offset < COUNT; offset++) if (random() < 0.9) remove(offset);
    check('with nearly all rows deleted');
    assert.equal(assertValidGraph(handle).nodeCount, COUNT);
  });
}
