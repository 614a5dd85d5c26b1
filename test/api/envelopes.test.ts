import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { internalError, ServiceError } from '../../src/shared/errors.ts';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
await api.create('c', { size: 2, distance: 'Dot' });

const SUCCESSES = [
  ['GET', '/collections', undefined],
  ['GET', '/collections/c', undefined],
  ['GET', '/collections/c/exists', undefined],
  ['PUT', '/collections/d', {}],
  ['DELETE', '/collections/d', undefined],
  ['PUT', '/collections/c/points?wait=true', { points: [{ id: 1, vector: [1, 2] }] }],
  ['GET', '/collections/c/points/1', undefined],
  ['POST', '/collections/c/points', { ids: [1] }],
  ['POST', '/collections/c/points/scroll', {}],
  ['POST', '/collections/c/points/count', {}],
  ['POST', '/collections/c/points/query', { query: [1, 1] }],
  ['POST', '/collections/c/points/query/batch', { searches: [] }],
  ['POST', '/collections/c/points/delete', { points: [1] }],
] as const;

for (const [method, path, body] of SUCCESSES) {
  test(`${method} ${path}: result, status and time, and no other key`, async () => {
    const { status, headers, text } = await api.send(method, path, body);
    assert.equal(status, 200, text);
    assert.equal(headers['content-type'], 'application/json');
    const answer = JSON.parse(text);
    assert.deepEqual(Object.keys(answer), ['result', 'status', 'time']);
    assert.equal(answer.status, 'ok');
    assert.ok(typeof answer.time === 'number' && answer.time >= 0 && answer.time < 60, text);
  });
}

const FAILURES = [
  ['GET', '/collections/none', undefined, 404],
  ['PUT', '/collections/c', {}, 409],
  ['PUT', '/collections/e', { vectors: { size: 'x', distance: 'Dot' } }, 400],
  ['PUT', '/collections/e', { vectors: { size: 65537, distance: 'Dot' } }, 422],
  ['POST', '/collections/c/points/query', { limit: 0 }, 422],
  ['POST', '/collections/c/points/query', { query: [1] }, 400],
  ['POST', '/collections/c/points/query', '{', 400],
  ['PUT', '/collections/c/points', { points: [] }, 400],
  ['GET', '/collections/c/points/9', undefined, 404],
] as const;

for (const [method, path, body, expected] of FAILURES) {
  test(`${method} ${path} ${JSON.stringify(body)}: ${expected} with status.error and time, without result`, async () => {
    const { status, headers, text } = await api.send(method, path, body);
    assert.equal(status, expected, text);
    assert.equal(headers['content-type'], 'application/json');
    const answer = JSON.parse(text);
    assert.deepEqual(Object.keys(answer), ['status', 'time']);
    assert.deepEqual(Object.keys(answer.status), ['error']);
  });
}

const BEFORE_ANY_WORK = [
  ['GET', '/collections/c/points/1?timeout=x', undefined],
  ['GET', `/collections/${'x'.repeat(256)}`, undefined],
  ['PUT', '/collections/e', '{'],
  ['PUT', '/collections/e', { vectors: { size: 65537, distance: 'Dot' } }],
  ['POST', '/collections/c/points/count', '{'],
  ['POST', '/collections/c/points/query', { limit: 0 }],
  ['PUT', '/collections/c/points', { points: [{ id: -1, vector: [] }] }],
] as const;

test('what is found wrong before any work has the time 0.0', async () => {
  for (const [method, path, body] of BEFORE_ANY_WORK) {
    const { text } = await api.send(method, path, body);
    assert.match(text, /"time":0\.0\}$/, `${method} ${path}`);
  }
});

test('a fault of ours says nothing of it to the client and all of it to the log', async (t) => {
  const secret = 'EACCES: permission denied, open /srv/secret/data.mdb';
  const lines: string[] = [];
  const faulty = await buildTestApp(t, {
    collections: {
      list: () => {
        throw new Error(secret);
      },
    },
    logLine: (line) => lines.push(JSON.stringify(line)),
  });
  const { status, text } = await faulty.send('GET', '/collections', undefined, { 'x-request-id': 'id-7' });
  assert.equal(status, 500);
  assert.doesNotMatch(text, /EACCES|secret|\.ts|node_modules| at /);
  assert.match(text, /^\{"status":\{"error":"Service internal error: [^"]*id-7"\},"time":/);
  const logged = lines.find((line) => line.includes(secret));
  assert.match(logged ?? '', /"reqId":"id-7"/);
});

test('a known fault of ours keeps its own text, and its cause goes to the log only', async (t) => {
  const lines: string[] = [];
  const faulty = await buildTestApp(t, {
    collections: { info: () => Promise.reject(internalError('storage is full', new Error('ENOSPC secret'))) },
    logLine: (line) => lines.push(JSON.stringify(line)),
  });
  const { status, text } = await faulty.send('GET', '/collections/c');
  assert.equal(status, 500);
  assert.match(text, /^\{"status":\{"error":"Service internal error: storage is full"\},"time":/);
  assert.ok(lines.some((line) => line.includes('ENOSPC secret')));
});

test('overload is 503 with Retry-After in whole seconds', async (t) => {
  const overload = new ServiceError('NEARIFY_OVERLOADED', 'busy', { detail: { retryAfterSeconds: 3 } });
  const busy = await buildTestApp(t, { collections: { read: () => Promise.reject(overload) } });
  const { status, headers, text } = await busy.send('POST', '/collections/c/points/count', {});
  assert.deepEqual([status, headers['retry-after']], [503, '3']);
  assert.match(text, /^\{"status":\{"error":"Service overloaded: busy"\}/);
});

test('an answer with a request id of the client is logged under it', async (t) => {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const chatty = await buildTestApp(t, {
    settings: { log_level: 'debug' },
    logLine: (line) => lines.push(line),
  });
  await chatty.send('GET', '/healthz', undefined, { 'x-request-id': 'mine' });
  const line = lines.find(({ msg }) => msg === 'request');
  assert.deepEqual([line?.reqId, line?.url, line?.status], ['mine', '/healthz', 200]);
});
