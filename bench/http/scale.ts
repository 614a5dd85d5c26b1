/**
 * Measures a large collection over HTTP: upload by one client, time until all is indexed, queries a second of many clients
 * against recall@10, searches at a fixed rate while points are uploaded at full speed, memory, disk, and the time from
 * the start of the server until the first correct answer. The answers of `exact` searches are the truth.
 *
 *   npm run bench -- http/scale [--points 1000000] [--dim 128] [--ef 32,64,128] [--clients 8] [--seconds 10]
 *       [--flat] [--url … --pid …]
 *
 * --flat makes data of a low dimension as a whole (see clustered.ts), which is easier to search.
 * Without --url a server is started for the bench; only then restart and disk are measured.
 */
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import autocannon from 'autocannon';
import { Client, cpuSecondsOf, residentMbOf } from './client.ts';
import { clusteredVectors } from '../clustered.ts';
import { startBenchServer } from './server-process.ts';
import type { UploadOrder } from './upload-thread.ts';

const K = 10;
const BATCH = 1000;
const QUERIES = 500;
const OFFERED_PER_SECOND = 200;
const OFFERED_CLIENTS = 20;
const COLLECTION = '/collections/bench-scale';

const { values: given } = parseArgs({
  options: {
    points: { type: 'string', default: '1000000' },
    dim: { type: 'string', default: '128' },
    ef: { type: 'string', default: '32,64,128,256' },
    clients: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '10' },
    flat: { type: 'boolean', default: false },
    url: { type: 'string' },
    pid: { type: 'string' },
  },
});
const [points, dim, seconds] = [given.points, given.dim, given.seconds].map(Number) as [
  number,
  number,
  number,
];

interface Hit {
  readonly id: number;
}

let server = given.url === undefined ? await startBenchServer() : undefined;
let client = new Client(server?.url ?? given.url!);
const result: Record<string, unknown> = { bench: 'http/scale', points, dim };
try {
  const source = clusteredVectors(dim, 2, given.flat);
  const asked = clusteredVectors(dim, 3, given.flat);
  const queries = Array.from({ length: QUERIES }, () => asked.next());
  await client.send('DELETE', COLLECTION);
  await client.call('PUT', COLLECTION, JSON.stringify({ vectors: { size: dim, distance: 'Cosine' } }));
  result.upload = await upload(source, 0, points);
  report('upload');
  const truth = await answers(queries, { exact: true });
  result.search = await searches(queries, truth);
  report('search');
  result.memory = { rssMb: residentMbOf(pid()), ...(server && { diskMb: folderMb(server.storage) }) };
  report('memory');
  if (server !== undefined) {
    client.close();
    const startMs = performance.now();
    server = await server.restart();
    client = new Client(server.url);
    const again = await answers(queries.slice(0, 1), { hnsw_ef: 512 });
    result.restart = {
      seconds: round((performance.now() - startMs) / 1000),
      recall: recall(again, truth),
      rssMb: residentMbOf(server.pid),
    };
    report('restart');
  }
  result.duringUpload = await duringUpload(queries);
  report('duringUpload');
  console.log(JSON.stringify(result, undefined, 1));
} finally {
  client.close();
  await server?.stop();
}

/** Tells what is known so far: the whole takes minutes. */
function report(part: string): void {
  console.error(`${part}: ${JSON.stringify(result[part])}`);
}

function pid(): number {
  return server?.pid ?? Number(given.pid);
}

function cpuSeconds(): number {
  return Number.isNaN(pid()) ? Number.NaN : cpuSecondsOf(pid());
}

function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/** Bytes of a batch of points with the ids from `first`. */
function batch(source: { next(): number[] }, first: number, count: number): string {
  const rows = Array.from({ length: count }, (_, i) => `{"id":${first + i},"vector":[${source.next()}]}`);
  return `{"points":[${rows.join(',')}]}`;
}

async function upload(source: { next(): number[] }, first: number, count: number) {
  const startCpu = cpuSeconds();
  const startMs = performance.now();
  let requestMs = 0;
  for (let done = 0; done < count; done += BATCH) {
    const body = batch(source, first + done, Math.min(BATCH, count - done));
    const sentMs = performance.now();
    await client.call('PUT', `${COLLECTION}/points?wait=true`, body);
    requestMs += performance.now() - sentMs;
  }
  const uploadSeconds = (performance.now() - startMs) / 1000;
  while ((await client.call<{ status: string }>('GET', COLLECTION)).status !== 'green') {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    pointsPerSecond: Math.round((count / requestMs) * 1000),
    uploadSeconds: round(uploadSeconds),
    secondsToGreen: round((performance.now() - startMs) / 1000),
    cpuSecondsToGreen: round(cpuSeconds() - startCpu),
  };
}

