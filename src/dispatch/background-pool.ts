import { Piscina } from 'piscina';
import type { BackgroundTask, BackgroundTasks } from '../protocol/background-tasks.ts';
import { type Outcome, unwrap } from '../protocol/wire-error.ts';
import { internalError, ServiceError } from '../shared/errors.ts';
import { THREAD_MEMORY } from './thread-memory.ts';

export interface BackgroundPoolOptions {
  /** Module that a background thread runs. */
  readonly threadEntry: URL;
  readonly threads: number;
  /** Index of the first scratch area that belongs to these threads. */
  readonly firstThreadIndex: number;
}

const QUEUE_MAX = 1024;
const RETRY_AFTER_SECONDS = 1;

/**
 * The threads for updates and long work. A running task is never aborted from outside: piscina would kill its thread in
 * the middle of a transaction.
 */
export class BackgroundPool {
  readonly #pool: Piscina;
  readonly #threads: number;
  /** How many collections were dropped, and how many KiB of memory they held. */
  readonly #drops = new Int32Array(new SharedArrayBuffer(8));
  #isClosing = false;

  constructor({ threadEntry, threads, firstThreadIndex }: BackgroundPoolOptions) {
    // One word a thread: its thread id, so that each claims a scratch area of its own and a dead one's is taken over.
    const claims = new SharedArrayBuffer(threads * 4);
    this.#threads = threads;
    this.#pool = new Piscina({
      filename: threadEntry.href,
      minThreads: threads,
      maxThreads: threads,
      maxQueue: QUEUE_MAX,
      resourceLimits: THREAD_MEMORY,
      workerData: { claims, drops: this.#drops, firstThreadIndex },
    });
    this.#pool.on('workerDestroy', ({ id }: { id: number }) =>
      this.#releaseClaims(new Int32Array(claims), id),
    );
  }

  /** Frees the areas of threads that are gone, before their successors start and look for one. */
  #releaseClaims(words: Int32Array, destroyedId: number): void {
    // A thread that has ended by itself has no id any more, so its claim is one that no living thread has.
    const living = new Set(this.#pool.threads.map(({ threadId }) => threadId));
    living.delete(destroyedId);
    for (let i = 0; i < words.length; i++) {
      const owner = Atomics.load(words, i);
      if (owner !== 0 && !living.has(owner)) Atomics.compareExchange(words, i, owner, 0);
    }
  }

  /** Runs a task and returns its result. @throws what the task threw, NEARIFY_OVERLOADED if the queue is full */
  async run<T extends BackgroundTask>(
    name: T,
    input: Parameters<BackgroundTasks[T]>[0],
    transferList: ArrayBuffer[] = [],
  ): Promise<ReturnType<BackgroundTasks[T]>> {
    if (this.#isClosing) throw new ServiceError('NEARIFY_OVERLOADED', 'the server is shutting down');
    let outcome: Outcome<ReturnType<BackgroundTasks[T]>>;
    try {
      outcome = await this.#pool.run(input, { name, transferList });
    } catch (cause) {
      if (cause instanceof Error && cause.message.includes('queue')) {
        throw new ServiceError('NEARIFY_OVERLOADED', 'too many updates are waiting, retry later', {
          detail: { retryAfterSeconds: RETRY_AFTER_SECONDS },
          cause,
        });
      }
      throw internalError('the background thread died while it ran this request', cause);
    }
    return unwrap(outcome);
  }

  /**
   * Makes every thread let go of a collection whose files were removed, and with them of its memory, `lostBytes`, and its space
   * on disk: an idle one now, a busy one before its next task.
   */
  async forgetDropped(lostBytes: number): Promise<void> {
    Atomics.add(this.#drops, 1, Math.ceil(lostBytes / 1024));
    Atomics.add(this.#drops, 0, 1);
    await Promise.all(Array.from({ length: this.#threads }, () => this.run('forget_dropped', null)));
  }

  /** Resolves when everything that was asked for before has run. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#pool.close();
  }
}
