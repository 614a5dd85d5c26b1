/**
 * Measures the HNSW index in this process, without HTTP, storage or payloads: CPU time of the build, then recall@10 and
 * CPU time per query by ef. Prints JSON. hnswlib.py does the same with hnswlib.
 *
 *     node bench/ann/hnsw.ts --data <folder> [--ef 16,32,64] [--threads 1] [--rounds 5]
 *
 * The folder (or NEARIFY_BENCH_DATA) holds what dataset.ts reads; vectors are compared by cosine.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { linkSlice } from '../../src/engine/index/hnsw/build.ts';
import { type GraphHandle, linkedCount } from '../../src/engine/index/hnsw/graph.ts';
import { searchGraph } from '../../src/engine/index/hnsw/search.ts';
import { WALK } from '../../src/kernels/graph-layout.ts';
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

async function build(target: GraphMemory, count: number, threads: number) {
  const [cpu, start] = [cpuSeconds(), performance.now()];
  if (threads === 1) linkSlice(attachGraph(target), count, { msMax: Infinity });
  else {
    const ends = Array.from({ length: threads }, (_, thread) => {
      const workerData = { target, count, thread };
      const worker = new Worker(new URL('../../test/recall/link-thread.ts', import.meta.url), { workerData });
      return new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve));
    });
    await Promise.all(ends);
  }
  const seconds = (performance.now() - start) / 1000;
  return { threads, cpuSeconds: round(cpuSeconds() - cpu, 2), seconds: round(seconds, 2) };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Offsets of the rows found, and what the walk did for them. */
function search(
  handle: GraphHandle,
  query: Float32Array,
  ef: number,
): { found: Uint32Array; evaluations: number } {
  const { words, scratch, kernels, walk } = handle;
  new Float32Array(words.buffer, scratch.query, query.length).set(query);
  const length = searchGraph(handle, {
    ef,
    k: K,
    mode: 'plain',
    tombstones: 0,
    allowed: 0,
    limit: linkedCount(handle),
    heapLength: 0,
    checkCancelled: () => {},
  });
  kernels.heapSort(scratch.heap, length);
  const found = Uint32Array.from({ length }, (_, i) => words[scratch.heap / 4 + 2 * i + 1] ?? 0);
  return { found, evaluations: words[walk.head / 4 + WALK.evaluations] ?? 0 };
}

function measure(
  handle: GraphHandle,
  queries: readonly Float32Array[],
  truth: readonly Int32Array[],
  ef: number,
) {
  let hits = 0;
  let evaluations = 0;
  for (const [i, query] of queries.entries()) {
    const result = search(handle, query, ef);
    const exact = new Set(truth[i]?.subarray(0, K));
    hits += result.found.filter((offset) => exact.has(offset)).length;
    evaluations += result.evaluations;
  }
  const times = Array.from({ length: Number(given.rounds) }, () => {
    const start = cpuSeconds();
    for (const query of queries) search(handle, query, ef);
    return cpuSeconds() - start;
  });
  return {
    ef,
    recall: round(hits / (K * queries.length), 4),
    cpuMicros: round((1e6 * median(times)) / queries.length, 1),
    evaluations: round(evaluations / queries.length, 0),
  };
}

const { dim, base, queries, truth } = readDataset(given.data);
const [m, efConstruct, threads] = [Number(given.m), Number(given['ef-construct']), Number(given.threads)];
const target = createGraphMemory({ metric: 'Cosine', dim, capacity: base.length, m, efConstruct, threads });
const handle = attachGraph(target);
writeRows(target, handle, base);
const result = await build(target, base.length, threads);
const curve = given.ef.split(',').map((ef) => measure(handle, queries, truth, Number(ef)));
console.log(
  JSON.stringify(
    { engine: 'nearify', rows: base.length, dim, m, efConstruct, build: result, curve },
    null,
    1,
  ),
);
