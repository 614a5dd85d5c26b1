/** Bytes of vectors that no graph holds yet and searches must scan: about a millisecond. */
const TAIL_BYTES_MAX = 6 * 1024 * 1024;
/** What was read within this time has readers. */
const READERS_WINDOW_MS = 2000;
/** An upload whose requests follow each other closer than this is still going on. */
const UPLOAD_PAUSE_MS = 30;
/**
 * After this pause an upload has ended. Until then the threads beside the first leave the cores to what receives and applies
 * the next request, which may take a while to arrive.
 */
const UPLOAD_END_MS = 250;

/** When a collection of the server was last read (`performance.now()`). */
export interface ReadClock {
  lastMs: number;
}

export interface PacingOptions {
  /** Of all collections: their searches need the same cores. */
  readonly reads: ReadClock;
  /** Whether searches find no free core while updates and linking run. */
  readonly areCoresFew: boolean;
  /** Lanes that link while an upload goes on, because there are threads and cores besides what it needs. */
  readonly spareLanes: number;
  /** Bytes of vectors that wait to be linked. */
  readonly tailBytes: () => number;
  /** Resolves when rows were linked, or when nothing links any more. */
  readonly linkProgress: () => Promise<void>;
  /** Resolves when no update runs or waits, with when that began (`performance.now()`). */
  readonly updatesIdle: () => Promise<number>;
}

/**
 * Shares the background threads between updates and linking. Without readers, updates go first: an upload runs at full speed
 * and is linked afterwards. With readers, updates wait while the tail that searches scan is long.
 */
export class Pacing {
  readonly #options: PacingOptions;
  #lastReadMs = Number.NEGATIVE_INFINITY;
  /** Resolves with the next read. */
  #reader: PromiseWithResolvers<void> | undefined;
  /** By their length: one for all that wait, as nobody tells it when they have given up. */
  readonly #pauses = new Map<number, Promise<void>>();

  constructor(options: PacingOptions) {
    this.#options = options;
  }

  noteRead(): void {
    this.#lastReadMs = performance.now();
    this.#options.reads.lastMs = this.#lastReadMs;
    this.#reader?.resolve();
    this.#reader = undefined;
  }

  /** Resolves when the next update may run. */
  async beforeUpdate(): Promise<void> {
    const { tailBytes, linkProgress } = this.#options;
    let before = Number.POSITIVE_INFINITY;
    for (
      let tail = tailBytes();
      this.#hasReaders && tail > TAIL_BYTES_MAX && tail < before;
      tail = tailBytes()
    ) {
      before = tail;
      await linkProgress();
    }
  }

  /** Resolves when a lane of the linker, numbered from 0, may link the next rows. */
  async beforeLink(lane: number): Promise<void> {
    const isServingReaders = lane === 0 && this.#hasReaders;
    if (lane < this.#options.spareLanes || isServingReaders) return;
    if (lane > 0) return this.#pauseOf(UPLOAD_END_MS);
    this.#reader ??= Promise.withResolvers();
    await Promise.race([this.#pauseOf(UPLOAD_PAUSE_MS), this.#reader.promise]);
  }

  /** Whether searches wait for cores that updates and linking have. */
  get isSharingCores(): boolean {
    return this.#options.areCoresFew && isRecent(this.#options.reads.lastMs);
  }

  #pauseOf(ms: number): Promise<void> {
    const pause = this.#pauses.get(ms) ?? this.#uploadPause(ms).finally(() => this.#pauses.delete(ms));
    this.#pauses.set(ms, pause);
    return pause;
  }

  /** Resolves when no update has run or waited for so long. */
  async #uploadPause(ms: number): Promise<void> {
    const { updatesIdle } = this.#options;
    for (;;) {
      const leftMs = ms - (performance.now() - (await updatesIdle()));
      if (leftMs <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, leftMs).unref());
    }
  }

  get #hasReaders(): boolean {
    return isRecent(this.#lastReadMs);
  }
}

function isRecent(readMs: number): boolean {
  return performance.now() - readMs < READERS_WINDOW_MS;
}
