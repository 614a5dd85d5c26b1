/** SIGKILL while payloads change and indexes are built: after every restart filters find what the payloads say. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { resultOf } from '../helpers/http.ts';
import { runs } from '../helpers/property-runs.ts';
import { Random } from '../helpers/random.ts';
import { startServer } from '../helpers/server.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const IDS_MAX = 3000;
const KILL_DELAY_MS_MAX = 400;
const C = '/collections/indexed';
const INDEXES: readonly (readonly [key: string, type: string])[] = [
  ['n', 'integer'],
  ['k', 'keyword'],
  ['t', 'text'],
];

interface StoredPayload {
  readonly n: number;
  readonly k: readonly string[];
  readonly t: string;
}

const payloadOf = (random: Random): StoredPayload => ({
  n: random.between(0, 9),
  k: [`k${random.between(0, 9)}`, `k${random.between(0, 9)}`],
  t: `word${random.between(0, 9)} and word${random.between(0, 9)}`,
});

/** Conditions, and what they ask of a payload. */
const CONDITIONS: readonly (readonly [condition: object, holds: (payload: StoredPayload) => boolean])[] = [
  [{ key: 'n', range: { gte: 5 } }, ({ n }) => n >= 5],
  [{ key: 'n', match: { value: 3 } }, ({ n }) => n === 3],
  [{ key: 'k', match: { value: 'k4' } }, ({ k }) => k.includes('k4')],
  [{ key: 'k', match: { any: ['k1', 'k2'] } }, ({ k }) => k.includes('k1') || k.includes('k2')],
  [{ key: 't', match: { text: 'word7' } }, ({ t }) => t.split(' ').includes('word7')],
];

/** Changes points and indexes until the server is gone. */
async function work(url: string, random: Random): Promise<void> {
  const send = (method: 'PUT' | 'POST' | 'DELETE', path: string, body?: object) =>
    resultOf({ url, method, path: `${C}${path}`, body });
  const someIds = (count: number) => Array.from({ length: count }, () => random.between(0, IDS_MAX));
  const step = async () => {
    const kind = random.between(0, 9);
    const [key, type] = INDEXES[random.between(0, INDEXES.length - 1)]!;
    if (kind < 4) {
      const points = someIds(400).map((id) => ({ id, vector: [1], payload: payloadOf(random) }));
      await send('PUT', '/points?wait=true', { points });
    } else if (kind < 7) {
      const filter = { must: { key: 'n', match: { value: random.between(0, 9) } } };
      await send('POST', '/points/payload?wait=true', { payload: payloadOf(random), filter });
    } else if (kind < 8) {
      await send('POST', '/points/delete?wait=true', { points: someIds(100) });
    } else if (kind < 9) {
      await send('DELETE', `/index/${key}?wait=true`);
    } else {
      await send('PUT', '/index?wait=false', { field_name: key, field_schema: type });
    }
  };
  for (;;) {
    try {
      await step();
    } catch (error) {
      // What fetch throws when the connection breaks; all else is a failure of the test.
      if (error instanceof TypeError) return;
      throw error;
    }
  }
}

async function check(url: string): Promise<void> {
  const ask = <T>(path: string, body: object) =>
    resultOf<T>({ url, method: 'POST', path: `${C}${path}`, body });
  const compare = async () => {
    const { points } = await ask<{ points: { payload: StoredPayload }[] }>('/points/scroll', {
      limit: 2 * IDS_MAX,
    });
    for (const [condition, holds] of CONDITIONS) {
      const { count } = await ask<{ count: number }>('/points/count', { filter: { must: condition } });
      const expected = points.filter(({ payload }) => holds(payload)).length;
      assert.equal(count, expected, JSON.stringify(condition));
    }
  };
  await compare();
  for (const [field_name, field_schema] of INDEXES) {
    await resultOf({ url, method: 'PUT', path: `${C}/index?wait=true`, body: { field_name, field_schema } });
  }
  await compare();
}

const start = (t: TestContext, storagePath: string) => startServer(t, { storagePath });

test('indexes agree with the payloads after every SIGKILL', async (t) => {
  const { numRuns, seed } = runs(10);
  const random = new Random(seed);
  const storagePath = tempDir(t);
  let server = await start(t, storagePath);
  await resultOf({
    url: server.url,
    method: 'PUT',
    path: C,
    body: { vectors: { size: 1, distance: 'Dot' } },
  });
  for (let kill = 0; kill < numRuns; kill++) {
    const working = [work(server.url, random), work(server.url, random)];
    await delay(random.between(50, KILL_DELAY_MS_MAX));
    await server.kill('SIGKILL');
    await Promise.all(working);
    server = await start(t, storagePath);
    try {
      await check(server.url);
    } catch (error) {
      throw new Error(`after kill ${kill} with seed ${seed}`, { cause: error });
    }
  }
  await server.stop();
});
