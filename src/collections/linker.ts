import type { BackgroundPool } from '../dispatch/background-pool.ts';
import type { BackgroundTasks } from '../protocol/background-tasks.ts';
import { giveUpLinking, segmentCounts } from '../protocol/segment-counts.ts';
import type { CollectionHandle } from '../protocol/shared-handles.ts';
import { internalError, ServiceError } from '../shared/errors.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Longest time that a background thread links before updates and other collections get their turn. */
const SLICE_MS = 20;
/** A checkpoint is worth its writing when the graphs hold this many times the rows of the one before. */
const CHECKPOINT_GROWTH = 1.2;
/** Linking that fails as often in a row is not tried again before the next update. */
const FAULTS_MAX = 3;

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
  /** Whether a slice pauses now and then, for others to have its core. */
  readonly isSharingCores: () => boolean;
  /** Called when there is nothing left to link. */
  readonly onIdle: () => void;
  readonly log: Logger;
}

/**
 * One go of all lanes; over when the first lane finds nothing left, however long others have waited for their turn, or when
 * one has failed.
 */
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
  /** A thread may have died and left rows taken that nobody links any more. */
  #mustMend = false;
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
    if (this.#counts.linkedRows !== this.#checkpointRows) await this.#checkpoint();
  }

  /** Whether rows wait to be linked, or for the codes of a quantization. */
  get #isBehind(): boolean {
    const { tailBytes, uncodedRows } = this.#counts;
    return tailBytes > 0 || uncodedRows > 0;
  }

  get #counts() {
    return segmentCounts(this.#options.handle());
  }

  /** Resolves after the next slice, or when it has failed; at once if nothing links. */
  async progress(): Promise<void> {
    await (this.#running && this.#progress.promise);
  }

  async #run(): Promise<void> {
    let faults = 0;
    while (!this.#isStopped && this.#isBehind && faults < FAULTS_MAX) {
      try {
        await this.#mend();
        await this.#linkRows();
        faults = 0;
      } catch (error) {
        faults += 1;
        this.#mustMend ||= !isOverload(error);
        // Updates that wait for progress look again: the next slice may wait for them.
        this.#noteProgress();
        const isGivenUp = faults === FAULTS_MAX;
        this.#report(error, isGivenUp ? 'indexing stopped until the next update' : 'indexing goes on');
      }
    }
    this.#noteProgress();
  }

  async #mend(): Promise<void> {
    if (!this.#mustMend) return;
    await this.#options.pool.run('mend_graphs', { handle: this.#options.handle() });
    this.#mustMend = false;
  }

  async #linkRows(): Promise<void> {
    const before = this.#counts;
    await this.#linkAll();
    const { tailBytes, linkedRows, uncodedRows } = this.#counts;
    const isProgress = linkedRows !== before.linkedRows || uncodedRows !== before.uncodedRows;
    if (this.#isBehind && !isProgress && !this.#isStopped)
      throw internalError('rows are missing from the index');
    const isDue = linkedRows > this.#checkpointRows * CHECKPOINT_GROWTH;
    if (!this.#isStopped && tailBytes === 0 && isDue) await this.#checkpoint();
  }

  #noteProgress(): void {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers();
  }

  /** Links on all lanes until nothing is left to take. */
  async #linkAll(): Promise<void> {
    const round: Round = { isOver: false, end: Promise.withResolvers() };
    const lanes = Array.from({ length: this.#options.lanes() }, async (_, lane) => {
      try {
        await this.#link(lane, round);
        if (lane === 0) endRound(round);
      } catch (error) {
        endRound(round);
        if (!isOverload(error)) giveUpLinking(this.#options.handle());
        throw error;
      }
    });
    for (const outcome of await Promise.allSettled(lanes)) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
  }

  async #link(lane: number, round: Round): Promise<void> {
    const { pool, handle, turn, isSharingCores } = this.#options;
    let isMore = true;
    // Each slice is a task of its own, so that others run in between.
    while (isMore && !this.#isStopped) {
      await Promise.race([turn(lane), round.end.promise]);
      if (round.isOver) return;
      isMore = await pool.run('link', {
        handle: handle(),
        msMax: SLICE_MS,
        isSharingCores: isSharingCores(),
      });
      this.#noteProgress();
    }
  }

  async #checkpoint(): Promise<void> {
    const { pool, handle } = this.#options;
    const { linkedRows } = this.#counts;
    try {
      let step: ReturnType<BackgroundTasks['checkpoint']>;
      do step = await pool.run('checkpoint', { handle: handle(), step });
      while (step !== undefined);
      this.#checkpointRows = linkedRows;
    } catch (error) {
      this.#report(error, 'no checkpoint: the next start links anew');
    }
  }

  #report(error: unknown, message: string): void {
    const { log, handle } = this.#options;
    log.error({ err: error, collection: handle().name }, message);
  }
}

function endRound(round: Round): void {
  round.isOver = true;
  round.end.resolve();
}

/** The task was not begun. */
function isOverload(error: unknown): boolean {
  return error instanceof ServiceError && error.blame === 'overload';
}
