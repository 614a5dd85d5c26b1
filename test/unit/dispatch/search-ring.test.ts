import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { SearchRing, type SearchRingOptions } from '../../../src/dispatch/search-ring.ts';
import { CANCEL } from '../../../src/protocol/ring-layout.ts';
import type { CollectionHandle } from '../../../src/protocol/shared-handles.ts';
import { type DataReply, type DataRequest, READ_TASKS, type ReadTask } from '../../../src/protocol/tasks.ts';
import { LeavingClient } from '../../helpers/leaving-client.ts';
import { type RecordingLog, recordingLog } from '../../helpers/recording-log.ts';

const SLOT_BYTES = 256;
const HANDLE: CollectionHandle = {
  id: 1,
  name: 'c',
  generation: 0,
  directory: '/nowhere',
  params: {},
  vectorNumbers: { ids: [], next: 1 },
  segments: [],
  indexes: [],
};
const overloaded = { name: 'ServiceError', code: 'NEARIFY_OVERLOADED', httpStatus: 503 };
const died = {
  name: 'ServiceError',
  code: 'NEARIFY_INTERNAL',
  httpStatus: 500,
  message: 'Service internal error: the search thread died while it ran this request',
};

type Asked = Partial<DataRequest> & { readonly task?: ReadTask; readonly handle?: CollectionHandle };

class Harness {
  readonly ring: SearchRing;
  readonly #logged: RecordingLog = recordingLog();

  constructor(t: TestContext, shape: Partial<SearchRingOptions['shape']>, timeoutMs: number) {
    this.ring = new SearchRing({
      shape: { slotCount: 4, slotBytes: SLOT_BYTES, threadCount: 1, ...shape },
      threadEntry: new URL('test-thread.ts', import.meta.url),
      timeoutMs,
      log: this.#logged.log,
    });
    t.after(() => this.ring.close());
  }

  ask(
    args: DataRequest['args'],
    { task = 'query', handle = HANDLE, ...request }: Asked = {},
  ): Promise<DataReply> {
    return this.ring.submit(task, handle, { body: new Uint8Array(0), ...request, args });
  }

  echo(text: string): Promise<DataReply> {
    return this.ask({ do: 'echo' }, { body: ownedBytes(text) });
  }

  /** A request that runs until it is let go, and then replies with the reason. */
  async hold(name: string, request: Asked = {}): Promise<{ letGo: () => void; reply: Promise<DataReply> }> {
    const client = new LeavingClient();
    const reply = this.ask({ do: 'hold', name }, { client, ...request });
    await this.#logged.until(({ task }) => task === name);
    return { letGo: () => client.leave(), reply };
  }

  async collections(): Promise<unknown> {
    return json(await this.ask({ do: 'collections' }));
  }

  logged(msg: string): Promise<unknown> {
    return this.#logged.until((line) => line.msg === msg);
  }
}

function start(t: TestContext, shape: Partial<SearchRingOptions['shape']> = {}, timeoutMs = 60_000): Harness {
  return new Harness(t, shape, timeoutMs);
}

/** Bytes in a buffer of their own, as the HTTP layer gives them. */
function ownedBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

const textOf = ({ body }: DataReply) => Buffer.from(body).toString();
const json = (reply: DataReply): { reason?: number; thread?: number } => JSON.parse(textOf(reply));

test('a request runs on a thread, its reply comes back with the status', async (t) => {
  const harness = start(t);
  const reply = await harness.ask({ do: 'echo' }, { body: ownedBytes('hello'), task: 'count' });
  assert.deepEqual([reply.status, textOf(reply)], [200 + READ_TASKS.indexOf('count'), 'hello']);
  assert.equal(textOf(await harness.echo('')), '');
  assert.equal(harness.ring.inFlight, 0);
});

test('replies find their requests, whoever is first', async (t) => {
  const harness = start(t, { slotCount: 16, threadCount: 2 });
  for (let round = 0; round < 20; round++) {
    const texts = Array.from({ length: 16 }, (_, i) => `${round}-${i}`.repeat(1 + ((i * 7) % 90)));
    const replies = await Promise.all(texts.map((text) => harness.echo(text)));
    assert.deepEqual(replies.map(textOf), texts);
  }
});

test('a ring of any number of slots loses no request', async (t) => {
  for (const slotCount of [1, 3, 5, 6]) {
    const harness = start(t, { slotCount });
    const held = await harness.hold(`of ${slotCount}`);
    const texts = Array.from({ length: slotCount - 1 }, (_, i) => String(i));
    const waiting = texts.map((text) => harness.echo(text));
    held.letGo();
    await held.reply;
    assert.deepEqual((await Promise.all(waiting)).map(textOf), texts);
  }
});

test('a reply stays as it is when its slot is used again', async (t) => {
  const harness = start(t, { slotCount: 1 });
  const first = await harness.echo('first');
  await harness.echo('other');
  assert.equal(textOf(first), 'first');
});

test('bodies up to the end of the slot, one byte longer, and much longer', async (t) => {
  const harness = start(t);
  const argsBytes = JSON.stringify({ do: 'echo' }).length;
  for (const length of [SLOT_BYTES - argsBytes, SLOT_BYTES - argsBytes + 1, 3_000_000]) {
    assert.equal(textOf(await harness.echo('x'.repeat(length))), 'x'.repeat(length));
  }
});

test('replies up to the end of the slot, one byte longer, and much longer', async (t) => {
  const harness = start(t);
  for (const bytes of [SLOT_BYTES, SLOT_BYTES + 1, 3_000_000]) {
    assert.equal(textOf(await harness.ask({ do: 'large', bytes })), 'a'.repeat(bytes));
  }
});

