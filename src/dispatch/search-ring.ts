import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  CANCEL,
  RING,
  type RingShape,
  type RingViews,
  ringViews,
  SLOT,
  SLOT_FLAG,
  SLOT_STATE,
  slotData,
  slotHeader,
} from '../protocol/ring-layout.ts';
import type {
  CollectionHandle,
  SearchThreadData,
  ThreadMail,
  ThreadMessage,
} from '../protocol/shared-handles.ts';
import {
  type Client,
  type DataReply,
  type DataRequest,
  READ_TASKS,
  type ReadTask,
  type TaskArguments,
} from '../protocol/tasks.ts';
import { copyBytes } from '../shared/copy-bytes.ts';
import { internalError, ServiceError } from '../shared/errors.ts';
import { requestBuffers } from '../shared/request-buffers.ts';
import type { Logger } from '../telemetry/logger.ts';
import { THREAD_MEMORY } from './thread-memory.ts';

export interface SearchRingOptions {
  readonly shape: RingShape;
  /** Module that a search thread runs. */
  readonly threadEntry: URL;
  /** Deadline of a request that names none. */
  readonly timeoutMs: number;
  readonly log: Logger;
}

interface PendingRequest {
  readonly resolve: (reply: DataReply) => void;
  readonly reject: (error: Error) => void;
  readonly stopListening: () => void;
  readonly body: Uint8Array;
  /** The thread a body was mailed to; -1 while the request waits in the ready queue for any thread. */
  readonly mailedTo: number;
}

const RETRY_AFTER_SECONDS = 1;
const NO_ARGS = Buffer.from('{}');
const SWEEP_INTERVAL_MS = 100;
const RESTART_PAUSE_MS = 1000;

/**
 * The event loop's side of the search ring: puts requests into slots, wakes the threads, and resolves a promise with the
 * reply. One producer (this loop), several consumers (the threads). Bounded by the number of slots.
 */
export class SearchRing {
  readonly #ring: RingViews;
  readonly #options: SearchRingOptions;
  /** By index; undefined while a dead thread has no successor yet. */
  readonly #threads: (Worker | undefined)[] = [];
  /** Bodies for threads that are away, for their successors. */
  readonly #undelivered: ThreadMail[][] = [];
  readonly #startedAtMs: number[] = [];
  readonly #freeSlots: number[] = [];
  readonly #pending = new Map<number, PendingRequest>();
  /** Replies that came by message before their slot was seen as done. */
  readonly #mailedReplies = new Map<number, Uint8Array>();
  readonly #known = new Map<number, CollectionHandle>();
  #isClosing = false;
  readonly #sweeper: NodeJS.Timeout;

  constructor(options: SearchRingOptions) {
    this.#options = options;
    this.#ring = ringViews(options.shape);
    for (let slot = options.shape.slotCount - 1; slot >= 0; slot--) this.#freeSlots.push(slot);
    for (let index = 0; index < options.shape.threadCount; index++) this.#startThread(index);
    this.#sweeper = setInterval(() => this.#cancelOverdue(), SWEEP_INTERVAL_MS).unref();
    void this.#listen();
  }

  /** Requests that wait or run. */
  get inFlight(): number {
    return this.#pending.size;
  }

