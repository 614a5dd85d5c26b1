import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { collectBody } from '../../../src/plugins/body.ts';
import { runs } from '../../helpers/property-runs.ts';

const LIMIT = 100;

/** A body that arrives in these chunks, each a part of a larger buffer as those of a socket are. */
function arriving(chunks: readonly Uint8Array[]): Readable {
  return Readable.from(
    chunks.map((chunk) => Buffer.concat([Buffer.of(1), chunk, Buffer.of(2)]).subarray(1, -1)),
  );
}

const chunksOf = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { maxLength: 12 });
const tooLarge = (text: string) => ({
  name: 'ServiceError',
  code: 'NEARIFY_TOO_LARGE',
  httpStatus: 413,
  message: text,
});

test('a body is put together from its chunks, and owns the whole of its buffer', async () => {
  await fc.assert(
    fc.asyncProperty(chunksOf, fc.boolean(), async (chunks, isDeclared) => {
      const whole = Buffer.concat(chunks);
      const body = await collectBody(arriving(chunks), isDeclared ? whole.length : undefined, 1000);
      assert.deepEqual([...body], [...whole]);
      assert.equal(body.buffer.byteLength, body.byteLength);
    }),
    runs(100),
  );
});

test('a chunk that is the whole body and owns its buffer is not copied', async () => {
  const chunk = new Uint8Array(50).fill(7);
  for (const declared of [50, undefined]) {
    const body = await collectBody(Readable.from([chunk]), declared, LIMIT);
    assert.equal(body.buffer, chunk.buffer);
  }
});

test('bodies up to the limit pass, one byte more does not', async () => {
  for (const declared of [true, false]) {
    const fits = await collectBody(
      arriving([new Uint8Array(60), new Uint8Array(40)]),
      declared ? LIMIT : undefined,
      LIMIT,
    );
    assert.equal(fits.length, LIMIT);
  }
  await assert.rejects(
    collectBody(arriving([new Uint8Array(101)]), 101, LIMIT),
    tooLarge('Payload error: JSON payload (101 bytes) is larger than allowed (limit: 100 bytes).'),
  );
  await assert.rejects(
    collectBody(arriving([new Uint8Array(60), new Uint8Array(41)]), undefined, LIMIT),
    tooLarge('Payload error: JSON payload has exceeded limit (100 bytes).'),
  );
});

test('a body a little too large is read to its end, so that the client sees the refusal; no endless one is', async () => {
  const bounded = arriving(Array.from({ length: 4 }, () => new Uint8Array(100)));
  await assert.rejects(collectBody(bounded, 400, LIMIT), { code: 'NEARIFY_TOO_LARGE' });
  assert.equal(bounded.readableEnded, true);
  let sent = 0;
  const endless = new Readable({
    read() {
      sent += 10;
      setImmediate(() => this.push(new Uint8Array(10)));
    },
  });
  await assert.rejects(collectBody(endless, undefined, LIMIT), { code: 'NEARIFY_TOO_LARGE' });
  endless.destroy();
  assert.ok(sent < 100 * LIMIT, `${sent} bytes were read`);
  const untouched = arriving([new Uint8Array(9)]);
  await assert.rejects(collectBody(untouched, 401, LIMIT), { code: 'NEARIFY_TOO_LARGE' });
  assert.equal(untouched.readableDidRead, false);
});

test('a length that is not the declared one is refused', async () => {
  for (const declared of [3, 5]) {
    await assert.rejects(collectBody(arriving([new Uint8Array(4)]), declared, LIMIT), {
      code: 'NEARIFY_BAD_REQUEST',
      message: `Bad request: the body has 4 bytes, Content-Length says ${declared}`,
    });
  }
});

test('a connection that breaks', async () => {
  for (const declared of [10, undefined]) {
    const stream = new PassThrough();
    stream.write(new Uint8Array(4));
    const body = collectBody(stream, declared, LIMIT);
    stream.destroy(new Error('reset'));
    await assert.rejects(body, {
      code: 'NEARIFY_BAD_REQUEST',
      message: 'Bad request: the connection broke before the body was complete',
    });
  }
});
