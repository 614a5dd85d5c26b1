import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UpdateQueue } from '../../../src/collections/updates.ts';
import type { BackgroundPool } from '../../../src/dispatch/background-pool.ts';
import type { BackgroundTasks, UpdateBatchResult } from '../../../src/protocol/background-tasks.ts';
import type { CollectionHandle } from '../../../src/protocol/shared-handles.ts';
import type { DataReply } from '../../../src/protocol/tasks.ts';

const WAITING_MAX = 256;
const MEBIBYTE = 1024 * 1024;
const SIZING = { bytesMax: 1, scratchCount: 1 };

type BatchInput = Parameters<BackgroundTasks['update']>[0];

/** A batch that runs until the test ends it. */
interface Batch {
  readonly input: BatchInput;
  readonly transfer: readonly ArrayBuffer[];
  /** What the requests ask for, in order. */
  readonly names: readonly unknown[];
  succeed(): void;
  fail(error: Error): void;
}

/** A pool whose batches a test ends by hand, and a queue over it. */
class Harness {
  readonly batches: Batch[] = [];
  readonly queue: UpdateQueue;
  generation = 0;

  constructor(onBatch: () => void = () => {}) {
    this.queue = new UpdateQueue({
      pool: { run: this.#run.bind(this) } as unknown as BackgroundPool,
      sizing: SIZING,
      handle: () => ({ id: 1, generation: this.generation }) as CollectionHandle,
      onBatch,
      turn: () => Promise.resolve(),
      isSharingCores: () => false,
    });
  }

  push(name: string, body: Uint8Array = new Uint8Array(1)): Promise<DataReply> {
    return this.queue.push('upsert', { args: { name }, body });
  }

  /** The names of each batch so far. */
  get names(): readonly unknown[] {
    return this.batches.map(({ names }) => names);
  }

  #run(task: string, batch: BatchInput, transfer: ArrayBuffer[]): Promise<UpdateBatchResult> {
    assert.equal(task, 'update');
    const { promise, resolve, reject } = Promise.withResolvers<UpdateBatchResult>();
    const names = batch.requests.map(({ args }) => args.name);
    this.batches.push({
      input: batch,
      transfer,
      names,
      succeed: () =>
        resolve({
          replies: names.map((name) => ({ status: 200, body: Buffer.from(String(name)) })),
          newSegments: [],
          hasIndexWork: false,
        }),
      fail: reject,
    });
    return promise;
  }
}

const textOf = ({ body }: DataReply) => Buffer.from(body).toString();
/** Lets everything that is ready run. */
const settle = () => new Promise(setImmediate);

test('what arrives in one turn of the loop is one batch, what arrives while it runs is the next', async () => {
  const harness = new Harness();
  const replies = [harness.push('a'), harness.push('b')];
  await settle();
  replies.push(harness.push('c'), harness.push('d'));
  await settle();
  assert.deepEqual(harness.names, [['a', 'b']]);
  assert.equal(harness.queue.length, 2);
  harness.batches[0]!.succeed();
  await settle();
  assert.deepEqual(harness.names, [
    ['a', 'b'],
    ['c', 'd'],
  ]);
  harness.batches[1]!.succeed();
  assert.deepEqual((await Promise.all(replies)).map(textOf), ['a', 'b', 'c', 'd']);
  assert.equal(harness.queue.length, 0);
});

test('after a pause the queue starts again', async () => {
  const harness = new Harness();
  for (const name of ['a', 'b']) {
    const reply = harness.push(name);
    await settle();
    harness.batches.at(-1)!.succeed();
    assert.equal(textOf(await reply), name);
    await harness.queue.idle();
  }
  assert.deepEqual(harness.names, [['a'], ['b']]);
});

test('each batch gets the collection as it is by then, and the sizes of segments', async () => {
  const harness = new Harness(() => {
    harness.generation += 1;
  });
  const replies = [harness.push('a')];
  await settle();
  replies.push(harness.push('b'));
  harness.batches[0]!.succeed();
  await settle();
  harness.batches[1]!.succeed();
  await Promise.all(replies);
  assert.deepEqual(
    harness.batches.map(({ input }) => [input.handle.generation, input.sizing]),
    [
      [0, SIZING],
      [1, SIZING],
    ],
  );
});

test('new segments are announced before any reply', async () => {
  const events: string[] = [];
  const harness = new Harness(() => events.push('announced'));
  const replied = async () => events.push(textOf(await harness.push('a')));
  const reply = replied();
  await settle();
  harness.batches[0]!.succeed();
  await reply;
  assert.deepEqual(events, ['announced', 'a']);
});

test('a batch that fails rejects its own updates and no others', async () => {
  const harness = new Harness();
  const failing = [harness.push('a'), harness.push('b')];
  await settle();
  const later = harness.push('c');
  const error = new Error('the disk is full');
  harness.batches[0]!.fail(error);
  for (const reply of failing) await assert.rejects(reply, error);
  await settle();
  assert.deepEqual(harness.names, [['a', 'b'], ['c']]);
  harness.batches[1]!.succeed();
  assert.equal(textOf(await later), 'c');
});

test('a batch ends before it has more than 16 MiB of bodies', async () => {
  const harness = new Harness();
  const sizes = { a: 10, b: 6, c: 1, d: 40, e: 16, f: 0 };
  const replies = Object.entries(sizes).map(([name, mebibytes]) =>
    harness.push(name, new Uint8Array(mebibytes * MEBIBYTE)),
  );
  for (let i = 0; i < 4; i++) {
    await settle();
    harness.batches[i]!.succeed();
  }
  await Promise.all(replies);
  assert.deepEqual(harness.names, [['a', 'b'], ['c'], ['d'], ['e', 'f']]);
});

test('too many that wait are refused at once, and room is made when a batch ends', async () => {
  const harness = new Harness();
  const replies = [harness.push('running')];
  await settle();
  for (let i = 0; i < WAITING_MAX; i++) replies.push(harness.push(String(i)));
  assert.throws(() => harness.push('too much'), {
    code: 'NEARIFY_OVERLOADED',
    message: 'Service overloaded: 256 updates of this collection are waiting, retry later',
    detail: { retryAfterSeconds: 1 },
  });
  harness.batches[0]!.succeed();
  await settle();
  replies.push(harness.push('fits again'));
  harness.batches[1]!.succeed();
  await settle();
  harness.batches[2]!.succeed();
  assert.equal((await Promise.all(replies)).length, WAITING_MAX + 2);
});

test('idle waits for everything that was pushed', async () => {
  const harness = new Harness();
  await harness.queue.idle();
  const events: string[] = [];
  const replies = [harness.push('a')];
  const waits = async () => {
    await harness.queue.idle();
    events.push('idle');
  };
  const idle = waits();
  await settle();
  replies.push(harness.push('b'));
  harness.batches[0]!.succeed();
  await settle();
  assert.deepEqual(events, []);
  harness.batches[1]!.succeed();
  await Promise.all([...replies, idle]);
  assert.deepEqual(events, ['idle']);
});

test('buffers that belong to one body are moved to the thread, parts of larger ones are not', async () => {
  const harness = new Harness();
  const whole = new Uint8Array(10);
  const shared = new Uint8Array(20);
  const replies = [
    harness.push('whole', whole),
    harness.push('part', shared.subarray(5, 10)),
    harness.push('empty', new Uint8Array(0)),
  ];
  await settle();
  assert.deepEqual(harness.batches[0]!.transfer, [whole.buffer]);
  harness.batches[0]!.succeed();
  await Promise.all(replies);
});