  /**
   * Runs `task` on a search thread.
   * @throws NEARIFY_OVERLOADED at once when every slot is taken; NEARIFY_INTERNAL if the thread died.
   */
  async submit(task: ReadTask, handle: CollectionHandle, request: DataRequest): Promise<DataReply> {
    if (this.#isClosing) throw new ServiceError('NEARIFY_OVERLOADED', 'the server is shutting down');
    const args = argsBytes(request.args);
    if (args.length > this.#ring.slotBytes) throw internalError('request arguments exceed a slot');
    const slot = this.#freeSlots.pop();
    if (slot === undefined) {
      const text = `all ${this.#ring.slotCount} search slots are busy, retry after ${RETRY_AFTER_SECONDS}s`;
      throw new ServiceError('NEARIFY_OVERLOADED', text, {
        detail: { retryAfterSeconds: RETRY_AFTER_SECONDS },
      });
    }
    if (this.#known.get(handle.id) !== handle) this.publish(handle);
    return new Promise((resolve, reject) => {
      const stopListening = this.#cancelWithout(request.client, slot);
      const mailedTo = this.#fillSlot(slot, task, handle, request, args);
      this.#pending.set(slot, { resolve, reject, stopListening, mailedTo, body: request.body });
      if (mailedTo >= 0) this.#mail(mailedTo, { kind: 'request', slot, body: request.body });
      else this.#enqueue(slot);
    });
  }

  /** Makes every thread see a new or changed collection before it takes another request. */
  publish(handle: CollectionHandle): void {
    this.#known.set(handle.id, handle);
    this.#broadcast({ kind: 'collection', handle });
  }

  /** Makes every thread forget a dropped collection, which held `lostBytes` of memory, and close its files. */
  forget(collectionId: number, lostBytes: number): void {
    if (this.#known.delete(collectionId)) this.#broadcast({ kind: 'drop', collectionId, lostBytes });
  }

  /** Stops the threads after what is running; requests that never ran are answered with an error. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#sweeper);
    Atomics.store(this.#ring.words, RING.stopping, 1);
    const exits = this.#threads.map((thread) => thread && thread.threadId !== -1 && once(thread, 'exit'));
    this.#wakeAll();
    await Promise.all(exits);
    this.#drainDone();
    for (const slot of this.#pending.keys()) this.#fail(slot, 'the server is shutting down');
    // Ends the pending waitAsync of #listen.
    Atomics.add(this.#ring.words, RING.doneSignal, 1);
    Atomics.notify(this.#ring.words, RING.doneSignal);
  }

  #startThread(index: number): void {
    const { shape, threadEntry } = this.#options;
    const workerData: SearchThreadData = { shape, buffer: this.#ring.buffer, threadIndex: index };
    const thread = new Worker(threadEntry, {
      workerData,
      name: `search-${index}`,
      resourceLimits: THREAD_MEMORY,
    });
    this.#threads[index] = thread;
    this.#startedAtMs[index] = performance.now();
    for (const handle of this.#known.values()) this.#mail(index, { kind: 'collection', handle });
    for (const mail of this.#undelivered[index] ?? []) this.#mail(index, mail);
    this.#undelivered[index] = [];
    thread.on('message', (message: ThreadMessage) => this.#onMessage(index, message));
    thread.on('error', (error) =>
      this.#options.log.error({ err: error, thread: index }, 'search thread failed'),
    );
    thread.on('exit', (code) => this.#onExit(index, code));
  }

  #onMessage(index: number, message: ThreadMessage): void {
    if (message.kind === 'fault') {
      const { kind: _, ...fault } = message;
      this.#options.log.error({ thread: index, ...fault }, 'a request failed on a search thread');
      return;
    }
    this.#mailedReplies.set(message.slot, message.body);
    this.#drainDone();
  }

  #onExit(index: number, code: number): void {
    if (this.#isClosing) return;
    this.#threads[index] = undefined;
    this.#drainDone();
    this.#options.log.error({ thread: index, code }, 'search thread died, starting another');
    const queued = this.#queuedSlots();
    for (const [slot, request] of this.#pending) {
      const owner = Atomics.load(this.#ring.words, slotHeader(this.#ring, slot) + SLOT.owner);
      const isLost = request.mailedTo < 0 && owner < 0 && !queued.has(slot);
      if (owner === index || request.mailedTo === index || isLost) {
        this.#fail(slot, 'the search thread died while it ran this request');
      }
    }
    // A thread that cannot even start must not turn into a busy loop of restarts.
    const livedMs = performance.now() - this.#startedAtMs[index]!;
    setTimeout(
      () => !this.#isClosing && this.#startThread(index),
      livedMs < RESTART_PAUSE_MS ? RESTART_PAUSE_MS : 0,
    );
  }

  /** Slots that wait for any thread to claim them. */
  #queuedSlots(): Set<number> {
    const { words, readyQueue, queueMask } = this.#ring;
    const slots = new Set<number>();
    const tail = Atomics.load(words, RING.readyTail);
    for (let at = Atomics.load(words, RING.readyHead); at !== tail; at = (at + 1) | 0) {
      slots.add(words[readyQueue + (at & queueMask)]!);
    }
    return slots;
  }

  /** Writes the request into its slot; returns the thread to mail the body to if it does not fit, else -1. */
  #fillSlot(
    slot: number,
    task: ReadTask,
    handle: CollectionHandle,
    request: DataRequest,
    args: Uint8Array,
  ): number {
    const { words, doubles } = this.#ring;
    const header = slotHeader(this.#ring, slot);
    const data = slotData(this.#ring, slot);
    data.set(args);
    const fits = args.length + request.body.length <= data.length;
    if (fits) copyBytes(data, args.length, request.body);
    words[header + SLOT.owner] = -1;
    words[header + SLOT.task] = READ_TASKS.indexOf(task);
    words[header + SLOT.collectionId] = handle.id;
    words[header + SLOT.argsBytes] = args.length;
    words[header + SLOT.bodyBytes] = request.body.length;
    words[header + SLOT.flags] = fits ? 0 : SLOT_FLAG.bodyByMessage;
    words[header + SLOT.cancel] = request.client?.closed ? CANCEL.clientGone : CANCEL.none;
    doubles[(header + SLOT.deadline) / 2] = Date.now() + (request.timeoutMs ?? this.#options.timeoutMs);
    Atomics.store(words, header + SLOT.state, SLOT_STATE.ready);
    return fits ? -1 : slot % this.#threads.length;
  }

  #enqueue(slot: number): void {
    const { words, readyQueue, queueMask } = this.#ring;
    const tail = Atomics.load(words, RING.readyTail);
    Atomics.store(words, readyQueue + (tail & queueMask), slot);
    Atomics.store(words, RING.readyTail, (tail + 1) | 0);
    Atomics.add(words, RING.wake, 1);
    Atomics.notify(words, RING.wake, 1);
  }

  #mail(index: number, mail: ThreadMail): void {
    const thread = this.#threads[index];
    if (thread === undefined) {
      // A successor is told of the collections when it starts.
      if (mail.kind === 'request') this.#undelivered[index]!.push(mail);
      return;
    }
    const transfer = mail.kind === 'request' ? [mail.body.buffer] : [];
    thread.postMessage(
      mail,
      transfer.filter((buffer) => buffer instanceof ArrayBuffer),
    );
    Atomics.store(this.#ring.words, this.#ring.mailFlags + index, 1);
    this.#wakeAll();
  }

  #broadcast(mail: ThreadMail): void {
    for (let thread = 0; thread < this.#threads.length; thread++) this.#mail(thread, mail);
  }

  #wakeAll(): void {
    Atomics.add(this.#ring.words, RING.wake, 1);
    Atomics.notify(this.#ring.words, RING.wake);
  }

  /** Waits for done slots without blocking the loop, for as long as the ring lives. */
  async #listen(): Promise<void> {
    const { words } = this.#ring;
    while (!this.#isClosing || this.#pending.size > 0) {
      const seen = Atomics.load(words, RING.doneSignal);
      this.#drainDone();
      const wait = Atomics.waitAsync(words, RING.doneSignal, seen);
      if (wait.async) await wait.value;
    }
  }

  /** Answers every request whose slot says done. In flight are at most `slotCount`, so a scan is cheaper than a queue. */
  #drainDone(): void {
    const { words } = this.#ring;
    for (const slot of this.#pending.keys()) {
      const header = slotHeader(this.#ring, slot);
      if (Atomics.load(words, header + SLOT.state) !== SLOT_STATE.done) continue;
      const isMailed = (words[header + SLOT.flags]! & SLOT_FLAG.replyByMessage) !== 0;
      // A mailed body that is still on its way calls this again when it arrives.
      if (!isMailed || this.#mailedReplies.has(slot)) this.#finish(slot, header, isMailed);
    }
  }

  #finish(slot: number, header: number, isMailed: boolean): void {
    const { words } = this.#ring;
    const status = words[header + SLOT.status]!;
    const body = isMailed
      ? this.#mailedReplies.get(slot)!
      : Buffer.from(slotData(this.#ring, slot).subarray(0, words[header + SLOT.replyBytes]));
    this.#release(slot)?.resolve({ status, body });
  }

  #fail(slot: number, why: string): void {
    this.#release(slot)?.reject(internalError(why));
  }

  #release(slot: number): PendingRequest | undefined {
    const request = this.#pending.get(slot);
    this.#pending.delete(slot);
    this.#mailedReplies.delete(slot);
    Atomics.store(this.#ring.words, slotHeader(this.#ring, slot) + SLOT.state, SLOT_STATE.free);
    this.#freeSlots.push(slot);
    request?.stopListening();
    if (request !== undefined) requestBuffers.giveBack(request.body);
    return request;
  }

  /** Cancels the slot's request when its client goes; the function that is returned ends that. */
  #cancelWithout(client: Client | undefined, slot: number): () => void {
    if (client === undefined) return () => {};
    const onClose = () => this.#cancel(slot, CANCEL.clientGone);
    client.once('close', onClose);
    return () => client.off('close', onClose);
  }

  #cancelOverdue(): void {
    const now = Date.now();
    for (const slot of this.#pending.keys()) {
      const header = slotHeader(this.#ring, slot);
      if (this.#ring.doubles[(header + SLOT.deadline) / 2]! <= now) this.#cancel(slot, CANCEL.timeout);
    }
  }

  #cancel(slot: number, reason: number): void {
    Atomics.compareExchange(
      this.#ring.words,
      slotHeader(this.#ring, slot) + SLOT.cancel,
      CANCEL.none,
      reason,
    );
  }
}

function argsBytes(args: TaskArguments): Uint8Array {
  return Object.keys(args).length === 0 ? NO_ARGS : Buffer.from(JSON.stringify(args));
}
