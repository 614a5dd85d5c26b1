import type { BackgroundPool } from '../dispatch/background-pool.ts';
import type { BackgroundTasks } from '../protocol/background-tasks.ts';
import { segmentCounts } from '../protocol/segment-counts.ts';
import type { CollectionHandle } from '../protocol/shared-handles.ts';
import { internalError } from '../shared/errors.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Longest time that a background thread links before updates and other collections get their turn. */
const SLICE_MS = 20;
/** A checkpoint is worth its writing when the graphs hold this many times the rows of the one before. */
const CHECKPOINT_GROWTH = 1.2;

export interface LinkerOptions {
  readonly pool: BackgroundPool;
  /** The collection as it is now. */
  readonly handle: () => CollectionHandle;
  /** Rows that the graphs hold at the start, from checkpoints. */
  readonly restoredRows: number;
  /** Background threads that may link at the same time, at least 1. */
  readonly lanes: () => number;
  /** Resolves when the next slice of a lane, numbered from 0, may run. */
  readonly turn: (lane: number) => Promise<void>;
  /** Called when there is nothing left to link. */
  readonly onIdle: () => void;
  readonly log: Logger;
}

/** One go of all lanes; over when the first lane finds nothing left, however long others have waited for their turn. */
interface Round {
  isOver: boolean;
  readonly end: PromiseWithResolvers<void>;
}

/**
 * Keeps the graphs of one collection up to date on the background threads: links rows slice by slice, and writes
 * checkpoints when there is nothing to link.
 */
export class Linker {
  readonly #options: LinkerOptions;
  #running: Promise<void> | undefined;
  #isStopped = false;
  #progress = Promise.withResolvers<void>();
  /** Rows in the graphs when the last checkpoint was written or loaded. */
  #checkpointRows: number;

  constructor(options: LinkerOptions) {
    this.#options = options;
    this.#checkpointRows = options.restoredRows;
  }

  /** Starts linking if rows wait for it. Call after every change of the segments. */
  kick(): void {
    if (this.#isStopped || !this.#isBehind) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      this.#options.onIdle();
    });
  }

  /** Starts no slice any more; resolves when those that run are over. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** After `stop`: makes the next start as quick as it can be. */
  async checkpointBeforeClose(): Promise<void> {
    if (this.#counts.linkedRows === this.#checkpointRows) return;
    await this.#checkpoint().catch((error) =>
      this.#report(error, 'no checkpoint: the next start links anew'),
    );
  }

  /** Whether rows wait to be linked, or for the codes of a quantization. */
  get #isBehind(): boolean {
    const { tailBytes, uncodedRows } = this.#counts;
    return tailBytes > 0 || uncodedRows > 0;
  }

  get #counts() {
    return segmentCounts(this.#options.handle());
  }

  /** Resolves after the next slice; at once if nothing links. */
  async progress(): Promise<void> {
    await (this.#running && this.#progress.promise);
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isStopped && this.#isBehind) {
        const before = this.#counts;
        await this.#linkAll();
        const { tailBytes, linkedRows, uncodedRows } = this.#counts;
        const isProgress = linkedRows !== before.linkedRows || uncodedRows !== before.uncodedRows;
        // A thread that died took rows with it; the next start links all anew.
        if (this.#isBehind && !isProgress && !this.#isStopped)
          throw internalError('rows are missing from the index');
        const isDue = linkedRows > this.#checkpointRows * CHECKPOINT_GROWTH;
        if (!this.#isStopped && tailBytes === 0 && isDue) await this.#checkpoint();
      }
    } catch (error) {
      this.#report(error, 'indexing stopped until the next update');
    } finally {
      this.#progress.resolve();
      this.#progress = Promise.withResolvers();
    }
  }

  /** Links on all lanes until nothing is left to take. */
  async #linkAll(): Promise<void> {
    const round: Round = { isOver: false, end: Promise.withResolvers() };
    const lanes = Array.from({ length: this.#options.lanes() }, async (_, lane) => {
      try {
        await this.#link(lane, round);
      } finally {
        if (lane === 0) {
          round.isOver = true;
          round.end.resolve();
        }
      }
    });
    for (const outcome of await Promise.allSettled(lanes)) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
  }

  async #link(lane: number, round: Round): Promise<void> {
    const { pool, handle, turn } = this.#options;
    let isMore = true;
    // Each slice is a task of its own, so that others run in between.
    while (isMore && !this.#isStopped) {
      await Promise.race([turn(lane), round.end.promise]);
      if (round.isOver) return;
      isMore = await pool.run('link', { handle: handle(), msMax: SLICE_MS });
      this.#progress.resolve();
      this.#progress = Promise.withResolvers();
    }
  }

  async #checkpoint(): Promise<void> {
    const { pool, handle } = this.#options;
    const { linkedRows } = this.#counts;
    let step: ReturnType<BackgroundTasks['checkpoint']>;
    do step = await pool.run('checkpoint', { handle: handle(), step });
    while (step !== undefined);
    this.#checkpointRows = linkedRows;
  }

  #report(error: unknown, message: string): void {
    const { log, handle } = this.#options;
    log.error({ err: error, collection: handle().name }, message);
  }
}
