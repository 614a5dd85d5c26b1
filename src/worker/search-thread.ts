/**
 * Entry of a search thread. It sleeps in `Atomics.wait` until the event loop puts a request into the ring, runs it and
 * writes the answer back. It never returns to its own event loop, so messages are read by hand.
 */
import {
  isMarkedAsUntransferable,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from 'node:worker_threads';
import {
  CANCEL,
  RING,
  ringViews,
  SLOT,
  SLOT_FLAG,
  SLOT_STATE,
  slotData,
  slotHeader,
} from '../protocol/ring-layout.ts';
import type { SearchThreadData, ThreadMail, ThreadMessage } from '../protocol/shared-handles.ts';
import { READ_TASKS, type ReadTask } from '../protocol/tasks.ts';
import { toWireError } from '../protocol/wire-error.ts';
import { assert } from '../shared/assert.ts';
import { copyOf } from '../shared/copy-bytes.ts';
import { ERROR_KINDS, ServiceError } from '../shared/errors.ts';
import { closeEnvelope, errorEnvelope, openEnvelope } from '../shared/json/envelope.ts';
import { JsonWriter } from '../shared/json/writer.ts';
import { sharedGarbage } from '../shared/shared-garbage.ts';
import type { Cancellation } from '../engine/segment/cancellation.ts';
import { type Collection, isBehind } from '../engine/segment/collection.ts';
import { loadThreadKernels } from '../engine/thread-kernels.ts';
import { OpenCollections } from './open-collections.ts';
import { READ_HANDLERS } from './tasks/reads.ts';

const { shape, buffer, threadIndex } = workerData as SearchThreadData;
const ring = ringViews(shape, buffer);
const { words, doubles } = ring;
assert(parentPort !== null, 'a search thread has a parent');
const port: MessagePort = parentPort;
const kernels = loadThreadKernels();
const collections = new OpenCollections(kernels.segmentModule, threadIndex);

const WRITER_BYTES = 16_384;
/** `{}` */
const NO_ARGS_BYTES = 2;
const NO_ARGS = {};
/** How long a read waits to be told of a new segment. */
const NEWS_WAIT_MS = 1000;
/** Collections of whose newest segment nothing came: the thread that opened it died before it could tell. */
const givenUp = new WeakSet<Collection>();
let spareWriter: JsonWriter | undefined;

await serveUntilStopped();
await collections.close();

async function serveUntilStopped(): Promise<void> {
  while (Atomics.load(words, RING.stopping) === 0) {
    // Read before looking for work: whatever arrives after the look changes it, and the wait returns at once.
    const seen = Atomics.load(words, RING.wake);
    await readMail();
    const slot = claim();
    if (slot >= 0) await serve(slot, undefined);
    else {
      sharedGarbage.collectNow();
      Atomics.wait(words, RING.wake, seen);
    }
  }
}

async function readMail(): Promise<void> {
  if (Atomics.exchange(words, ring.mailFlags + threadIndex, 0) === 0) return;
  for (
    let received = receiveMessageOnPort(port);
    received !== undefined;
    received = receiveMessageOnPort(port)
  ) {
    const mail = received.message as ThreadMail;
    if (mail.kind === 'collection') collections.follow(mail.handle);
    else if (mail.kind === 'drop') {
      await collections.forget(mail.collectionId);
      sharedGarbage.add(mail.lostBytes);
    } else await serve(mail.slot, mail.body);
  }
}

/** Takes the oldest waiting slot for this thread, or -1. */
function claim(): number {
  for (;;) {
    const head = Atomics.load(words, RING.readyHead);
    if (head === Atomics.load(words, RING.readyTail)) return -1;
    const slot = Atomics.load(words, ring.readyQueue + (head & ring.queueMask));
    if (Atomics.compareExchange(words, RING.readyHead, head, (head + 1) | 0) === head) return slot;
  }
}

/** Runs the request of a slot; `mailedBody` is its body if that did not fit. */
async function serve(slot: number, mailedBody: Uint8Array | undefined): Promise<void> {
  const header = slotHeader(ring, slot);
  Atomics.store(words, header + SLOT.owner, threadIndex);
  Atomics.store(words, header + SLOT.state, SLOT_STATE.running);
  // Announcements of collections that the request concerns may have come after this thread last looked.
  if (Atomics.load(words, ring.mailFlags + threadIndex) !== 0) await readMail();
  const { status, body } = await runOnAll(slot, header, mailedBody);
  const data = slotData(ring, slot);
  const fits = body.length <= data.length;
  if (fits) data.set(body);
  else postReply(slot, body);
  words[header + SLOT.status] = status;
  words[header + SLOT.replyBytes] = body.length;
  words[header + SLOT.flags] = fits ? 0 : SLOT_FLAG.replyByMessage;
  Atomics.store(words, header + SLOT.state, SLOT_STATE.done);
  Atomics.add(words, RING.doneSignal, 1);
  Atomics.notify(words, RING.doneSignal);
}

interface Reply {
  readonly status: number;
  readonly body: Uint8Array;
  /** Of the collections that were read. */
  readonly read: ReadonlySet<Collection>;
}

/** Runs the request of a slot, again when points may be in a segment that this thread had not been told of. */
async function runOnAll(slot: number, header: number, mailedBody: Uint8Array | undefined): Promise<Reply> {
  const giveUpMs = performance.now() + NEWS_WAIT_MS;
  for (;;) {
    const reply = run(slot, header, mailedBody);
    const behind = [...reply.read].filter((collection) => isBehind(collection) && !givenUp.has(collection));
    if (behind.length === 0) return reply;
    if (performance.now() > giveUpMs) {
      for (const collection of behind) givenUp.add(collection);
      return reply;
    }
    const seen = Atomics.load(words, RING.wake);
    if (Atomics.load(words, ring.mailFlags + threadIndex) === 0) Atomics.wait(words, RING.wake, seen, 1);
    await readMail();
  }
}

function postReply(slot: number, body: Uint8Array): void {
  spareWriter = undefined;
  // A small buffer may be a part of Node's pool, which cannot be given away.
  const own = isMarkedAsUntransferable(body.buffer) ? new Uint8Array(body) : body;
  post({ kind: 'reply', slot, body: own }, [own.buffer as ArrayBuffer]);
}

function run(slot: number, header: number, mailedBody: Uint8Array | undefined): Reply {
  const startMs = performance.now();
  const task = READ_TASKS[words[header + SLOT.task]!]!;
  const used = new Set<Collection>();
  try {
    const data = slotData(ring, slot);
    const argsBytes = words[header + SLOT.argsBytes]!;
    // Copied: strings and payload views taken from the body must not change when the reply is written over it.
    const body = mailedBody ?? copyOf(data.subarray(argsBytes, argsBytes + words[header + SLOT.bodyBytes]!));
    const cancel = cancellation(header);
    cancel.check();
    // The writer of the last answer, unless its bytes were given away.
    spareWriter ??= new JsonWriter({ floats: kernels.floats, capacityBytes: WRITER_BYTES });
    spareWriter.reset();
    const writer = openEnvelope(spareWriter);
    const collection = collections.get(words[header + SLOT.collectionId]!);
    used.add(collection);
    const find = (name: string) => {
      const found = collections.named(name);
      if (found !== undefined) used.add(found);
      return found;
    };
    try {
      READ_HANDLERS[task]({
        collection,
        find,
        args:
          argsBytes === NO_ARGS_BYTES
            ? NO_ARGS
            : JSON.parse(Buffer.from(data.subarray(0, argsBytes)).toString()),
        body,
        cancel,
        numbers: kernels.numbers,
        writer,
      });
    } finally {
      // LMDB keeps every page of the state that a reader has seen last: while this thread sleeps, the file would grow.
      for (const { env } of used) env.refresh();
    }
    return { status: 200, body: closeEnvelope(writer, startMs), read: used };
  } catch (error) {
    return { ...failure(task, error, startMs), read: used };
  }
}

function failure(task: ReadTask, thrown: unknown, startMs: number): { status: number; body: Uint8Array } {
  const error = toWireError(thrown);
  const { httpStatus, blame } = ERROR_KINDS[error.code];
  if (blame === 'service') {
    post({
      kind: 'fault',
      task,
      message: error.message,
      ...(error.stack === undefined ? {} : { stack: error.stack }),
    });
  }
  const isBeforeWork = error.code === 'NEARIFY_FORMAT' || error.code === 'NEARIFY_VALIDATION';
  return { status: httpStatus, body: errorEnvelope(error.message, isBeforeWork ? undefined : startMs) };
}

function post(message: ThreadMessage, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function cancellation(header: number): Cancellation {
  const deadline = doubles[(header + SLOT.deadline) / 2]!;
  const startMs = Date.now();
  return {
    check: () => {
      const reason = Atomics.load(words, header + SLOT.cancel);
      if (reason === CANCEL.clientGone) throw new ServiceError('NEARIFY_CANCELLED', 'the client has gone');
      if (reason === CANCEL.timeout || Date.now() > deadline) {
        const seconds = Math.max(0, Math.round((deadline - startMs) / 1000));
        throw new ServiceError(
          'NEARIFY_TIMEOUT',
          `Timeout error: Operation 'Search' timed out after ${seconds}s`,
        );
      }
    },
  };
}
