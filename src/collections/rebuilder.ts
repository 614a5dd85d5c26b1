import type { CollectionSettings } from '../../schemas/collection-update.ts';
import type { BackgroundPool } from '../dispatch/background-pool.ts';
import type { CollectionChanges, SegmentSizing } from '../protocol/background-tasks.ts';
import { segmentRows } from '../protocol/segment-counts.ts';
import type { CollectionHandle } from '../protocol/shared-handles.ts';
import type { Logger } from '../telemetry/logger.ts';
import { optimizerConfig } from './collection-info.ts';
import type { UpdateQueue } from './updates.ts';

/** Longest time that rows are moved before updates get their turn. */
const SLICE_MS = 20;

type Segment = CollectionHandle['segments'][number];

/** The first segment whose living points should move to a new one: too many rows are deleted, or its graphs are outdated. */
export function segmentToRebuild(
  segments: readonly Segment[],
  params: CollectionSettings,
): Segment | undefined {
  const { deleted_threshold, vacuum_min_vector_number } = optimizerConfig(params);
  return segments.find((segment) => {
    const { count, deleted } = segmentRows(segment);
    const isWorn = count > vacuum_min_vector_number && deleted > count * deleted_threshold;
    return isWorn || (segment.isOutdated && count > 0);
  });
}

export interface RebuilderOptions {
  readonly pool: BackgroundPool;
  readonly sizing: SegmentSizing;
  readonly updates: UpdateQueue;
  /** The collection as it is now. */
  readonly handle: () => CollectionHandle;
  /** Makes known to readers what a transaction has changed. */
  readonly takeChanges: (changes: CollectionChanges) => void;
  /** Makes other segments known to readers. */
  readonly replaceSegments: (segments: readonly Segment[]) => void;
  /** Resolves when the next slice may run. */
  readonly turn: () => Promise<void>;
  readonly log: Logger;
}

/** Vacuum: moves the living points of worn segments to new ones, slice by slice between updates, and drops what is empty. */
export class Rebuilder {
  readonly #options: RebuilderOptions;
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: RebuilderOptions) {
    this.#options = options;
  }

  /** Starts if a segment wants it. Call after every change of the segments or the settings. */
  kick(): void {
    if (this.#isStopped || this.#next === undefined) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Starts no slice any more; resolves when the one that runs is over. What was not moved stays where it is. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  get #next(): Segment | undefined {
    const { segments, params } = this.#options.handle();
    return segmentToRebuild(segments, params);
  }

  async #run(): Promise<void> {
    try {
      for (let segment = this.#next; segment !== undefined && !this.#isStopped; segment = this.#next) {
        await this.#rebuild(segment);
      }
    } catch (error) {
      const { log, handle } = this.#options;
      log.error({ err: error, collection: handle().name }, 'vacuum stopped until the next update');
    }
  }

  async #rebuild({ id }: Segment): Promise<void> {
    const { pool, sizing, handle, updates, replaceSegments } = this.#options;
    if (handle().segments.at(-1)?.id === id) {
      // Readers must know the segment before points move into it.
      await updates.exclusively(async () => {
        const opened = await pool.run('open_segment', { handle: handle(), sizing });
        replaceSegments([...handle().segments, opened]);
      });
    }
    for (let from: number | undefined = 0; from !== undefined && !this.#isStopped; ) {
      await this.#options.turn();
      from = await this.#moveRows(id, from);
    }
    if (this.#isStopped) return;
    await updates.exclusively(async () => {
      await pool.run('drop_segment', { handle: handle(), segmentId: id });
      replaceSegments(handle().segments.filter((segment) => segment.id !== id));
    });
  }

  /** One slice; the row to go on with. */
  async #moveRows(segmentId: number, from: number): Promise<number | undefined> {
    const { pool, sizing, handle, updates, takeChanges } = this.#options;
    let goOn: number | undefined;
    await updates.exclusively(async () => {
      const slice = { handle: handle(), sizing, segmentId, from, msMax: SLICE_MS };
      const { next, changes } = await pool.run('move_rows', slice);
      goOn = next;
      takeChanges(changes);
    });
    return goOn;
  }
}
