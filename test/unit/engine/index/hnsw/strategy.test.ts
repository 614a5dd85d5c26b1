import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planWalk, type WalkPlan } from '../../../../../src/engine/index/hnsw/strategy.ts';
import { EF_MAX } from '../../../../../src/kernels/graph-layout.ts';

const DEMAND = { rows: 1_000_000, m: 16, ef: 128, k: 10 };

const modeAt = (matches: number, changes: Partial<typeof DEMAND> = {}): WalkPlan['mode'] =>
  planWalk({ ...DEMAND, ...changes, matches }).mode;

test('without hidden rows it is a plain walk of the given ef', () => {
  assert.deepEqual(planWalk({ ...DEMAND, matches: 1_000_000 }), { mode: 'plain', ef: 128 });
  assert.deepEqual(planWalk({ ...DEMAND, rows: 5, matches: 7 }), { mode: 'plain', ef: 128 });
  assert.deepEqual(planWalk({ ...DEMAND, rows: 0, matches: 0 }), { mode: 'plain', ef: 128 });
});

test('by share of matches: scan, two hops, hidden', () => {
  const modes = [0, 0.001, 0.019, 0.02, 0.1, 0.599, 0.6, 0.9, 0.999_999].map((share) =>
    modeAt(share * DEMAND.rows),
  );
  const expected = ['scan', 'scan', 'scan', 'twoHops', 'twoHops', 'twoHops', 'hidden', 'hidden', 'hidden'];
  assert.deepEqual(modes, expected);
});

test('few matches are scanned whatever their share, the more the larger ef is', () => {
  assert.equal(modeAt(4000, { rows: 4001 }), 'scan');
  assert.equal(modeAt(4000, { rows: 10_000 }), 'scan');
  assert.equal(modeAt(6000, { rows: 20_000 }), 'twoHops');
  assert.equal(modeAt(6000, { rows: 20_000, ef: 512 }), 'scan');
  assert.equal(modeAt(4000, { rows: 10_000, ef: 16 }), 'twoHops');
});

test('ef leaves room for rows that may not be returned, and for k rows by their codes', () => {
  assert.equal(planWalk({ ...DEMAND, matches: 800_000 }).ef, 160);
  assert.equal(planWalk({ ...DEMAND, matches: 100, k: 100 }).ef, 200);
  assert.equal(planWalk({ ...DEMAND, matches: 600_000, k: EF_MAX, ef: EF_MAX }).ef, EF_MAX);
});
