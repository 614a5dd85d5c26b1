import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const CHUNKED = { 'transfer-encoding': 'chunked' };

const api = await buildTestApp({ after }, { settings: { 'service.max_request_size_mb': '1' } });
await api.create('c', { size: 2, distance: 'Dot' });

/** One route with a parsed body on the event loop, one read and one update whose bodies threads parse. */
const ROUTES = [
  ['PUT', '/collections/new'],
  ['POST', '/collections/c/points/count'],
  ['PUT', '/collections/c/points'],
] as const;

for (const [method, path] of ROUTES) {
  test(`${method} ${path}: a body that is no JSON`, async () => {
    assert.match(
      await api.fault(method, path, '{"vectors": nope}'),
      /^400 Format error in JSON body: .* at line 1 column \d+$/,
    );
  });

  test(`${method} ${path}: a body that ends too early`, async () => {
    assert.match(
      await api.fault(method, path, '{"points": ['),
      /^400 Format error in JSON body: EOF while parsing a list at line 1 column \d+$/,
    );
  });

  test(`${method} ${path}: two values`, async () => {
    assert.match(
      await api.fault(method, path, '{} {}'),
      /^400 Format error in JSON body: trailing characters/,
    );
  });

  test(`${method} ${path}: no body`, async () => {
    assert.match(
      await api.fault(method, path),
      /^400 Format error in JSON body: EOF while parsing a value at line 1 column 0$/,
    );
  });

  test(`${method} ${path}: bytes that are not UTF-8`, async () => {
    const body = Buffer.concat([Buffer.from('{"filter":"'), Buffer.of(0xff), Buffer.from('"}')]);
    assert.match(await api.fault(method, path, body), /^400 Format error in JSON body: /);
  });

  test(`${method} ${path}: an array in the place of the object`, async () => {
    assert.match(await api.fault(method, path, '[]'), /^400 Format error in JSON body: /);
  });

  test(`${method} ${path}: a body larger than allowed`, async () => {
    const body = `{"filter":${' '.repeat(1024 * 1024)}null}`;
    const message = `JSON payload (${body.length} bytes) is larger than allowed (limit: 1048576 bytes).`;
    assert.equal(await api.fault(method, path, body), `413 Payload error: ${message}`);
  });

  test(`${method} ${path}: a larger body of unknown length`, async () => {
    const chunks = Readable.from(Array.from({ length: 20 }, () => Buffer.alloc(64 * 1024, ' ')));
    const { statusCode, payload } = await api.app.inject({
      method,
      url: path,
      headers: CHUNKED,
      payload: chunks,
    });
    assert.equal(statusCode, 413);
    assert.match(
      payload,
      /^\{"status":\{"error":"Payload error: JSON payload has exceeded limit \(1048576 bytes\)/,
    );
  });
}

test('a body as large as allowed', async () => {
  const body = `{"filter":${' '.repeat(1024 * 1024 - '{"filter":null}'.length)}null}`;
  assert.deepEqual(await api.result('POST', '/collections/c/points/count', body), { count: 0 });
});

test('a body of unknown length in pieces', async () => {
  const pieces = Readable.from(
    ['{"vec', 'tors":{"size":2,', '"distance":"Dot"}}'].map((text) => Buffer.from(text)),
  );
  const { statusCode } = await api.app.inject({
    method: 'PUT',
    url: '/collections/pieces',
    headers: CHUNKED,
    payload: pieces,
  });
  assert.equal(statusCode, 200);
});

test('a body that is not as long as it says', async () => {
  const { status, text } = await api.send('POST', '/collections/c/points/count', '{}', {
    'content-length': '5',
  });
  assert.equal(status, 400);
  assert.match(text, /Bad request: the body has 2 bytes, Content-Length says 5/);
});

for (const type of [
  'text/plain',
  'application/octet-stream',
  'application/json; charset=utf-8',
  'no type at all',
]) {
  test(`a body means the same under the content type ${type}`, async () => {
    for (const path of ['/collections/c/points/count', '/collections/c/points/scroll']) {
      const { status } = await api.send('POST', path, '{}', { 'content-type': type });
      assert.equal(status, 200, path);
    }
  });
}

test('a body where none is expected is ignored', async () => {
  assert.equal((await api.send('GET', '/collections/c/points/1', 'no json')).status, 404);
  assert.equal(await api.result('DELETE', '/collections/none', 'no json'), false);
});

test('unknown fields of a body are ignored', async () => {
  const request = { with_payload: true, unknown: { a: [1, null] }, wait: 'true' };
  assert.deepEqual(await api.result('POST', '/collections/c/points/scroll', request), {
    points: [],
    next_page_offset: null,
  });
});

test('large bodies one after the other do not mix, whatever became of the ones before', async () => {
  const text = 'é'.repeat(200_000);
  const upsert = (id: number, note: string) =>
    api.result('PUT', '/collections/c/points?wait=true', {
      points: [{ id, vector: [id, 0.5], payload: { note } }],
    });
  await Promise.all([upsert(1, `1${text}`), upsert(2, `2${text}`)]);
  assert.match(await api.fault('PUT', '/collections/c/points', `{"points":[${' '.repeat(300_000)}`), /EOF/);
  await upsert(3, `3${text.slice(7)}`);
  for (const id of [1, 2, 3]) {
    const { payload } = await api.result<{ payload: { note: string } }>('GET', `/collections/c/points/${id}`);
    assert.equal(payload.note, `${id}${id === 3 ? text.slice(7) : text}`);
  }
});
