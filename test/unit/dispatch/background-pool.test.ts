import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { BackgroundPool } from '../../../src/dispatch/background-pool.ts';
import type { BackgroundTasks } from '../../../src/protocol/background-tasks.ts';
import type { TestInput } from './test-background-thread.ts';

const FIRST_THREAD_INDEX = 7;
const QUEUE_MAX = 1024;
const died = {
  name: 'ServiceError',
  code: 'NEARIFY_INTERNAL',
  message: 'Service internal error: the background thread died while it ran this request',
};

interface TestPool {
  run(input: TestInput, transfer?: ArrayBuffer[]): Promise<unknown>;
  close(): Promise<void>;
}

function start(t: TestContext, threads = 1): TestPool {
  const pool = new BackgroundPool({
    threadEntry: new URL('test-background-thread.ts', import.meta.url),
    threads,
    firstThreadIndex: FIRST_THREAD_INDEX,
  });
  t.after(() => pool.close());
  return {
    run: (input, transfer) =>
      pool.run('update', input as unknown as Parameters<BackgroundTasks['update']>[0], transfer),
    close: () => pool.close(),
  };
}

/** Holds a task while it runs. */
class Gate {
  readonly words = new Int32Array(new SharedArrayBuffer(8));

  async entered(): Promise<void> {
    const wait = Atomics.waitAsync(this.words, 0, 0);
    if (wait.async) await wait.value;
  }

  open(): void {
    Atomics.store(this.words, 1, 1);
    Atomics.notify(this.words, 1);
  }
}

test('a task gives its result, or the error that it threw', async (t) => {
  const pool = start(t);
  assert.equal(await pool.run({ do: 'claim' }), FIRST_THREAD_INDEX);
  await assert.rejects(pool.run({ do: 'refuse' }), {
    name: 'ServiceError',
    code: 'NEARIFY_WRONG_INPUT',
    message: 'Wrong input: no',
    detail: { expected: 4 },
  });
  await assert.rejects(pool.run({ do: 'fail' }), {
    code: 'NEARIFY_INTERNAL',
    message: "Service internal error: unexpected failure, see the server's log",
  });
});

test('buffers on the list are moved, not copied', async (t) => {
  const pool = start(t);
  const body = new Uint8Array(100);
  assert.equal(await pool.run({ do: 'size', body }, [body.buffer]), 100);
  assert.equal(body.length, 0);
});

test('each thread has a scratch area of its own', async (t) => {
  const pool = start(t, 3);
  const gates = [new Gate(), new Gate(), new Gate()];
  const claims = gates.map(({ words }) => pool.run({ do: 'claim', gate: words }));
  for (const gate of gates) await gate.entered();
  for (const gate of gates) gate.open();
  const indexes = (await Promise.all(claims)) as number[];
  assert.deepEqual(
    indexes.toSorted((a, b) => a - b),
    [7, 8, 9],
  );
});

test('the task that a thread dies of fails, those that wait and come later run in its place', async (t) => {
  const pool = start(t);
  for (let round = 0; round < 3; round++) {
    const gate = new Gate();
    const deadly = pool.run({ do: 'die', gate: gate.words });
    const waiting = pool.run({ do: 'claim' });
    await gate.entered();
    gate.open();
    await assert.rejects(deadly, died);
    assert.equal(await waiting, FIRST_THREAD_INDEX);
    assert.equal(await pool.run({ do: 'claim' }), FIRST_THREAD_INDEX);
  }
});

test('the death of a thread leaves the areas of the others alone', async (t) => {
  const pool = start(t, 2);
  const held = new Gate();
  const running = pool.run({ do: 'claim', gate: held.words });
  await held.entered();
  await assert.rejects(pool.run({ do: 'die' }), died);
  const successor = await pool.run({ do: 'claim' });
  held.open();
  const indexes = [await running, successor] as number[];
  assert.deepEqual(
    indexes.toSorted((a, b) => a - b),
    [7, 8],
  );
});

test('a full queue refuses at once', async (t) => {
  const pool = start(t);
  const gate = new Gate();
  const running = pool.run({ do: 'claim', gate: gate.words });
  await gate.entered();
  const waiting = Array.from({ length: QUEUE_MAX }, () => pool.run({ do: 'claim' }));
  await assert.rejects(pool.run({ do: 'claim' }), {
    name: 'ServiceError',
    code: 'NEARIFY_OVERLOADED',
    httpStatus: 503,
    message: 'Service overloaded: too many updates are waiting, retry later',
    detail: { retryAfterSeconds: 1 },
  });
  gate.open();
  await running;
  assert.equal(new Set(await Promise.all(waiting)).size, 1);
  assert.equal(await pool.run({ do: 'claim' }), FIRST_THREAD_INDEX);
});

test('closing waits for what runs and what waits', async (t) => {
  const pool = start(t);
  const gate = new Gate();
  const running = pool.run({ do: 'claim', gate: gate.words });
  const waiting = pool.run({ do: 'claim' });
  await gate.entered();
  const closed = pool.close();
  gate.open();
  assert.equal(await running, FIRST_THREAD_INDEX);
  assert.equal(await waiting, FIRST_THREAD_INDEX);
  await closed;
});

test('a closed pool takes nothing new', async (t) => {
  const pool = start(t);
  await pool.close();
  await assert.rejects(pool.run({ do: 'claim' }), {
    code: 'NEARIFY_OVERLOADED',
    message: 'Service overloaded: the server is shutting down',
  });
});
