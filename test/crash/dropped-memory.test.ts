/** Collections that are dropped give their memory back, although no garbage collector counts it. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { residentMbOf } from '../../bench/http/client.ts';
import { resultOf } from '../helpers/http.ts';
import { startServer } from '../helpers/server.ts';

const POINTS = 20_000;
/** Of 20,000 x 1,024 numbers: 78 MB of rows. */
const SIZE = 1024;
const BATCH = 1000;
const ROUNDS = 3;
/** Less than a second collection that stays. */
const GROWTH_MAX_MB = 70;

const skip = process.platform === 'linux' ? false : 'resident memory is read from /proc';

test('memory does not grow with collections that come and go', { skip }, async (t) => {
  const { url, pid } = await startServer(t);
  const path = '/collections/passing';
  const vector = JSON.stringify(Array.from({ length: SIZE }, (_, i) => (i % 7) / 7));
  const comeAndGo = async () => {
    const vectors = { size: SIZE, distance: 'Cosine' };
    await resultOf({
      url,
      method: 'PUT',
      path,
      body: { vectors, optimizers_config: { indexing_threshold: 0 } },
    });
    for (let first = 0; first < POINTS; first += BATCH) {
      const points = Array.from({ length: BATCH }, (_, i) => `{"id":${first + i},"vector":${vector}}`);
      const body = `{"points":[${points.join(',')}]}`;
      await resultOf({ url, method: 'PUT', path: `${path}/points?wait=true`, body });
    }
    const body = { query: JSON.parse(vector), limit: 1 };
    await resultOf({ url, method: 'POST', path: `${path}/points/query`, body });
    await resultOf({ url, method: 'DELETE', path });
  };
  // The first round also fills what is kept for later requests.
  await comeAndGo();
  const beforeMb = residentMbOf(pid);
  for (let round = 0; round < ROUNDS; round++) await comeAndGo();

  const growth = () => residentMbOf(pid) - beforeMb;
  for (let tries = 0; growth() > GROWTH_MAX_MB && tries < 100; tries++) await sleep(100);
  assert.ok(growth() <= GROWTH_MAX_MB, `grown by ${growth()} MB`);
});
