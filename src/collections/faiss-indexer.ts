import type { FaissThread } from '../dispatch/faiss-thread.ts';
import { type FaissBuild, type FaissPlace, faissBuilds } from '../protocol/faiss-tasks.ts';
import type { CollectionHandle } from '../protocol/shared-handles.ts';
import type { Logger } from '../telemetry/logger.ts';

/** In a row: one may be of a vector that goes, which the collection is told only after its file is removed. */
const FAULTS_MAX = 2;

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
  /** Builds that have failed in a row. */
  #faults = 0;

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
    for (let next = this.#next; next !== undefined && !this.#isStopped; next = this.#next) {
      try {
        await this.#build(next);
        this.#faults = 0;
      } catch (error) {
        this.#noteFault(next, error);
      }
    }
  }

  async #build({ memory, vector, count, ...place }: FaissBuild): Promise<void> {
    const { thread } = this.#options;
    await thread.run('build', { ...place, memory, vector, count, cancel: this.#cancel });
    if (this.#isDropped(place)) await thread.run('remove', place);
  }

  #noteFault({ segmentId, vectorId }: FaissPlace, error: unknown): void {
    const { handle, log } = this.#options;
    const isWanted = faissBuilds(handle()).some(
      (build) => build.segmentId === segmentId && build.vectorId === vectorId,
    );
    // Its segment or vector went, and the file with it.
    if (!isWanted) return;
    this.#faults += 1;
    if (this.#faults < FAULTS_MAX || this.#isStopped) return;
    // Trying again with every update would fail again with every update.
    this.#isStopped = true;
    log.error({ err: error, collection: handle().name }, 'no more FAISS indexes are built until a restart');
  }
}
