/**
 * Measures: the largest gap of the server's event loop and the latency of `GET /healthz` while upserts of 30 MB are posted
 * again and again. Not measured: the speed of the upserts themselves.
 *
 *   npm run bench -- http/event-loop            [seconds, 20 if not given]
 */
import autocannon from 'autocannon';
import { Client } from './client.ts';
import { startBenchServer } from './server-process.ts';

const DIM = 768;
const POINTS = 2000;
/** Enough to see every stall, too few to be a load. */
const HEALTH_CHECKS_PER_SECOND = 200;
const BODY_BYTES = 30 * 1024 * 1024;

const UPSERT = '/collections/bench/points?wait=true';

const seconds = Number(process.argv[2] ?? 20);
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

/** 2,000 points with numbers as long as it takes to reach 30 MB. */
function upsertBody(): Uint8Array {
  const digits = Math.floor(BODY_BYTES / (POINTS * DIM)) - 4;
  const points = Array.from({ length: POINTS }, (_, id) => {
    const vector = Array.from({ length: DIM }, (__, i) => Math.sin(id * DIM + i).toFixed(digits));
    return `{"id":${id},"vector":[${vector.join(',')}]}`;
  });
  return new TextEncoder().encode(`{"points":[${points.join(',')}]}`);
}
