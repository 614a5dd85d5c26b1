import { Piscina } from 'piscina';
import type { BackgroundTask, BackgroundTasks } from '../protocol/background-tasks.ts';
import { type Outcome, unwrap } from '../protocol/wire-error.ts';
import { internalError, ServiceError } from '../shared/errors.ts';

export interface BackgroundPoolOptions {
  /** Module that a background thread runs. */
  readonly threadEntry: URL;
  readonly threads: number;
  /** Index of the first scratch area that belongs to these threads. */
  readonly firstThreadIndex: number;
}

const QUEUE_MAX = 1024;

/**
 * The threads for updates and long work. A running task is never aborted from outside: piscina would kill its thread in
 * the middle of a transaction.
 */
export class BackgroundPool {
  readonly #pool: Piscina;

  constructor({ threadEntry, threads, firstThreadIndex }: BackgroundPoolOptions) {
    // One word a thread: its thread id, so that each claims a scratch area of its own and a dead one's is taken over.
    const claims = new SharedArrayBuffer(threads * 4);
    this.#pool = new Piscina({
      filename: threadEntry.href,
      minThreads: threads,
      maxThreads: threads,
      maxQueue: QUEUE_MAX,
      workerData: { claims, firstThreadIndex },
    });
    this.#pool.on('workerDestroy', (worker: { threadId: number }) => {
      const words = new Int32Array(claims);
      for (let i = 0; i < words.length; i++) Atomics.compareExchange(words, i, worker.threadId, 0);
    });
  }

  /** Runs a task and returns its result. @throws what the task threw, NEARIFY_OVERLOADED if the queue is full */
  async run<T extends BackgroundTask>(
    name: T,
    input: Parameters<BackgroundTasks[T]>[0],
    transferList: ArrayBuffer[] = [],
  ): Promise<ReturnType<BackgroundTasks[T]>> {
    let outcome: Outcome<ReturnType<BackgroundTasks[T]>>;
    try {
      outcome = await this.#pool.run(input, { name, transferList });
    } catch (cause) {
      if (cause instanceof Error && cause.message.includes('queue')) {
        throw new ServiceError('NEARIFY_OVERLOADED', 'too many updates are waiting, retry later', { cause });
      }
      throw internalError('the background thread died while it ran this request', cause);
    }
    return unwrap(outcome);
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}
