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
