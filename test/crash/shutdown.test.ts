/** SIGTERM and SIGINT: what runs is answered, the storage closes clean, and the next start serves the same data. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { resultOf, send } from '../helpers/http.ts';
import { startServer } from '../helpers/server.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const POINTS = '/collections/things/points';

async function createThings(url: string): Promise<void> {
  const vectors = { size: 2, distance: 'Euclid' };
  await resultOf({ url, method: 'PUT', path: '/collections/things', body: { vectors } });
}

/** A request whose head the server has taken while its body is still to come. */
async function openRequest(url: string, method: string, agent: Agent): Promise<ClientRequest> {
  const headers = { 'content-type': 'application/json', expect: '100-continue' };
  const opened = request(url, { method, headers, agent });
  opened.flushHeaders();
  await once(opened, 'continue');
  return opened;
}

async function finish(
  opened: ClientRequest,
  body: unknown,
): Promise<{ status: number | undefined; body: string }> {
  opened.end(JSON.stringify(body));
  const [response] = (await once(opened, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

test('a second signal ends the server at once, whatever still runs', async (t) => {
  const storagePath = tempDir(t);
  const server = await startServer(t, { storagePath });
  await createThings(server.url);
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const held = await openRequest(`${server.url}${POINTS}?wait=true`, 'PUT', agent);
  held.on('error', () => {});
  const ended = server.kill('SIGTERM');
  await server.logged(({ msg }) => msg === 'shutting down');
  process.kill(server.pid, 'SIGTERM');
  assert.deepEqual(await ended, { code: null, signal: 'SIGKILL' });
  const next = await startServer(t, { storagePath });
  assert.deepEqual(await next.stop(), { code: 0, signal: null });
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} lets running requests finish and ends with 0`, async (t) => {
    const storagePath = tempDir(t);
    const server = await startServer(t, { storagePath });
    await createThings(server.url);
    // Never gives up a connection by itself: a server that waited for that would not end.
    const agent = new Agent({ keepAlive: true, timeout: 0 });
    t.after(() => agent.destroy());
    const upsert = await openRequest(`${server.url}${POINTS}?wait=true`, 'PUT', agent);
    const count = await openRequest(`${server.url}${POINTS}/count`, 'POST', agent);
    const ended = server.kill(signal);
    await server.logged(({ msg }) => msg === 'shutting down');
    // From here on nobody new gets in, but both requests must get their answers.
    const upserted = await finish(upsert, { points: [{ id: 7, vector: [1, 2], payload: { n: 1.0 } }] });
    assert.equal(upserted.status, 200, upserted.body);
    const counted = await finish(count, {});
    assert.equal(counted.status, 200, counted.body);
    assert.deepEqual(await ended, { code: 0, signal: null });
    await server.logged(({ msg }) => msg === 'closed');
    await assert.rejects(fetch(server.url), TypeError);

    const next = await startServer(t, { storagePath });
    const stored = await resultOf({ url: next.url, method: 'GET', path: `${POINTS}/7` });
    assert.deepEqual(stored, { id: 7, payload: { n: 1 }, vector: [1, 2] });
    assert.deepEqual(await next.stop(), { code: 0, signal: null });
  });
}

test('a restart serves the same answers, byte for byte', async (t) => {
  const storagePath = tempDir(t);
  const first = await startServer(t, { storagePath });
  await createThings(first.url);
  // As text, so that nothing of JavaScript's numbers comes between.
  const points = `{"points":[
    {"id":18446744073709551615,"vector":[0.1,-0.25],"payload":{"one":1,"float":1.0,"big":18446744073709551615,"e":1e3}},
    {"id":"5c56c793-69f3-4fbf-87e6-c4bf54c28c26","vector":[3,4],"payload":{"z":null,"a":[[],{"ü":"😀"}]}},
    {"id":3,"vector":{}},
    {"id":4,"vector":[9,9]}]}`;
  const put = { url: first.url, method: 'PUT', path: `${POINTS}?wait=true`, body: points } as const;
  await resultOf(put);
  await resultOf({ ...put, method: 'POST', path: `${POINTS}/delete?wait=true`, body: { points: [4] } });

  const answers = async (url: string) => {
    const requests = [
      ['scroll', { with_payload: true, with_vector: true }],
      ['query', { query: [0, 0], with_payload: true, with_vector: true }],
      ['query', { filter: { must: [{ key: 'one', match: { value: 1 } }] }, with_payload: true }],
      ['count', { filter: { must: [{ is_empty: { key: 'a' } }] } }],
    ] as const;
    const texts = requests.map(async ([operation, body]) => {
      const response = await fetch(`${url}${POINTS}/${operation}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return (await response.text()).replace(/"time":[^}]*/, '');
    });
    return Promise.all(texts);
  };
  const before = await answers(first.url);
  assert.match(before[0]!, /"one":1,"float":1.0,"big":18446744073709551615,"e":1e3/);
  assert.deepEqual(await first.stop(), { code: 0, signal: null });
  const second = await startServer(t, { storagePath });
  assert.deepEqual(await answers(second.url), before);
  // Operation numbers go on where they were.
  const upsert = { points: [{ id: 5, vector: [1, 1] }] };
  const answer = await send({ url: second.url, method: 'PUT', path: `${POINTS}?wait=true`, body: upsert });
  assert.deepEqual(answer.body.result, { operation_id: 3, status: 'completed' });
  assert.deepEqual(await second.stop(), { code: 0, signal: null });
});
