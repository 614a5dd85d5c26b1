import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp, COMMIT } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });

test('GET / tells title, version and commit, and nothing else', async () => {
  const { status, headers, text } = await api.send('GET', '/');
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'application/json');
  const info = JSON.parse(text);
  assert.deepEqual(Object.keys(info), ['title', 'version', 'commit']);
  assert.equal(info.title, 'qdrant - vector search engine');
  assert.match(info.version, /^1\.19\.\d+$/);
  assert.equal(info.commit, COMMIT);
});

for (const path of ['/healthz', '/livez']) {
  test(`GET ${path} is plain text`, async () => {
    const { status, headers, text } = await api.send('GET', path);
    assert.deepEqual([status, text], [200, 'healthz check passed']);
    assert.match(String(headers['content-type']), /^text\/plain/);
  });
}

test('GET /readyz is 200 once the collections are open', async () => {
  const { status, headers, text } = await api.send('GET', '/readyz');
  assert.deepEqual([status, text], [200, 'all shards are ready']);
  assert.match(String(headers['content-type']), /^text\/plain/);
});

test('GET /readyz is 503 until then, while the server lives', async (t) => {
  const starting = await buildTestApp(t, { collections: { isReady: false } });
  const { statusCode, payload } = await starting.app.inject('/readyz');
  assert.deepEqual([statusCode, payload], [503, 'some shards are not ready']);
  assert.equal((await starting.send('GET', '/livez')).status, 200);
});

const UNROUTED = [
  ['GET', '/nope'],
  ['GET', '/collections/a/b/c/d'],
  ['POST', '/'],
  ['POST', '/collections'],
  ['PATCH', '/healthz'],
  ['HEAD', '/collections'],
  ['DELETE', '/collections/a/points'],
  ['GET', '/collections/a/points'],
] as const;

for (const [method, path] of UNROUTED) {
  test(`${method} ${path} has no route: an empty 404 without a content type`, async () => {
    const { status, headers, text } = await api.send(method, path, method === 'GET' ? undefined : '{}');
    assert.deepEqual([status, text, headers['content-type']], [404, '', undefined]);
  });
}

for (const path of ['/healthz/', '/healthz///', '/healthz/?x=1', '/collections/', '//']) {
  test(`slashes at the end of ${path} are no part of it`, async () => {
    assert.equal((await api.send('GET', path)).status, 200);
  });
}

test('a slash at the end of a path with a body', async () => {
  await api.create('slashes', { size: 2, distance: 'Dot' });
  assert.deepEqual(await api.result('POST', '/collections/slashes/points/count/?timeout=5', {}), {
    count: 0,
  });
});

test('a path that is no percent-encoding', async () => {
  const { statusCode, payload } = await api.app.inject('/collections/%zz');
  assert.equal(statusCode, 400);
  assert.match(payload, /^\{"status":\{"error":"Deserialize error in path parameters: .*"\},"time":0\.0\}$/);
});
