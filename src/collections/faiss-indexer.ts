import type { FaissThread } from '../dispatch/faiss-thread.ts';
import { type FaissBuild, type FaissPlace, faissBuilds } from '../protocol/faiss-tasks.ts';
import type { CollectionHandle } from '../protocol/shared-handles.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface FaissIndexerOptions {
  readonly thread: Pick<FaissThread, 'run'>;
  /** The collection as it is now. */
  readonly handle: () => CollectionHandle;
  readonly log: Logger;
}

/** Keeps the FAISS indexes of one collection up to date, behind the graphs of its segments. */
export class FaissIndexer {
  readonly #options: FaissIndexerOptions;
  /** One word: not 0 when the build that runs is to be given up. */
  readonly #cancel = new Int32Array(new SharedArrayBuffer(4));
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: FaissIndexerOptions) {
    this.#options = options;
  }

  /** Starts building if an index is missing or too old. Call when graphs have become complete. */
  kick(): void {
    if (!this.isBehind) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** True if it builds, or should. */
  get isBehind(): boolean {
    return !this.#isStopped && this.#next !== undefined;
  }

  /** Gives up the build that runs and starts none any more; resolves when it is over. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    Atomics.store(this.#cancel, 0, 1);
    await this.#running;
  }

  get #next(): FaissBuild | undefined {
    return faissBuilds(this.#options.handle())[0];
  }

  /** Whether the segment or the vector is no more. */
  #isDropped({ segmentId, vectorId }: FaissPlace): boolean {
    const { segments, vectorNumbers } = this.#options.handle();
    return !(
      segments.some(({ id }) => id === segmentId) && vectorNumbers.ids.some(([, id]) => id === vectorId)
    );
  }

  async #run(): Promise<void> {
    const { thread, handle, log } = this.#options;
    try {
      for (let next = this.#next; next !== undefined && !this.#isStopped; next = this.#next) {
        const { memory, vector, count, ...place } = next;
        await thread.run('build', { ...place, memory, vector, count, cancel: this.#cancel });
        if (this.#isDropped(place)) await thread.run('remove', place);
      }
    } catch (error) {
      // Trying again with every update would fail again with every update.
      this.#isStopped = true;
      log.error({ err: error, collection: handle().name }, 'no more FAISS indexes are built until a restart');
    }
  }
}
