import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { withDeadline } from '../../../src/collections/update-deadline.ts';
import type { DataReply } from '../../../src/protocol/tasks.ts';
import { ServiceError } from '../../../src/shared/errors.ts';

const request = (args: { wait?: boolean }, timeoutMs?: number) => ({
  body: new Uint8Array(0),
  args,
  ...(timeoutMs !== undefined && { timeoutMs }),
});
const never = new Promise<DataReply>(() => {});
const applied: DataReply = { status: 200, body: new Uint8Array(1) };

test('an update that is applied in time gets its own reply', async () => {
  const reply = Promise.resolve(applied);
  assert.equal(await withDeadline(reply, request({ wait: true }, 1000), 60_000), applied);
  assert.equal(await withDeadline(reply, request({ wait: false }), 60_000), applied);
});

test('a client that waits longer than its timeout is told so, and that is no error', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const reply = withDeadline(never, request({ wait: true }, 2000), 60_000);
  mock.timers.tick(2000);
  const { status, body } = await reply;
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(Buffer.from(body).toString()).result, { status: 'wait_timeout' });
});

test('without a timeout of its own it gets an error after the default', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const reply = withDeadline(never, request({ wait: true }), 60_000);
  mock.timers.tick(60_000);
  await assert.rejects(reply, (error: ServiceError) => {
    assert.equal(error.code, 'NEARIFY_TIMEOUT');
    assert.equal(error.httpStatus, 408);
    assert.equal(error.message, "Timeout: Timeout error: Operation 'Update' timed out after 60s");
    return true;
  });
});
