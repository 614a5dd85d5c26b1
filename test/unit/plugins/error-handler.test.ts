import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import {
  handleClientError,
  handleError,
  handleFrameworkError,
  handleNotFound,
} from '../../../src/plugins/error-handler.ts';
import { ERROR_KINDS, type ErrorCode, ServiceError } from '../../../src/shared/errors.ts';
import { type RecordingLog, recordingLog } from '../../helpers/recording-log.ts';

const codes = Object.keys(ERROR_KINDS) as ErrorCode[];
const JSON_TYPE = 'application/json';

/** An application whose route `/` throws what the test says. */
function appThrowing(t: TestContext, thrown: () => Error): { app: FastifyInstance; logged: RecordingLog } {
  const logged = recordingLog('warn');
  const app = fastify({
    loggerInstance: logged.log as FastifyBaseLogger,
    clientErrorHandler: handleClientError,
    frameworkErrors: handleFrameworkError,
  });
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(handleNotFound);
  app.get('/', async () => {
    throw thrown();
  });
  app.get('/things/:name', async () => 'ok');
  t.after(() => app.close());
  return { app, logged };
}

test('an error of every kind has its status and its text; only faults of ours are logged, with the cause', async (t) => {
  for (const code of codes) {
    const cause = new Error('deep down');
    const error = new ServiceError(code, 'what happened', { detail: { expected: 4 }, cause });
    const { app, logged } = appThrowing(t, () => error);
    const { statusCode, headers, body } = await app.inject('/');
    const { httpStatus, blame, prefix } = ERROR_KINDS[code];
    assert.deepEqual([statusCode, headers['content-type']], [httpStatus, JSON_TYPE], code);
    const { status, time, ...rest } = JSON.parse(body);
    assert.deepEqual([status, rest], [{ error: `${prefix}what happened` }, {}]);
    assert.ok(time >= 0);
    assert.equal(logged.lines.length, blame === 'service' ? 1 : 0);
    if (blame !== 'service') continue;
    assert.deepEqual(logged.lines[0]!.detail, { expected: 4 });
    assert.match((logged.lines[0]!.err as { stack: string }).stack, /deep down/);
  }
});

test('errors found before the handler took 0.0 seconds', async (t) => {
  for (const code of ['NEARIFY_FORMAT', 'NEARIFY_VALIDATION'] as const) {
    const { app } = appThrowing(t, () => new ServiceError(code, 'x'));
    assert.equal((await app.inject('/')).body, '{"status":{"error":"x"},"time":0.0}');
  }
});

test('on overload the client is told when to come back', async (t) => {
  const error = new ServiceError('NEARIFY_OVERLOADED', 'later', { detail: { retryAfterSeconds: 3 } });
  const { app } = appThrowing(t, () => error);
  assert.equal((await app.inject('/')).headers['retry-after'], '3');
});

test('a bug shows the client only where to look, and the log everything', async (t) => {
  const { app, logged } = appThrowing(t, () => new TypeError('secret'));
  const { statusCode, body } = await app.inject('/');
  assert.equal(statusCode, 500);
  assert.match(
    JSON.parse(body).status.error,
    /^Service internal error: unexpected failure, see the server's log for request req-\w+$/,
  );
  assert.doesNotMatch(body, /secret/);
  assert.equal(logged.lines.length, 1);
  assert.match((logged.lines[0]!.err as { stack: string }).stack, /TypeError: secret/);
});

test('refusals of the framework keep their status', async (t) => {
  const { app, logged } = appThrowing(t, () =>
    Object.assign(new Error('no such media'), { statusCode: 415 }),
  );
  const { statusCode, body } = await app.inject('/');
  assert.equal(statusCode, 415);
  assert.equal(JSON.parse(body).status.error, 'Bad request: no such media');
  assert.equal(logged.lines.length, 0);
});

test('unknown routes are an empty 404, paths that cannot be decoded a 400', async (t) => {
  const { app } = appThrowing(t, () => new Error('unused'));
  for (const request of [{ url: '/nowhere' }, { url: '/', method: 'PUT' as const }]) {
    const { statusCode, headers, body } = await app.inject(request);
    assert.deepEqual([statusCode, headers['content-type'], body], [404, undefined, '']);
  }
  const { statusCode, body } = await app.inject('/things/%zz');
  assert.equal(statusCode, 400);
  assert.equal(
    body,
    '{"status":{"error":"Deserialize error in path parameters: the path is not valid percent-encoding"},"time":0.0}',
  );
});

test('bytes that are no HTTP request get an answer that is one', async (t) => {
  const { app } = appThrowing(t, () => new Error('unused'));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.end('nonsense\r\n\r\n');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'close');
  const [head, body] = Buffer.concat(chunks).toString().split('\r\n\r\n');
  assert.match(head!, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(head!, new RegExp(`content-length: ${body!.length}`));
  assert.equal(body, '{"status":{"error":"Bad request: this is not a valid HTTP request"},"time":0.0}');
});
