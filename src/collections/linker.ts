import type { BackgroundPool } from '../dispatch/background-pool.ts';
import { segmentCounts } from '../protocol/segment-counts.ts';
import type { CollectionHandle } from '../protocol/shared-handles.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Longest time that a background thread links before updates and other collections get their turn. */
const SLICE_MS = 20;

export interface LinkerOptions {
  readonly pool: BackgroundPool;
  /** The collection as it is now. */
  readonly handle: () => CollectionHandle;
  /** Background threads that may link at the same time. */
  readonly lanes: number;
  readonly log: Logger;
}

/** Keeps the graphs of one collection up to date, slice by slice, on the background threads. */
export class Linker {
  readonly #options: LinkerOptions;
  readonly #lanes = new Set<Promise<void>>();
  #isStopped = false;

  constructor(options: LinkerOptions) {
    this.#options = options;
  }

  /** Starts linking if rows wait for it. Call after every change of the segments. */
  kick(): void {
    const { handle, lanes } = this.#options;
    if (this.#isStopped || !segmentCounts(handle()).isIndexing) return;
    while (this.#lanes.size < lanes) {
      const lane = this.#link().finally(() => this.#lanes.delete(lane));
      this.#lanes.add(lane);
    }
  }

  /** Starts no slice any more; resolves when those that run are over. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#lanes);
  }

  async #link(): Promise<void> {
    const { pool, handle, log } = this.#options;
    try {
      while (!this.#isStopped && (await pool.run('link', { handle: handle(), msMax: SLICE_MS }))) {
        // Each slice is a task of its own, so that others run in between.
      }
    } catch (error) {
      log.error({ err: error, collection: handle().name }, 'indexing stopped until the next update');
    }
  }
}
