import { Piscina } from 'piscina';
import type { FaissTasks } from '../protocol/faiss-tasks.ts';
import { type Outcome, unwrap } from '../protocol/wire-error.ts';

/** An idle thread ends after this time, and gives its memory back. */
const IDLE_MS = 5000;

/**
 * The thread that builds FAISS indexes, one at a time. FAISS keeps an index in the memory of one thread and cannot stop in
 * the middle of it, so this is no work for the background threads, which take turns. It runs only while there is work.
 */
export class FaissThread {
  readonly #pool: Piscina;
  #fault: Promise<string | undefined> | undefined;

  /** `threadEntry`: the module that it runs. */
  constructor(threadEntry: URL) {
    this.#pool = new Piscina({
      filename: threadEntry.href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
    });
  }

  /** Why FAISS cannot be used, with the remedy; undefined if it can. Looks once. */
  fault(): Promise<string | undefined> {
    this.#fault ??= this.run('probe', null);
    return this.#fault;
  }

  /** Runs a task and returns its result. @throws what the task threw */
  async run<T extends keyof FaissTasks>(
    name: T,
    input: Parameters<FaissTasks[T]>[0],
  ): Promise<ReturnType<FaissTasks[T]>> {
    return unwrap((await this.#pool.run(input, { name })) as Outcome<ReturnType<FaissTasks[T]>>);
  }

  /** Resolves when everything that was asked for before has run. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}
