/**
 * A search thread that does what the arguments of a request say:
 *
 *   echo         replies with the body
 *   large        replies with `bytes` bytes
 *   hold         reports that it runs, waits for its cancel word, and replies with the reason
 *   die          ends the thread
 *   collections  replies with the collections that the thread was told of
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import {
  CANCEL,
  RING,
  ringViews,
  SLOT,
  SLOT_FLAG,
  SLOT_STATE,
  slotData,
  slotHeader,
} from '../../../src/protocol/ring-layout.ts';
import type { SearchThreadData, ThreadMail } from '../../../src/protocol/shared-handles.ts';

const { shape, buffer, threadIndex } = workerData as SearchThreadData;
const ring = ringViews(shape, buffer);
const { words } = ring;
const port = parentPort!;
/** Generations by id. */
const collections = new Map<number, number>();

type Args = Readonly<Record<string, string | number>>;

const ACTIONS: Readonly<Record<string, (args: Args, body: Uint8Array, header: number) => unknown>> = {
  echo: (_, body) => body,
  large: ({ bytes }) => new Uint8Array(Number(bytes)).fill(0x61),
  hold: ({ name }, _, header) => {
    port.postMessage({ kind: 'fault', task: String(name), message: 'holding' });
    while (Atomics.load(words, header + SLOT.cancel) === CANCEL.none) {
      Atomics.wait(words, header + SLOT.cancel, CANCEL.none, 5);
    }
    return { reason: Atomics.load(words, header + SLOT.cancel), thread: threadIndex };
  },
  die: () => process.exit(3),
  collections: () => [...collections],
};

function serve(slot: number, mailed: Uint8Array | undefined): void {
  const header = slotHeader(ring, slot);
  Atomics.store(words, header + SLOT.owner, threadIndex);
  Atomics.store(words, header + SLOT.state, SLOT_STATE.running);
  const data = slotData(ring, slot);
  const argsBytes = words[header + SLOT.argsBytes]!;
  const args = JSON.parse(Buffer.from(data.slice(0, argsBytes)).toString()) as Args;
  const body = mailed ?? data.slice(argsBytes, argsBytes + words[header + SLOT.bodyBytes]!);
  const result = ACTIONS[String(args.do)]!(args, body, header);
  const reply = result instanceof Uint8Array ? result : Buffer.from(JSON.stringify(result));
  const fits = reply.length <= data.length;
  if (fits) data.set(reply);
  else port.postMessage({ kind: 'reply', slot, body: reply });
  // So that a test sees that the task arrived.
  words[header + SLOT.status] = 200 + words[header + SLOT.task]!;
  words[header + SLOT.replyBytes] = reply.length;
  words[header + SLOT.flags] = fits ? 0 : SLOT_FLAG.replyByMessage;
  Atomics.store(words, header + SLOT.state, SLOT_STATE.done);
  Atomics.add(words, RING.doneSignal, 1);
  Atomics.notify(words, RING.doneSignal);
}

function readMail(): void {
  if (Atomics.exchange(words, ring.mailFlags + threadIndex, 0) === 0) return;
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    const mail = next.message as ThreadMail;
    if (mail.kind === 'collection') collections.set(mail.handle.id, mail.handle.generation);
    else if (mail.kind === 'drop') collections.delete(mail.collectionId);
    else serve(mail.slot, mail.body);
  }
}

function claim(): number {
  for (;;) {
    const head = Atomics.load(words, RING.readyHead);
    if (head === Atomics.load(words, RING.readyTail)) return -1;
    const slot = Atomics.load(words, ring.readyQueue + (head & ring.queueMask));
    if (Atomics.compareExchange(words, RING.readyHead, head, (head + 1) | 0) === head) return slot;
  }
}

while (Atomics.load(words, RING.stopping) === 0) {
  const seen = Atomics.load(words, RING.wake);
  readMail();
  const slot = claim();
  if (slot < 0) Atomics.wait(words, RING.wake, seen);
  else serve(slot, undefined);
}
