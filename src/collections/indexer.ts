import type { Logger } from '../telemetry/logger.ts';

export interface IndexerOptions {
  /** Works for a while on payload indexes that are not complete; true if work is left. */
  readonly build: () => Promise<boolean>;
  readonly log: Logger;
}

/** Completes the payload indexes of one collection, slice by slice, so that updates get their turn in between. */
export class Indexer {
  readonly #options: IndexerOptions;
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: IndexerOptions) {
    this.#options = options;
  }

  /** Call when there is something to build. */
  kick(): void {
    if (this.#isStopped || this.#running !== undefined) return;
    const running = this.#run().finally(() => {
      this.#running = undefined;
    });
    running.catch((error: unknown) =>
      this.#options.log.error({ err: error }, 'payload indexes are not built until the next update'),
    );
    this.#running = running;
  }

  /** Resolves when nothing is left to build, or the indexer was stopped. @throws what building threw */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Starts no slice any more; resolves when the one that runs is over. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running?.catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped && (await this.#options.build())) {
      // Each slice is a turn of its own among the updates.
    }
  }
}
