import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { linkedCount } from '../../src/engine/index/hnsw/graph.ts';
import type { WalkPlan } from '../../src/engine/index/hnsw/strategy.ts';
import { METRIC, type MetricName } from '../../src/kernels/memory-layout.ts';
import { prng } from '../kernels/support.ts';
import { attachGraph, createGraphMemory, linkAll, setBit, writeRows } from './graph-memory.ts';
import { clustered, exactSearch, mean, plannedWalk, recall, SEED, walkSearch } from './measure.ts';

const COUNT = 8000;
const DIM = 32;
const K = 10;
const EF = 128;
const RECALL_MIN = 0.95;
/**
 * Many, so that they touch: with a few clusters apart from each other, a filter that hides whole clusters leaves queries
 * whose nearest matches lie in several others at once, and a walk may see only one of those.
 */
const CLUSTERS = 200;

/** Random matches, those nearest to one row, or those farthest from where most queries are. */
const KINDS = ['random', 'near', 'far'] as const;
type Kind = (typeof KINDS)[number];

/** Shares at which a mode is used where there are too many matches to scan. */
const MODE_SHARES: readonly [WalkPlan['mode'], readonly number[]][] = [
  ['scan', [0.003, 0.02]],
  ['twoHops', [0.05, 0.1, 0.3, 0.59]],
  ['hidden', [0.6, 0.9]],
];

function openGraph(metric: MetricName) {
  const target = createGraphMemory({ metric, dim: DIM, capacity: COUNT });
  const handle = attachGraph(target);
  const rows = clustered(COUNT, DIM, 1, CLUSTERS);
  writeRows(target, handle, rows);
  linkAll(handle, COUNT);
  const bytes = new Uint8Array(target.memory.buffer);
  const allowed = handle.scratch.filter;
  const random = prng(SEED);
  const from = exactSearch(target, handle, rows[0] ?? [], { k: COUNT, count: COUNT }).map(
    ({ offset }) => offset,
  );

  /** Writes the filter; returns how many rows it allows. */
  function filter(kind: Kind, share: number): number {
    bytes.fill(0, allowed, allowed + target.layout.bitmapBytes);
    const matches = Math.round(share * COUNT);
    const order = { random: from.toSorted(() => random() - 0.5), near: from, far: from.toReversed() }[kind];
    for (const offset of order.slice(0, matches)) setBit(bytes, allowed, offset);
    return matches;
  }

  function recallOf(plan: WalkPlan, matches: number): number {
    return mean(
      clustered(100, DIM, 2, CLUSTERS).map((query) => {
        const exact = exactSearch(target, handle, query, { k: K, count: COUNT, allowed });
        const found = walkSearch(target, handle, query, { ...plan, k: K, allowed, matches });
        assert.equal(found.length, Math.min(K, matches));
        return recall(found, exact);
      }),
    );
  }
  return { target, handle, filter, recallOf, allowed, bytes, rows };
}

for (const metric of Object.keys(METRIC) as MetricName[]) {
  suite(metric, () => {
    let graph: ReturnType<typeof openGraph>;
    before(() => {
      graph = openGraph(metric);
    });
    for (const kind of KINDS) {
      for (const [mode, shares] of MODE_SHARES) {
        for (const share of shares) {
          test(`${mode} finds ${100 * share} % ${kind} matches at ef ${EF}`, () => {
            const found = graph.recallOf({ mode, ef: EF }, graph.filter(kind, share));
            assert.ok(found >= RECALL_MIN, `recall ${found}`);
          });
        }
      }
      test(`the planned search finds any share of ${kind} matches`, () => {
        for (const share of [0.003, 0.01, 0.1, 0.5, 0.9, 1]) {
          const matches = graph.filter(kind, share);
          const plan = plannedWalk(graph.handle, { rows: linkedCount(graph.handle), matches, ef: EF, k: K });
          const found = graph.recallOf(plan, matches);
          assert.ok(found >= RECALL_MIN, `recall ${found} at ${100 * share} % by ${plan.mode}`);
        }
      });
    }
    test('no row is returned that the filter or a tombstone hides, in any mode', () => {
      const { target, handle, filter, allowed, bytes, rows } = graph;
      filter('random', 0.5);
      const { tombstones } = handle.scratch;
      bytes.fill(0, tombstones, tombstones + target.layout.bitmapBytes);
      for (let offset = 0; offset < COUNT; offset += 2) setBit(bytes, tombstones, offset);
      for (const mode of ['hidden', 'twoHops', 'scan'] as const) {
        const options = { k: 50, ef: EF, mode, tombstones, allowed };
        for (const query of rows.slice(0, 20)) {
          for (const { offset } of walkSearch(target, handle, query, options)) {
            assert.equal(offset % 2, 1);
            assert.ok(((bytes[allowed + (offset >> 3)] ?? 0) >> (offset & 7)) & 1);
          }
        }
      }
    });
    test('matches that a walk cannot reach are found by the scan that follows', () => {
      const { target, handle, bytes, allowed } = graph;
      bytes.fill(0, allowed, allowed + target.layout.bitmapBytes);
      // The last rows only, of a word that the seeds of a walk by two hops do not look at first.
      for (let offset = COUNT - 7; offset < COUNT; offset++) setBit(bytes, allowed, offset);
      const query = clustered(1, DIM, 9, CLUSTERS)[0] ?? [];
      for (const mode of ['hidden', 'twoHops'] as const) {
        const found = walkSearch(target, handle, query, { k: K, ef: 20, mode, allowed, matches: 7 });
        assert.equal(found.length, 7);
      }
    });
  });
}
