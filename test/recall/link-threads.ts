import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { GraphMemory } from './graph-memory.ts';

export interface LinkThreadData {
  readonly target: GraphMemory;
  /** The scratch area that the thread works in. */
  readonly thread: number;
  /** One word: the number of rows that may be linked; its complement if there will be no more. */
  readonly published: Int32Array;
}

/** Threads that link one graph together, in the first scratch areas of its memory. */
export class LinkThreads {
  readonly #published = new Int32Array(new SharedArrayBuffer(4));
  readonly #exits: readonly Promise<unknown>[];
  #running: number;

  constructor(target: GraphMemory, threads: number) {
    this.#running = threads;
    this.#exits = Array.from({ length: threads }, async (_, thread) => {
      const workerData: LinkThreadData = { target, thread, published: this.#published };
      const worker = new Worker(new URL('link-thread.ts', import.meta.url), { workerData });
      await once(worker, 'exit').finally(() => this.#running--);
    });
  }

  get areRunning(): boolean {
    return this.#running > 0;
  }

  /** Lets the threads link the rows below `count`. */
  publish(count: number): void {
    Atomics.store(this.#published, 0, count);
    Atomics.notify(this.#published, 0);
  }

  /** As `publish`, for the last time; resolves when all is linked. @throws what a thread threw */
  async finish(count: number): Promise<void> {
    this.publish(~count);
    await Promise.all(this.#exits);
  }
}
