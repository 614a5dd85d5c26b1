import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCli } from '../../../helpers/run-cli.ts';
import { startServer } from '../../../helpers/server.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';

interface Received {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

/** The columns of an upsert, the payloads as text. */
interface Columns {
  readonly ids: number[];
  readonly vectors: number[][];
  readonly payloads?: unknown[];
}

const ok = (result: unknown): Reply => ({
  status: 200,
  body: JSON.stringify({ result, status: 'ok', time: 0 }),
});

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** A server that keeps what it receives; `reply` answers what it wants to answer differently. */
async function fakeServer(t: TestContext, reply: (request: Received) => Reply | undefined = () => undefined) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const entry = { method, url, body: await textOf(request) };
    received.push(entry);
    const { status, body } = reply(entry) ?? ok(url.endsWith('/exists') ? { exists: false } : true);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const batchesOf = (received: readonly Received[]): Columns[] =>
  received.filter(({ url }) => url.includes('/points')).map(({ body }) => JSON.parse(body).batch as Columns);

/** Ten rows of two values: [i, i + 0.5]. */
const ROWS = Array.from({ length: 10 }, (_, i) => [i, i + 0.5]);

function writeRows(file: string): void {
  const values = ROWS.flat();
  const isHalf = file.endsWith('.f16');
  const numbers = isHalf ? new Float16Array(values) : new Float32Array(values);
  writeFileSync(file, new Uint8Array(numbers.buffer));
}

for (const kind of ['f32', 'f16']) {
  test(`a .${kind} file: the number of a row is its id`, async (t) => {
    const cwd = tempDir(t);
    writeRows(path.join(cwd, `words.${kind}`));
    const { url, received } = await fakeServer(t);
    const args = ['import', `words.${kind}`, '--url', url, '--dim', '2', '--batch', '4', '--parallel', '1'];
    const { code, stdout, stderr } = await runCli(t, args, { cwd });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /10 points are in collection words;/);
    assert.deepEqual(
      received.map(({ method, url: target }) => `${method} ${target}`),
      [
        'GET /collections/words/exists',
        'PUT /collections/words',
        ...Array(3).fill('PUT /collections/words/points?wait=true'),
      ],
    );
    assert.deepEqual(JSON.parse(received[1]!.body), { vectors: { size: 2, distance: 'Cosine' } });
    const batches = batchesOf(received);
    assert.deepEqual(
      batches.map(({ ids }) => ids),
      [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9],
      ],
    );
    assert.deepEqual(
      batches.flatMap(({ vectors }) => vectors),
      ROWS,
    );
    assert.ok(batches.every(({ payloads }) => payloads === undefined));
  });
}

test('a folder with base.f32 and payload.jsonl beside it; payload goes as it is written', async (t) => {
  const cwd = tempDir(t);
  mkdirSync(path.join(cwd, 'my data'));
  writeRows(path.join(cwd, 'my data/base.f32'));
  const lines = ROWS.map((_, i) => `{"n":${i}.0,"big":18446744073709551615,"text":"é"}`);
  writeFileSync(path.join(cwd, 'my data/payload.jsonl'), `${lines.join('\n')}\n`);
  const { url, received } = await fakeServer(t);
  const { code, stderr } = await runCli(t, ['import', 'my data', '--url', `${url}/`, '--dim', '2'], { cwd });
  assert.equal(code, 0, stderr);
  assert.equal(received.at(-1)?.url, '/collections/my%20data/points?wait=true');
  assert.ok(received.at(-1)!.body.endsWith(`,"payloads":[${lines.join(',')}]}}`));
});

test('a collection that exists is filled and not created; --limit stops early', async (t) => {
  const cwd = tempDir(t);
  writeRows(path.join(cwd, 'rows.f32'));
  const { url, received } = await fakeServer(t, ({ url: target }) =>
    target.endsWith('/exists') ? ok({ exists: true }) : undefined,
  );
  const args = ['import', 'rows.f32', '--url', url, '--dim', '2', '--collection', 'other', '--limit', '3'];
  const { code, stdout } = await runCli(t, args, { cwd });
  assert.equal(code, 0);
  assert.match(stdout, /3 points are in collection other;/);
  assert.deepEqual(
    received.map(({ method }) => method),
    ['GET', 'PUT'],
  );
  assert.deepEqual(batchesOf(received)[0]?.ids, [0, 1, 2]);
});

test('requests at the same time carry each row once', async (t) => {
  const cwd = tempDir(t);
  writeRows(path.join(cwd, 'rows.f32'));
  const { url, received } = await fakeServer(t);
  const args = [
    'import',
    'rows.f32',
    '--url',
    url,
    '--dim',
    '2',
    '--batch',
    '1',
    '--parallel',
    '4',
    '--distance',
    'Dot',
  ];
  const { code } = await runCli(t, args, { cwd });
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(received[1]!.body).vectors, { size: 2, distance: 'Dot' });
  const ids = batchesOf(received).flatMap((batch) => batch.ids);
  assert.deepEqual(
    ids.toSorted((a, b) => a - b),
    ROWS.map((_, i) => i),
  );
});

