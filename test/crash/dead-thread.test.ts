/** A thread that dies while it runs a request: that request gets an error, the next ones are served, nothing is lost. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { resultOf, send } from '../helpers/http.ts';
import { startServer } from '../helpers/server.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const POINTS = '/collections/things/points';
const KILLER = new URL('thread-killer.ts', import.meta.url);

const upsert = (id: number) => ({ points: [{ id, vector: [id, 1], payload: { id } }] });

for (const kind of ['search', 'background'] as const) {
  test(`a ${kind} thread that dies is replaced`, async (t) => {
    const marker = path.join(tempDir(t), 'end');
    const storagePath = tempDir(t);
    const server = await startServer(t, {
      storagePath,
      env: { TEST_THREAD_KILLER: marker, NODE_OPTIONS: `--import=${KILLER.href}` },
    });
    const { url } = server;
    const write = (id: number) =>
      ({ url, method: 'PUT', path: `${POINTS}?wait=true`, body: upsert(id) }) as const;
    const query = {
      url,
      method: 'POST',
      path: `${POINTS}/query`,
      body: { query: [1, 0], limit: 9 },
    } as const;
    const vectors = { size: 2, distance: 'Dot' };
    await resultOf({ url, method: 'PUT', path: '/collections/things', body: { vectors } });
    await resultOf(write(1));

    writeFileSync(`${marker}.${kind}`, '');
    const { status, body } = await send(kind === 'search' ? query : write(2));
    assert.equal(status, 500);
    assert.match(
      JSON.stringify(body.status),
      /Service internal error: the .* thread died while it ran this request/,
    );
    assert.ok(!existsSync(`${marker}.${kind}`), 'a thread has ended');

    await resultOf(write(3));
    const { points } = await resultOf<{ points: { id: number }[] }>(query);
    const ids = points.map(({ id }) => id).filter((id) => id !== 2);
    assert.deepEqual(ids, [3, 1]);
    assert.deepEqual(await server.stop(), { code: 0, signal: null });

    const next = await startServer(t, { storagePath });
    assert.deepEqual(await resultOf({ ...query, url: next.url }), { points });
    assert.deepEqual(await next.stop(), { code: 0, signal: null });
  });
}

const DIM = 16;
const HALF = 1500;
const things = (from: number, to: number) => {
  const ids = Array.from({ length: to - from }, (_, i) => from + i);
  const vectors = ids.map((id) =>
    Array.from({ length: DIM }, (_, i) => Math.sin(id * 37 + i * (1 + (id % 7)))),
  );
  return { batch: { ids, vectors } };
};

interface Info {
  readonly status: string;
  readonly points_count: number;
  readonly indexed_vectors_count: number;
}

test('rows that a dead thread had taken are linked by others, while reads and writes go on', async (t) => {
  const marker = path.join(tempDir(t), 'end');
  const storagePath = tempDir(t);
  const env = {
    TEST_THREAD_KILLER: marker,
    NODE_OPTIONS: `--import=${KILLER.href}`,
    NEARIFY__THREADS__BACKGROUND: '3',
  };
  const server = await startServer(t, { storagePath, env });
  let { url } = server;
  const info = () => resultOf<Info>({ url, method: 'GET', path: '/collections/things' });
  const write = (from: number, to: number) =>
    resultOf({ url, method: 'PUT', path: `${POINTS}?wait=true`, body: things(from, to) });
  const search = async (exact: boolean) => {
    const [query] = things(7, 8).batch.vectors;
    const body = { query, limit: 10, params: { exact, hnsw_ef: 256 } };
    const call = { url, method: 'POST', path: `${POINTS}/query`, body } as const;
    const { points } = await resultOf<{ points: { id: number }[] }>(call);
    return points.map(({ id }) => id);
  };
  /** Reads and writes until all is linked. */
  const untilGreen = async (points: number) => {
    const expected = await search(true);
    let last: Info;
    do {
      assert.deepEqual(await search(false), expected);
      await write(0, 1);
      last = await info();
    } while (last.status !== 'green');
    assert.equal(last.points_count, points);
    assert.equal(last.indexed_vectors_count, points);
    return expected;
  };
  const body = {
    vectors: { size: DIM, distance: 'Euclid' },
    optimizers_config: { indexing_threshold: 1 },
  };
  await resultOf({ url, method: 'PUT', path: '/collections/things', body });
  await write(0, HALF);
  await untilGreen(HALF);

  writeFileSync(`${marker}.linking`, '');
  await write(HALF, 2 * HALF);
  await server.logged(({ msg }) => msg === 'indexing goes on');
  assert.ok(!existsSync(`${marker}.linking`), 'a thread has ended');
  const expected = await untilGreen(2 * HALF);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });

  const next = await startServer(t, { storagePath });
  url = next.url;
  const { status, indexed_vectors_count: indexed } = await info();
  assert.deepEqual([status, indexed], ['green', 2 * HALF], 'the checkpoint has all of it');
  assert.deepEqual(await search(false), expected);
  assert.deepEqual(await next.stop(), { code: 0, signal: null });
});
