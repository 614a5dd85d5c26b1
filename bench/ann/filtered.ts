/**
 * Measures searches of the HNSW index of which only some rows may be returned: recall@10, and CPU time as a multiple of
 * the same search without a filter, for each way to search and for the one that `planWalk` chooses. Prints JSON. The
 * making of the filter's bitmap is not measured.
 *
 *     npm run bench -- ann/filtered --data <folder> [--ef 128] [--shares 0.01,0.1,0.5,0.9] [--rounds 5]
 *
 * Instead of a folder, `--generated 100000x128` makes vectors of so many rows and dimensions, in 1,000 clusters.
 * Matches are random, or the rows nearest to a vector, or those farthest from it; three draws of each.
 */
import { parseArgs } from 'node:util';
import { linkedCount } from '../../src/engine/index/hnsw/graph.ts';
import type { WalkPlan } from '../../src/engine/index/hnsw/strategy.ts';
import {
  attachGraph,
  createGraphMemory,
  linkAll,
  setBit,
  writeRows,
} from '../../test/recall/graph-memory.ts';
import { exactSearch, type Found, plannedWalk, recall, walkSearch } from '../../test/recall/measure.ts';
import { prng } from '../../test/kernels/support.ts';
import { clusteredFixture } from '../fixtures.ts';
import { readDataset } from './dataset.ts';

const K = 10;
const M = 16;
const DRAWS = 3;
const ASKED = 100;
const KINDS = ['random', 'near', 'far'] as const;
const WAYS = ['hidden', 'twoHops', 'scan', 'planned'] as const;

const { values: given } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.NEARIFY_BENCH_DATA ?? '' },
    generated: { type: 'string' },
    ef: { type: 'string', default: '128' },
    shares: { type: 'string', default: '0.01,0.03,0.1,0.2,0.3,0.5,0.7,0.9' },
    rounds: { type: 'string', default: '5' },
  },
});

function folder(): string {
  if (given.generated === undefined) return given.data;
  const [rows = 0, width = 0] = given.generated.split('x').map(Number);
  return clusteredFixture({ rows, dim: width, queries: ASKED + DRAWS });
}

const { dim, base, queries } = readDataset(folder());
const ef = Number(given.ef);
const target = createGraphMemory({ metric: 'Cosine', dim, capacity: base.length, m: M });
const handle = attachGraph(target);
const { filter: allowed } = handle.scratch;
writeRows(target, handle, base);
linkAll(handle, base.length);
const random = prng(1);
const asked = queries.slice(0, ASKED);

/** The rows by their score to a query that is not asked below, best first. */
function fromQuery(draw: number): number[] {
  const query = queries.at(-1 - draw) ?? [];
  const scores = base.map((row) => row.reduce((sum, x, i) => sum + x * (query[i] ?? 0), 0));
  return [...scores.keys()].toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
}

const orders = Array.from({ length: DRAWS }, (_, draw) => {
  const near = fromQuery(draw);
  return { random: near.toSorted(() => random() - 0.5), near, far: near.toReversed() };
});

function allow(rows: readonly number[]): void {
  const bytes = new Uint8Array(target.memory.buffer);
  bytes.fill(0, allowed, allowed + target.layout.bitmapBytes);
  for (const row of rows) setBit(bytes, allowed, row);
}

/** CPU per query in µs, median of the rounds, and what was found. */
function time(search: (query: Float32Array) => Found[]): { micros: number; found: Found[][] } {
  const found = asked.map(search);
  const times = Array.from({ length: Number(given.rounds) }, () => {
    const start = process.cpuUsage().user;
    for (const query of asked) search(query);
    return (process.cpuUsage().user - start) / asked.length;
  });
  return { micros: times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN, found };
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

function planOf(way: (typeof WAYS)[number], matches: number): WalkPlan {
  const demand = { rows: linkedCount(handle), matches, ef, k: K };
  return way === 'planned' ? plannedWalk(handle, demand) : { mode: way, ef };
}

/** One line of the result: the draws of one kind and share. */
function measure(kind: (typeof KINDS)[number], share: number) {
  const matches = Math.round(share * base.length);
  const draws = orders.map((order) => {
    allow(order[kind].slice(0, matches));
    const exact = asked.map((query) =>
      exactSearch(target, handle, query, { k: K, count: base.length, allowed }),
    );
    const plain = time((query) => walkSearch(target, handle, query, { k: K, ef }));
    return WAYS.map((way) => {
      // Only what is planned may go on to a scan: the other ways show what they are by themselves.
      const options = { ...planOf(way, matches), k: K, allowed, ...(way === 'planned' ? { matches } : {}) };
      const { micros, found } = time((query) => walkSearch(target, handle, query, options));
      return {
        recall: mean(found.map((hits, i) => recall(hits, exact[i] ?? []))),
        cpu: micros / plain.micros,
      };
    });
  });
  const ways = WAYS.map((way, i) => [
    way,
    {
      recall: Number(mean(draws.map((draw) => draw[i]?.recall ?? Number.NaN)).toFixed(3)),
      cpu: Number(mean(draws.map((draw) => draw[i]?.cpu ?? Number.NaN)).toFixed(2)),
    },
  ]);
  return { kind, share, mode: planOf('planned', matches).mode, ...Object.fromEntries(ways) };
}

time((query) => walkSearch(target, handle, query, { k: K, ef }));
const lines = given.shares.split(',').flatMap((share) => KINDS.map((kind) => measure(kind, Number(share))));
const text = lines.map((line) => `  ${JSON.stringify(line)}`).join(',\n');
console.log(
  `{"engine": "nearify", "rows": ${base.length}, "dim": ${dim}, "ef": ${ef}, "lines": [\n${text}\n]}`,
);
