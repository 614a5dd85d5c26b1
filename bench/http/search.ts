/**
 * Measures a server over HTTP with one client: upload, time until all is indexed, then by hnsw_ef the recall@10, the latency
 * and the server's CPU per query; the same under filters. Works against any Qdrant-compatible server. Not measured: many
 * clients at once.
 *
 *   npm run bench -- http/search --data <folder> [--url http://127.0.0.1:6333 --pid <its process>] [--ef 16,32,64]
 *
 * The folder holds what bench/ann/dataset.ts reads, and payload.jsonl. Without --url a server is started for the bench.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Dataset, readDataset } from '../ann/dataset.ts';
import { Client, cpuSecondsOf, residentMbOf } from './client.ts';
import { startBenchServer } from './server-process.ts';
import { upload } from './upload.ts';

const K = 10;
const COLLECTION = '/collections/bench-search';
const INDEXES = { pos: 'keyword', lexname: 'keyword', offset: 'integer', gloss_len: 'integer' };
const FILTERS: Readonly<Record<string, object>> = {
  'pos=v': { must: [{ key: 'pos', match: { value: 'v' } }] },
  'lexname=noun.shape': { must: [{ key: 'lexname', match: { value: 'noun.shape' } }] },
  'gloss_len>=66': { must: [{ key: 'gloss_len', range: { gte: 66 } }] },
};

const { values: given } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.NEARIFY_BENCH_DATA ?? '' },
    url: { type: 'string' },
    pid: { type: 'string' },
    ef: { type: 'string', default: '16,32,64,128,256,512' },
    points: { type: 'string' },
  },
});

interface Hit {
  readonly id: number;
}

const dataset = readDataset(given.data);
const server = given.url === undefined ? await startBenchServer() : undefined;
const pid = server?.pid ?? (given.pid === undefined ? undefined : Number(given.pid));
const client = new Client(server?.url ?? given.url!);
try {
  const efs = given.ef.split(',').map(Number);
  const uploaded = await load(dataset);
  const unfiltered = [];
  for (const ef of efs) unfiltered.push(await measure(ef, undefined, dataset.truth));
  const filtered: Record<string, unknown> = {};
  for (const [name, filter] of Object.entries(FILTERS)) {
    const truth = await exactAnswers(filter);
    filtered[name] = [await measure(64, filter, truth), await measure(128, filter, truth)];
  }
  const rssMb = pid === undefined ? undefined : residentMbOf(pid);
  console.log(
    JSON.stringify({ bench: 'http/search', upload: uploaded, unfiltered, filtered, rssMb }, undefined, 2),
  );
} finally {
  client.close();
  await server?.stop();
}

function cpuSeconds(): number {
  return pid === undefined ? Number.NaN : cpuSecondsOf(pid);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Uploads everything and waits until it is indexed. */
async function load({ base, dim }: Dataset) {
  const payloads = readFileSync(path.join(given.data, 'payload.jsonl'), 'utf8').split('\n');
  const count = Math.min(base.length, Number(given.points ?? base.length));
  const [startMs, startCpu] = [performance.now(), cpuSeconds()];
  const uploadSeconds = await upload(client, {
    collection: COLLECTION,
    dim,
    indexes: INDEXES,
    points: count,
    point: (row) => `{"id":${row},"vector":[${base[row]!.join(',')}],"payload":${payloads[row]}}`,
  });
  return {
    points: count,
    pointsPerSecond: Math.round(count / uploadSeconds),
    secondsToGreen: round((performance.now() - startMs) / 1000, 1),
    cpuSecondsToGreen: round(cpuSeconds() - startCpu, 1),
  };
}

function bodies(params: object, filter: object | undefined): string[] {
  return dataset.queries.map((query) =>
    JSON.stringify({ query: Array.from(query), limit: K, params, filter }),
  );
}

async function search(body: string): Promise<number[]> {
  const { points } = await client.call<{ points: Hit[] }>('POST', `${COLLECTION}/points/query`, body);
  return points.map(({ id }) => id);
}

async function exactAnswers(filter: object): Promise<number[][]> {
  const answers: number[][] = [];
  for (const body of bodies({ exact: true }, filter)) answers.push(await search(body));
  return answers;
}

async function measure(ef: number, filter: object | undefined, truth: readonly ArrayLike<number>[]) {
  const requests = bodies({ hnsw_ef: ef }, filter);
  for (const body of requests.slice(0, 200)) await search(body);
  let found = 0;
  let wanted = 0;
  const millis: number[] = [];
  const startCpu = cpuSeconds();
  for (const [i, body] of requests.entries()) {
    const startMs = performance.now();
    const ids = await search(body);
    millis.push(performance.now() - startMs);
    const exact = new Set(Array.from(truth[i]!).slice(0, K));
    found += ids.filter((id) => exact.has(id)).length;
    wanted += exact.size;
  }
  const cpu = cpuSeconds() - startCpu;
  millis.sort((a, b) => a - b);
  return {
    ef,
    recall: round(found / wanted, 4),
    cpuMicros: Math.round((cpu * 1e6) / requests.length),
    p50Ms: round(millis[millis.length >> 1]!, 2),
    p95Ms: round(millis[Math.floor(millis.length * 0.95)]!, 2),
  };
}