test('a real server takes it', async (t) => {
  const cwd = tempDir(t);
  writeRows(path.join(cwd, 'rows.f32'));
  writeFileSync(path.join(cwd, 'payload.jsonl'), ROWS.map((_, i) => JSON.stringify({ i })).join('\n'));
  const { url } = await startServer(t);
  const args = ['import', 'rows.f32', '--url', url, '--dim', '2', '--distance', 'Euclid', '--batch', '3'];
  const { code, stderr } = await runCli(t, args, { cwd });
  assert.equal(code, 0, stderr);
  const answer = await fetch(`${url}/collections/rows/points/7`);
  assert.deepEqual(((await answer.json()) as { result: unknown }).result, {
    id: 7,
    payload: { i: 7 },
    vector: [7, 7.5],
  });
});

test('no server there', async (t) => {
  const cwd = tempDir(t);
  writeRows(path.join(cwd, 'rows.f32'));
  const port = await freePort();
  const { code, stdout, stderr } = await runCli(
    t,
    ['import', 'rows.f32', '--url', `http://127.0.0.1:${port}`, '--dim', '2'],
    { cwd },
  );
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(
    stderr,
    /^nearify: no answer from http:\/\/127\.0\.0\.1:\d+\/collections\/rows\/exists: is the server running\? \(.*ECONNREFUSED/,
  );
});

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('what the server refuses is told with its own words', async (t) => {
  const cwd = tempDir(t);
  writeRows(path.join(cwd, 'rows.f32'));
  const refusal = 'Wrong input: Vector dimension error: expected dim: 3, got 2';
  const { url } = await fakeServer(t, ({ url: target }) => {
    if (target.endsWith('/exists')) return ok({ exists: true });
    return { status: 400, body: JSON.stringify({ status: { error: refusal }, time: 0 }) };
  });
  const { code, stderr } = await runCli(t, ['import', 'rows.f32', '--url', url, '--dim', '2'], { cwd });
  assert.equal(code, 1);
  assert.match(
    stderr,
    new RegExp(`nearify: PUT ${url}/collections/rows/points\\?wait=true: status 400, ${refusal}`),
  );
});

test('an answer that is no JSON, as proxies give', async (t) => {
  const cwd = tempDir(t);
  writeRows(path.join(cwd, 'rows.f32'));
  const { url } = await fakeServer(t, () => ({ status: 502, body: '<html>Bad Gateway</html>' }));
  const { code, stderr } = await runCli(t, ['import', 'rows.f32', '--url', url, '--dim', '2'], { cwd });
  assert.equal(code, 1);
  assert.match(
    stderr,
    new RegExp(
      `nearify: GET ${url}/collections/rows/exists: status 502, not an answer of a vector search server`,
    ),
  );
});

test('a payload with fewer lines than there are rows', async (t) => {
  const cwd = tempDir(t);
  writeRows(path.join(cwd, 'rows.f32'));
  writeFileSync(path.join(cwd, 'short.jsonl'), '{"a":1}\n{"a":2}\n');
  const { url } = await fakeServer(t);
  const args = ['import', 'rows.f32', '--url', url, '--dim', '2', '--payload', 'short.jsonl'];
  const { code, stderr } = await runCli(t, args, { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /nearify: the payload has fewer lines than there are vectors/);
});

const MISTAKES = [
  [
    ['rows.f32', '--dim', '3'],
    /^nearify: rows\.f32: 80 bytes are no whole number of rows of 3 values; is --dim right\?$/m,
  ],
  [['rows.f32', '--dim', '0'], /^nearify: --dim must be a whole number from 1, not 0$/m],
  [['rows.f32', '--dim', 'x'], /^nearify: --dim must be a whole number from 1, not x$/m],
  [
    ['rows.f32', '--dim', '2', '--batch', '1.5'],
    /^nearify: --batch must be a whole number from 1, not 1\.5$/m,
  ],
  [
    ['rows.f32', '--dim', '2', '--parallel', '-1'],
    /^nearify: --parallel must be a whole number from 1, not -1$/m,
  ],
  [['rows.f32', '--dim', '2', '--limit', '0'], /^nearify: --limit must be a whole number from 1, not 0$/m],
  [['rows.f32', '--dim', '2', '--payload', 'none.jsonl'], /^nearify: .*none\.jsonl/m],
  [['none.f32'], /^nearify: none\.f32: there is no such file or folder$/m],
  [['.'], /^nearify: \.: expected a file that ends in \.f16 or \.f32$/m],
  [['empty.f32', '--dim', '2'], /^nearify: empty\.f32: 0 bytes are no whole number of rows/m],
] as const;

for (const [args, expected] of MISTAKES) {
  test(`nearify import ${args.join(' ')} sends nothing`, async (t) => {
    const cwd = tempDir(t);
    writeRows(path.join(cwd, 'rows.f32'));
    writeFileSync(path.join(cwd, 'empty.f32'), '');
    const { url, received } = await fakeServer(t);
    const { code, stdout, stderr } = await runCli(t, ['import', ...args, '--url', url], { cwd });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, expected);
    assert.deepEqual(received, []);
  });
}
