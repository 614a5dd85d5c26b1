import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { useRequestLog } from '../../../src/plugins/request-log.ts';
import { type LogLine, recordingLog } from '../../helpers/recording-log.ts';

/** The lines that one request leaves, for a slow mark in milliseconds. */
async function linesOf(t: TestContext, slowMs: number, isDebug: boolean): Promise<readonly LogLine[]> {
  const logged = recordingLog('debug');
  const app = fastify({
    loggerInstance: logged.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
  });
  t.after(() => app.close());
  useRequestLog(app, slowMs, isDebug);
  app.get('/a', async (_, reply) => reply.code(202).send('ok'));
  await app.inject('/a?b=1');
  return logged.lines.filter(({ msg }) => msg.includes('request'));
}

test('at info nothing is said of a request', async (t) => {
  assert.deepEqual(await linesOf(t, 60_000, false), []);
  assert.deepEqual(await linesOf(t, 0, false), []);
});

test('a slow request is a warning, each request a line for debugging', async (t) => {
  const [slow, ...rest] = await linesOf(t, 1e-9, true);
  const [request] = await linesOf(t, 60_000, true);
  assert.deepEqual(rest, []);
  for (const [line, level, msg] of [
    [slow!, 40, 'slow request'],
    [request!, 20, 'request'],
  ] as const) {
    assert.deepEqual(
      [line.level, line.msg, line.method, line.url, line.status],
      [level, msg, 'GET', '/a?b=1', 202],
    );
    assert.ok(Number(line.ms) >= 0);
  }
});
