import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const ORIGIN = { origin: 'https://app.example' };
const PREFLIGHT = { ...ORIGIN, 'access-control-request-method': 'PUT' };

const api = await buildTestApp({ after });

test('pages of any origin may read answers', async () => {
  const { headers } = await api.send('GET', '/collections', undefined, ORIGIN);
  assert.equal(headers['access-control-allow-origin'], '*');
});

test('pages of any origin may read errors', async () => {
  const { status, headers } = await api.send('GET', '/collections/none', undefined, ORIGIN);
  assert.deepEqual([status, headers['access-control-allow-origin']], [404, '*']);
});

test('a preflight allows every method and the headers that are asked for', async () => {
  const asked = { ...PREFLIGHT, 'access-control-request-headers': 'api-key, content-type' };
  const { status, headers, text } = await api.send('OPTIONS', '/collections/c', undefined, asked);
  assert.deepEqual([status, text], [204, '']);
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.equal(headers['access-control-allow-headers'], 'api-key, content-type');
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    assert.ok(String(headers['access-control-allow-methods']).includes(method), method);
  }
});

test('OPTIONS that is no preflight is a method without a route', async () => {
  const { status, headers, text } = await api.send('OPTIONS', '/collections');
  assert.deepEqual([status, text, headers['content-type']], [404, '', undefined]);
});

test('service.enable_cors=false: no header, and no preflight', async (t) => {
  const closed = await buildTestApp(t, { settings: { 'service.enable_cors': 'false' } });
  const { headers } = await closed.send('GET', '/collections', undefined, ORIGIN);
  assert.equal(headers['access-control-allow-origin'], undefined);
  const preflight = await closed.send('OPTIONS', '/collections/c', undefined, PREFLIGHT);
  assert.deepEqual([preflight.status, preflight.text], [404, '']);
});
