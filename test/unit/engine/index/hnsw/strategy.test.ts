import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planWalk, type WalkDemand, type WalkPlan } from '../../../../../src/engine/index/hnsw/strategy.ts';
import { EF_MAX } from '../../../../../src/kernels/graph-layout.ts';

const DEMAND = { rows: 1_000_000, m: 16, rowBytes: 400, ef: 128, k: 10, areCodesExact: true };

const planAt = (matches: number, changes: Partial<WalkDemand> = {}): WalkPlan =>
  planWalk({ ...DEMAND, ...changes, matches });

test('without hidden rows it is a plain walk of the given ef', () => {
  assert.deepEqual(planAt(1_000_000), { mode: 'plain', ef: 128 });
  assert.deepEqual(planAt(7, { rows: 5 }), { mode: 'plain', ef: 128 });
  assert.deepEqual(planAt(0, { rows: 0 }), { mode: 'plain', ef: 128 });
});

test('few matches are scanned whatever their share: the more, the larger ef and the shorter rows are', () => {
  assert.equal(planAt(4000, { rows: 4001 }).mode, 'scan');
  assert.equal(planAt(4000).mode, 'scan');
  assert.equal(planAt(8000).mode, 'hidden');
  assert.equal(planAt(8000, { ef: 512 }).mode, 'scan');
  assert.equal(planAt(8000, { rowBytes: 48 }).mode, 'scan');
  assert.equal(planAt(4000, { ef: 16 }).mode, 'hidden');
});

test('many are looked for among hidden rows, or else by two hops, and scanned if that is not much dearer', () => {
  assert.equal(planAt(7000).otherwise?.mode, 'scan');
  assert.equal(planAt(19_000).otherwise?.mode, 'scan', 'two hops would not lead from one to the next');
  for (const share of [0.02, 0.1, 0.6, 0.9]) {
    const { mode, otherwise } = planAt(share * DEMAND.rows);
    assert.deepEqual([mode, otherwise], ['hidden', { mode: 'twoHops', ef: 128 }], `share ${share}`);
  }
});

test('the list has room for hidden rows beside k matches, but the walk costs no more than two', () => {
  assert.equal(planAt(800_000).ef, 160);
  assert.equal(planAt(500_000).ef, 192);
  assert.equal(planAt(100_000).ef, 195);
  assert.equal(planAt(30_000).ef, 274);
  assert.equal(planAt(600_000, { k: EF_MAX, ef: EF_MAX }).ef, EF_MAX);
});

test('the list of a scan has room for k rows by their codes, and for all of ef if those say little', () => {
  assert.equal(planAt(100).ef, 32);
  assert.equal(planAt(100, { k: 100 }).ef, 200);
  assert.equal(planAt(100, { areCodesExact: false }).ef, 128);
});

test('two hops can be asked for up to a share of matches; few are scanned all the same', () => {
  const twoHopsMax = 0.4;
  assert.deepEqual(planAt(400_000, { twoHopsMax }), { mode: 'twoHops', ef: 128 });
  assert.equal(planAt(400_001, { twoHopsMax }).mode, 'hidden');
  assert.equal(planAt(1000, { twoHopsMax }).mode, 'scan');
});
