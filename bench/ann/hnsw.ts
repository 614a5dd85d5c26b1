/**
 * Measures the index of an engine in this process, without HTTP, storage or payloads: CPU time of the build, then recall@10
 * and CPU time per query by ef. Prints JSON. engines.py does the same with other engines.
 *
 *     npm run bench -- ann/hnsw --data <folder> [--engine hnsw|faiss] [--ef 16,32,64] [--threads 1] [--rounds 5]
 *
 * FAISS builds on one thread and writes its index to a file, as it does in the server; its search is measured as the server
 * calls it, with exact scores by the kernels.
 * The folder (or NEARIFY_BENCH_DATA) holds what dataset.ts reads; vectors are compared by cosine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { buildFaissIndex } from '../../src/engine/index/faiss/build.ts';
import { FaissIndex } from '../../src/engine/index/faiss/faiss-index.ts';
import { VectorRows } from '../../src/engine/index/faiss/vector-rows.ts';
import { linkSlice } from '../../src/engine/index/hnsw/build.ts';
import type { GraphHandle } from '../../src/engine/index/hnsw/graph.ts';
import { HnswIndex } from '../../src/engine/index/hnsw/hnsw-index.ts';
import type { VectorIndex } from '../../src/engine/index/vector-index.ts';
import { WALK } from '../../src/kernels/graph-layout.ts';
import { assert } from '../../src/shared/assert.ts';
import {
  attachGraph,
  createGraphMemory,
  type GraphMemory,
  writeRows,
} from '../../test/recall/graph-memory.ts';
import { readDataset } from './dataset.ts';

const K = 10;

const { values: given } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.NEARIFY_BENCH_DATA ?? '' },
    engine: { type: 'string', default: 'hnsw' },
    m: { type: 'string', default: '16' },
    'ef-construct': { type: 'string', default: '100' },
    ef: { type: 'string', default: '16,32,64,128,256,512' },
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
  },
});

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function link(target: GraphMemory, count: number, threads: number): Promise<void> {
  if (threads === 1) linkSlice(attachGraph(target), count, { msMax: Infinity });
  else {
    const ends = Array.from({ length: threads }, (_, thread) => {
      const workerData = { target, count, thread };
      const worker = new Worker(new URL('../../test/recall/link-thread.ts', import.meta.url), { workerData });
      return new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve));
    });
    await Promise.all(ends);
  }
}

/** A FAISS index over rows that no graph has. */
function buildFaiss({ memory }: GraphMemory, graph: GraphHandle, count: number): VectorIndex {
  const folder = mkdtempSync(path.join(tmpdir(), 'nearify-bench-'));
  try {
    const file = path.join(folder, 'faiss');
    buildFaissIndex(new VectorRows(memory, graph.vector), { file, count, isCancelled: () => false });
    const fallback = { coveredRows: () => count, search: () => Number.NaN };
    const index = new FaissIndex({ graph, memory, file, efDefault: K, fallback });
    assert(index.isUsable(count), 'the index covers all rows');
    return index;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The index, and what building it took. */
async function build(target: GraphMemory, graph: GraphHandle, count: number, threads: number) {
  const [cpu, start] = [cpuSeconds(), performance.now()];
  let index: VectorIndex;
  if (given.engine === 'faiss') index = buildFaiss(target, graph, count);
  else {
    await link(target, count, threads);
    index = new HnswIndex(graph, K);
  }
  const seconds = (performance.now() - start) / 1000;
  return { index, cost: { threads, cpuSeconds: round(cpuSeconds() - cpu, 2), seconds: round(seconds, 2) } };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Offsets of the rows found, and what a walk of our own did for them. */
function search(
  index: VectorIndex,
  { words, scratch, kernels, walk }: GraphHandle,
  query: Float32Array,
  ef: number,
): { found: Uint32Array; evaluations: number } {
  new Float32Array(words.buffer, scratch.query, query.length).set(query);
  const count = index.coveredRows();
  const task = { plan: { k: K, ef }, segment: { deletedCount: 0 }, count, tombstones: 0, allowed: undefined };
  const length = index.search({ ...task, cancel: { check: () => {} } }, count) ?? 0;
  kernels.heapSort(scratch.heap, length);
  const found = Uint32Array.from({ length }, (_, i) => words[scratch.heap / 4 + 2 * i + 1] ?? 0);
  return { found, evaluations: words[walk.head / 4 + WALK.evaluations] ?? 0 };
}

function measure(
  index: VectorIndex,
  handle: GraphHandle,
  queries: readonly Float32Array[],
  truth: readonly Int32Array[],
  ef: number,
) {
  let hits = 0;
  let evaluations = 0;
  for (const [i, query] of queries.entries()) {
    const result = search(index, handle, query, ef);
    const exact = new Set(truth[i]?.subarray(0, K));
    hits += result.found.filter((offset) => exact.has(offset)).length;
    evaluations += result.evaluations;
  }
  const times = Array.from({ length: Number(given.rounds) }, () => {
    const start = cpuSeconds();
    for (const query of queries) search(index, handle, query, ef);
    return cpuSeconds() - start;
  });
  return {
    ef,
    recall: round(hits / (K * queries.length), 4),
    cpuMicros: round((1e6 * median(times)) / queries.length, 1),
    ...(given.engine === 'hnsw' && { evaluations: round(evaluations / queries.length, 0) }),
  };
}

const { dim, base, queries, truth } = readDataset(given.data);
const [m, efConstruct, threads] = [Number(given.m), Number(given['ef-construct']), Number(given.threads)];
const target = createGraphMemory({ metric: 'Cosine', dim, capacity: base.length, m, efConstruct, threads });
const handle = attachGraph(target);
writeRows(target, handle, base);
const { index, cost } = await build(target, handle, base.length, threads);
const curve = given.ef.split(',').map((ef) => measure(index, handle, queries, truth, Number(ef)));
console.log(
  JSON.stringify(
    { engine: given.engine, rows: base.length, dim, m, efConstruct, build: cost, curve },
    null,
    1,
  ),
);
