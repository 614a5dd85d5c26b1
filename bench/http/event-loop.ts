/**
 * Measures: the largest gap of the server's event loop and the latency of `GET /healthz` while upserts of 30 MB are posted
 * again and again. Not measured: the speed of the upserts themselves.
 *
 *   npm run bench -- http/event-loop [--seconds 20] [--points 2000]
 */
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { Client } from './client.ts';
import { startBenchServer } from './server-process.ts';

const DIM = 768;
/** Enough to see every stall, too few to be a load. */
const HEALTH_CHECKS_PER_SECOND = 200;
/** Of 2,000 points in 30 MB. */
const BYTES_PER_POINT = (30 * 1024 * 1024) / 2000;

const UPSERT = '/collections/bench/points?wait=true';

const { values: given } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, points: { type: 'string', default: '2000' } },
});
const seconds = Number(given.seconds);
const server = await startBenchServer();
try {
  const client = new Client(server.url);
  await client.call(
    'PUT',
    '/collections/bench',
    JSON.stringify({ vectors: { size: DIM, distance: 'Cosine' } }),
  );
  const body = upsertBody();
  await client.call('PUT', UPSERT, body);
  await server.loopDelays();

  const end = new AbortController();
  let uploads = 0;
  const uploading = (async () => {
    for (; !end.signal.aborted; uploads++) await client.call('PUT', UPSERT, body);
  })();
  const health = await autocannon({
    url: `${server.url}/healthz`,
    connections: 1,
    overallRate: HEALTH_CHECKS_PER_SECOND,
    duration: seconds,
    workers: 1,
  });
  end.abort();
  await uploading;
  client.close();
  const delays = await server.loopDelays();
  console.log(
    JSON.stringify({
      bench: 'http/event-loop',
      uploads,
      upload_mb: Math.round(body.length / 1024 / 1024),
      loop_gap_max_ms: round(delays.max),
      loop_gap_p99_ms: round(delays.p99),
      healthz_requests: health.requests.total,
      healthz_p50_ms: health.latency.p50,
      healthz_p99_ms: health.latency.p99,
      healthz_max_ms: health.latency.max,
    }),
  );
} finally {
  await server.stop();
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** Points with numbers as long as it takes to reach the size of a large upsert. */
function upsertBody(): Uint8Array {
  const digits = Math.floor(BYTES_PER_POINT / DIM) - 4;
  const points = Array.from({ length: Number(given.points) }, (_, id) => {
    const vector = Array.from({ length: DIM }, (__, i) => Math.sin(id * DIM + i).toFixed(digits));
    return `{"id":${id},"vector":[${vector.join(',')}]}`;
  });
  return new TextEncoder().encode(`{"points":[${points.join(',')}]}`);
}
