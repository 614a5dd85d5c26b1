import type { BackgroundPool } from '../dispatch/background-pool.ts';
import type { SegmentSizing, UpdateBatchResult } from '../protocol/background-tasks.ts';
import type { CollectionHandle } from '../protocol/shared-handles.ts';
import type { DataReply, DataRequest, UpdateTask } from '../protocol/tasks.ts';
import { ServiceError } from '../shared/errors.ts';
import { requestBuffers } from '../shared/request-buffers.ts';

interface WaitingUpdate {
  readonly task: UpdateTask;
  readonly request: DataRequest;
  readonly resolve: (reply: DataReply) => void;
  readonly reject: (error: unknown) => void;
}

const WAITING_MAX = 256;
/** Requests that wait while another batch runs share one transaction and one fsync, up to this many bytes (or one request). */
const BATCH_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The order of updates of one collection: one batch runs at a time on a background thread, what arrives meanwhile forms
 * the next one.
 */
export class UpdateQueue {
  readonly #pool: BackgroundPool;
  readonly #sizing: SegmentSizing;
  readonly #handle: () => CollectionHandle;
  readonly #onBatch: (result: UpdateBatchResult) => void;
  readonly #turn: () => Promise<void>;
  readonly #isSharingCores: () => boolean;
  #waiting: WaitingUpdate[] = [];
  readonly #exclusive: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;
  #idleSinceMs = performance.now();

  /**
   * `handle` gives the collection as it is now; `onBatch` must make new segments known to readers; `turn` resolves when the
   * next batch may run, which pauses now and then if `isSharingCores`.
   */
  constructor(options: {
    pool: BackgroundPool;
    sizing: SegmentSizing;
    handle: () => CollectionHandle;
    onBatch: (result: UpdateBatchResult) => void;
    turn: () => Promise<void>;
    isSharingCores: () => boolean;
  }) {
    this.#pool = options.pool;
    this.#sizing = options.sizing;
    this.#handle = options.handle;
    this.#onBatch = options.onBatch;
    this.#turn = options.turn;
    this.#isSharingCores = options.isSharingCores;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Resolves when the update is durable and visible. @throws NEARIFY_OVERLOADED when too many wait */
  push(task: UpdateTask, request: DataRequest): Promise<DataReply> {
    if (this.#waiting.length >= WAITING_MAX) {
      const text = `${WAITING_MAX} updates of this collection are waiting, retry later`;
      throw new ServiceError('NEARIFY_OVERLOADED', text, { detail: { retryAfterSeconds: 1 } });
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, request, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Runs `work` while no update runs, before those that wait. */
  async exclusively(work: () => Promise<void>): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#exclusive.push(() => work().then(resolve, reject));
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when nothing runs or waits any more, with the time since when (`performance.now()`). */
  async idle(): Promise<number> {
    await this.#running;
    return this.#idleSinceMs;
  }

  async #drain(): Promise<void> {
    // Let requests that arrived in the same turn of the loop join the batch.
    await Promise.resolve();
    while (this.#waiting.length + this.#exclusive.length > 0) {
      const exclusive = this.#exclusive.shift();
      if (exclusive !== undefined) {
        await exclusive();
        continue;
      }
      await this.#turn();
      await this.#run(this.#takeBatch());
    }
    this.#running = undefined;
    this.#idleSinceMs = performance.now();
  }

  #takeBatch(): WaitingUpdate[] {
    let bytes = 0;
    let end = 0;
    for (const { request } of this.#waiting) {
      bytes += request.body.length;
      if (end > 0 && bytes > BATCH_BYTES_MAX) break;
      end += 1;
    }
    return this.#waiting.splice(0, end);
  }

  async #run(batch: readonly WaitingUpdate[]): Promise<void> {
    const requests = batch.map(({ task, request }) => ({ task, args: request.args, body: request.body }));
    try {
      const isSharingCores = this.#isSharingCores();
      const input = { handle: this.#handle(), sizing: this.#sizing, requests, isSharingCores };
      const result = await this.#pool.run('update', input, transferable(requests.map(({ body }) => body)));
      this.#onBatch(result);
      for (const [i, { resolve }] of batch.entries()) resolve(result.replies[i]!);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      for (const { body } of requests) requestBuffers.giveBack(body);
    }
  }
}

/** Buffers that belong wholly to one body; shared ones need no transfer, parts of Node's pool are copied. */
function transferable(bodies: readonly Uint8Array[]): ArrayBuffer[] {
  const whole = bodies.filter((body) => body.byteLength > 0 && body.byteLength === body.buffer.byteLength);
  const buffers = new Set(whole.map(({ buffer }) => buffer));
  return [...buffers].filter((buffer) => buffer instanceof ArrayBuffer);
}