function searchBody(query: number[], params: object): string {
  return JSON.stringify({ query, limit: K, params });
}

async function answers(queries: readonly number[][], params: object): Promise<number[][]> {
  const found: number[][] = [];
  for (const query of queries) {
    const { points: hits } = await client.call<{ points: Hit[] }>(
      'POST',
      `${COLLECTION}/points/query`,
      searchBody(query, params),
    );
    found.push(hits.map(({ id }) => id));
  }
  return found;
}

function recall(found: readonly number[][], truth: readonly number[][]): number {
  const hits = found.map((ids, i) => ids.filter((id) => truth[i]!.includes(id)).length);
  return round(hits.reduce((sum, hit) => sum + hit, 0) / (found.length * K), 4);
}

async function searches(queries: readonly number[][], truth: readonly number[][]): Promise<object[]> {
  const rows: object[] = [];
  for (const ef of given.ef.split(',').map(Number)) {
    const found = await answers(queries, { hnsw_ef: ef });
    const startCpu = cpuSeconds();
    const load = await autocannon({
      url: server?.url ?? given.url!,
      connections: Number(given.clients),
      duration: seconds,
      workers: 1,
      requests: queries.map((query) => ({
        method: 'POST',
        path: `${COLLECTION}/points/query`,
        headers: { 'content-type': 'application/json' },
        body: searchBody(query, { hnsw_ef: ef }),
      })),
    });
    rows.push({
      ef,
      recall: recall(found, truth),
      queriesPerSecond: Math.round(load.requests.total / load.duration),
      cpuMicros: Math.round(((cpuSeconds() - startCpu) * 1e6) / load.requests.total),
      p50Ms: load.latency.p50,
      p99Ms: load.latency.p99,
      failed: load.non2xx + load.errors,
    });
  }
  return rows;
}

/** Latency of searches at a fixed rate: while nothing else runs, and while new points arrive as fast as they are taken. */
async function duringUpload(queries: readonly number[][]) {
  const idle = await offered(queries);
  const source = clusteredVectors(dim, 4, given.flat);
  const bodies = Array.from({ length: 50 }, (_, i) => batch(source, points + i * BATCH, BATCH));
  const workerData: UploadOrder = {
    url: server?.url ?? given.url!,
    path: `${COLLECTION}/points?wait=true`,
    bodies,
  };
  // Sending megabytes would delay the searches here.
  const uploader = new Worker(new URL('upload-thread.ts', import.meta.url), { workerData });
  const ended = once(uploader, 'message') as Promise<[number]>;
  const searching = offered(queries).finally(() => uploader.postMessage('end', []));
  const [busy, [uploaded]] = await Promise.all([searching, ended]);
  return { idle, busy, pointsPerSecond: Math.round((uploaded * BATCH) / seconds) };
}

/** Sends a search every few milliseconds whether the last is answered or not; latency counts from when it was due. */
async function offered(queries: readonly number[][]): Promise<object> {
  const url = server?.url ?? given.url!;
  const clients = Array.from({ length: OFFERED_CLIENTS }, () => new Client(url));
  const total = OFFERED_PER_SECOND * seconds;
  const millis: number[] = [];
  const startMs = performance.now();
  await Promise.all(
    clients.map(async (one, lane) => {
      for (let i = lane; i < total; i += OFFERED_CLIENTS) {
        const dueMs = startMs + (i * 1000) / OFFERED_PER_SECOND;
        const early = dueMs - performance.now();
        if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
        const body = searchBody(queries[i % queries.length]!, { hnsw_ef: 128 });
        await one.call('POST', `${COLLECTION}/points/query`, body);
        millis.push(performance.now() - Math.max(dueMs, startMs));
      }
      one.close();
    }),
  );
  millis.sort((a, b) => a - b);
  const at = (share: number) => round(millis[Math.floor(millis.length * share)]!);
  return {
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    maxMs: at(1 - 1 / millis.length),
    served: millis.length,
  };
}

function folderMb(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const bytes = files.map((file) => statSync(path.join(file.parentPath, file.name)).blocks * 512);
  return Math.round(bytes.reduce((sum, size) => sum + size, 0) / 1024 / 1024);
}