test('a full ring refuses at once, and takes requests again when a slot is free', async (t) => {
  const harness = start(t, { slotCount: 2 });
  const held = await harness.hold('first');
  const waiting = harness.echo('waiting');
  assert.equal(harness.ring.inFlight, 2);
  await assert.rejects(harness.echo('too much'), {
    ...overloaded,
    message: 'Service overloaded: all 2 search slots are busy, retry after 1s',
    detail: { retryAfterSeconds: 1 },
  });
  held.letGo();
  await held.reply;
  assert.equal(textOf(await waiting), 'waiting');
  assert.equal(textOf(await harness.echo('after')), 'after');
});

test('a request that passes its own deadline is cancelled', async (t) => {
  const { reply } = await start(t).hold('late', { timeoutMs: 1 });
  assert.equal(json(await reply).reason, CANCEL.timeout);
});

test('a request that names no deadline has that of the server', async (t) => {
  const { reply } = await start(t, {}, 1).hold('late');
  assert.equal(json(await reply).reason, CANCEL.timeout);
});

test('a request whose client goes is cancelled, and is not listened to any more', async (t) => {
  const client = new LeavingClient();
  const { reply } = await start(t).hold('lonely', { client });
  assert.equal(client.listenerCount('close'), 1);
  client.leave();
  assert.equal(json(await reply).reason, CANCEL.clientGone);
  assert.equal(client.listenerCount('close'), 0);
});

test('a client that is gone before the request starts', async (t) => {
  const harness = start(t);
  const reply = await harness.ask({ do: 'hold', name: 'x' }, { client: LeavingClient.gone() });
  assert.equal(json(reply).reason, CANCEL.clientGone);
});

test('the cancel of one request does not reach the next in its slot', async (t) => {
  const harness = start(t, { slotCount: 1 });
  const first = await harness.hold('first');
  first.letGo();
  await first.reply;
  const second = await harness.hold('second', { timeoutMs: 1 });
  assert.equal(json(await second.reply).reason, CANCEL.timeout);
});

test('arguments that no slot holds are refused, and cost no slot', async (t) => {
  const harness = start(t, { slotCount: 1 });
  const client = new LeavingClient();
  const tooLong = harness.ask({ do: 'x'.repeat(SLOT_BYTES) }, { client });
  await assert.rejects(tooLong, { code: 'NEARIFY_INTERNAL', message: /arguments exceed a slot/ });
  assert.equal(client.listenerCount('close'), 0);
  assert.equal(textOf(await harness.echo('after')), 'after');
});

test('the request that a thread dies of fails, those that wait and come later are served', async (t) => {
  const harness = start(t);
  const deadly = harness.ask({ do: 'die' });
  const waiting = harness.echo('waiting');
  await assert.rejects(deadly, died);
  assert.equal(textOf(await waiting), 'waiting');
  assert.equal(textOf(await harness.echo('later')), 'later');
  await harness.logged('search thread died, starting another');
});

test('a body that was mailed to the thread that dies fails, one that comes while it is away is served', async (t) => {
  const harness = start(t);
  const large = 'x'.repeat(2 * SLOT_BYTES);
  // Mail is read in order before a slot is taken: the first request ends the thread, the second is lost with it.
  const deadly = harness.ask({ do: 'die' }, { body: ownedBytes(large) });
  const lost = harness.echo(large);
  await assert.rejects(deadly, died);
  await assert.rejects(lost, died);
  assert.equal(textOf(await harness.echo(large)), large);
  assert.equal(textOf(await harness.echo('small')), 'small');
});

test('the death of a thread leaves the requests of others alone', async (t) => {
  const harness = start(t, { threadCount: 2 });
  const held = await harness.hold('other');
  await assert.rejects(harness.ask({ do: 'die' }), died);
  assert.equal(harness.ring.inFlight, 1);
  held.letGo();
  assert.equal(json(await held.reply).reason, CANCEL.clientGone);
});

test('threads know a collection before its request, and its newest state', async (t) => {
  const harness = start(t);
  assert.deepEqual(await harness.collections(), [[1, 0]]);
  harness.ring.publish({ ...HANDLE, generation: 1 });
  harness.ring.publish({ ...HANDLE, id: 2, generation: 5 });
  const newer = { ...HANDLE, generation: 2 };
  assert.deepEqual(json(await harness.ask({ do: 'collections' }, { handle: newer })), [
    [1, 2],
    [2, 5],
  ]);
});

test('a dropped collection is forgotten', async (t) => {
  const harness = start(t);
  harness.ring.publish({ ...HANDLE, id: 2 });
  harness.ring.forget(2, 0);
  harness.ring.forget(3, 0);
  assert.deepEqual(await harness.collections(), [[1, 0]]);
});

test('a thread that takes the place of a dead one knows what that knew', async (t) => {
  const harness = start(t);
  harness.ring.publish({ ...HANDLE, id: 2, generation: 7 });
  await assert.rejects(harness.ask({ do: 'die' }), died);
  assert.deepEqual(await harness.collections(), [
    [2, 7],
    [1, 0],
  ]);
});

test('closing waits for what runs, fails what does not run, and takes nothing new', async (t) => {
  const harness = start(t);
  const running = await harness.hold('running');
  const waiting = harness.echo('waiting');
  const closed = harness.ring.close();
  await assert.rejects(harness.echo('too late'), {
    ...overloaded,
    message: 'Service overloaded: the server is shutting down',
  });
  running.letGo();
  const outcomes = await Promise.allSettled([running.reply, waiting, closed]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal(harness.ring.inFlight, 0);
});

test('closing while a thread is away', async (t) => {
  const harness = start(t);
  await assert.rejects(harness.ask({ do: 'die' }), died);
  await harness.ring.close();
});
