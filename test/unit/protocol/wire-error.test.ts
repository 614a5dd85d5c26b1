import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromWireError, toWireError, unwrap } from '../../../src/protocol/wire-error.ts';
import { ERROR_KINDS, type ErrorCode, ServiceError } from '../../../src/shared/errors.ts';

const codes = Object.keys(ERROR_KINDS) as ErrorCode[];

/** To another thread and back into the class. */
const sent = (thrown: unknown) => fromWireError(structuredClone(toWireError(thrown)));

function caught(thrown: unknown): ServiceError {
  try {
    unwrap({ error: structuredClone(toWireError(thrown)) });
  } catch (error) {
    assert.ok(error instanceof ServiceError);
    return error;
  }
  assert.fail('unwrap throws');
}

test('an error of every code comes back as it was, whatever its text', () => {
  for (const code of codes) {
    for (const text of ['what happened', '', ERROR_KINDS[code].prefix]) {
      const error = new ServiceError(code, text, {
        detail: { expected: 4, received: 3, isSo: true, of: 'a' },
      });
      const back = caught(error);
      assert.deepEqual(
        [back.name, back.code, back.message, back.detail, back.httpStatus, back.blame],
        [error.name, error.code, error.message, error.detail, error.httpStatus, error.blame],
      );
    }
  }
});

test('faults of ours bring the stack of what caused them, for the log', () => {
  const cause = new RangeError('deep down');
  const back = sent(new ServiceError('NEARIFY_STORAGE', 'it failed', { cause }));
  assert.ok(back.cause instanceof Error);
  assert.equal(back.cause.stack, cause.stack);
  const bare = new ServiceError('NEARIFY_INTERNAL', 'it failed');
  assert.equal((sent(bare).cause as Error).stack, bare.stack);
});

test('faults of users bring none', () => {
  for (const code of codes.filter((one) => ERROR_KINDS[one].blame === 'user')) {
    const wire = toWireError(new ServiceError(code, 'bad', { cause: new Error('inside') }));
    assert.deepEqual(wire, { code, message: `${ERROR_KINDS[code].prefix}bad`, detail: {} });
    assert.equal(sent(new ServiceError(code, 'bad')).cause, undefined);
  }
});

test('anything else that was thrown is a bug of ours, whose text stays in the log', () => {
  for (const thrown of [new TypeError('secret'), 'secret', undefined, { secret: 1 }]) {
    const back = sent(thrown);
    assert.equal(back.code, 'NEARIFY_INTERNAL');
    assert.equal(back.message, "Service internal error: unexpected failure, see the server's log");
    assert.ok(back.cause instanceof Error);
  }
  assert.match((sent(new TypeError('secret')).cause as Error).stack ?? '', /TypeError: secret/);
  assert.equal((sent('secret').cause as Error).stack, 'secret');
});

test('what went well is unwrapped as it is', () => {
  const value = { a: 1 };
  assert.equal(unwrap({ ok: value }), value);
  assert.equal(unwrap({ ok: undefined }), undefined);
});
