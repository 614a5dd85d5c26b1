import { availableParallelism } from 'node:os';
import type { CollectionSettings, UpdateCollection } from '../../schemas/collection-update.ts';
import type { CollectionInfo } from '../../schemas/collections.ts';
import type { BackgroundPool } from '../dispatch/background-pool.ts';
import type { CollectionChanges, OpenedCollection, SegmentSizing } from '../protocol/background-tasks.ts';
import { payloadSchema } from '../protocol/index-counts.ts';
import { lostBytes, segmentCounts, segmentRows } from '../protocol/segment-counts.ts';
import type { CollectionHandle } from '../protocol/shared-handles.ts';
import type { DataReply } from '../protocol/tasks.ts';
import { sharedGarbage } from '../shared/shared-garbage.ts';
import type { Logger } from '../telemetry/logger.ts';
import { collectionInfo } from './collection-info.ts';
import { FaissIndexer, type FaissIndexerOptions } from './faiss-indexer.ts';
import { Indexer } from './indexer.ts';
import { Linker } from './linker.ts';
import { mergeSettings } from './merge-settings.ts';
import { Pacing, type ReadClock } from './pacing.ts';
import { Rebuilder } from './rebuilder.ts';
import { UpdateQueue } from './updates.ts';
import { renumberVectors, vectorNames } from './vector-names.ts';

/** Share of a segment's rows in use from which the next one is opened. */
const FULL_SHARE = 0.9;

export interface CollectionOptions {
  readonly pool: BackgroundPool;
  readonly sizing: SegmentSizing;
  readonly backgroundThreads: number;
  readonly reads: ReadClock;
  /** Makes a new handle known to the search threads. */
  readonly publish: (handle: CollectionHandle) => void;
  readonly log: Logger;
  /** Builds FAISS indexes, if the collection is to have some. */
  readonly faiss?: FaissIndexerOptions['thread'] | undefined;
}

/** Longest time that a background thread builds payload indexes before updates get their turn. */
const INDEX_SLICE_MS = 20;

/** A collection as the event loop sees it: its handle, and everything that changes it in order. */
export class Collection {
  readonly updates: UpdateQueue;
  readonly pacing: Pacing;
  readonly #linker: Linker;
  readonly #rebuilder: Rebuilder;
  readonly #indexer: Indexer;
  readonly #faiss: FaissIndexer | undefined;
  readonly #options: CollectionOptions;
  #handle: CollectionHandle;

  constructor(opened: OpenedCollection, options: CollectionOptions) {
    const { pool, sizing, backgroundThreads, log, faiss, reads } = options;
    this.#options = options;
    this.#handle = { ...opened, generation: 0 };
    const handle = () => this.#handle;
    this.updates = new UpdateQueue({
      pool,
      sizing,
      handle,
      onBatch: (changes) => this.#take(changes),
      turn: () => this.pacing.beforeUpdate(),
      isSharingCores: () => this.pacing.isSharingCores,
    });
    this.pacing = new Pacing({
      reads,
      // The event loop and the searches have a core each, the background threads those that are left.
      areCoresFew: availableParallelism() - 2 < backgroundThreads,
      // The event loop and the updates have a core each.
      spareLanes: Math.min(backgroundThreads - 1, availableParallelism() - 2),
      tailBytes: () => segmentCounts(this.#handle).tailBytes,
      linkProgress: () => this.#linker.progress(),
      updatesIdle: () => this.updates.idle(),
    });
    this.#linker = new Linker({
      pool,
      handle,
      lanes: () => Math.min(backgroundThreads, this.#indexingThreadsMax),
      turn: (lane) => this.pacing.beforeLink(lane),
      isSharingCores: () => this.pacing.isSharingCores,
      onIdle: () => this.#faiss?.kick(),
      log,
      restoredRows: segmentCounts(this.#handle).linkedRows,
    });
    const replaceSegments = (segments: CollectionHandle['segments']) => this.#replace({ segments });
    this.#rebuilder = new Rebuilder({
      pool,
      sizing,
      updates: this.updates,
      handle,
      takeChanges: (changes) => this.#take(changes),
      replaceSegments,
      turn: () => this.pacing.beforeLink(0),
      log,
    });
    this.#indexer = new Indexer({ build: () => this.#buildIndexes(), log });
    this.#faiss = faiss && new FaissIndexer({ thread: faiss, handle, log });
    options.publish(this.#handle);
    this.#kick();
    if (opened.hasIndexWork) this.#indexer.kick();
  }

  get #indexingThreadsMax(): number {
    const threads = this.#handle.params.hnsw_config?.max_indexing_threads ?? 0;
    return threads === 0 ? Number.POSITIVE_INFINITY : threads;
  }

  get handle(): CollectionHandle {
    return this.#handle;
  }

  info(): CollectionInfo {
    // A search that finds an index file damaged tells nobody but the segment.
    this.#faiss?.kick();
    return collectionInfo(this.#handle.params, {
      ...segmentCounts(this.#handle),
      segments: Math.max(1, this.#handle.segments.length),
      queuedUpdates: this.updates.length,
      isRebuilding: this.#rebuilder.isRunning || this.#faiss?.isBehind === true,
      payloadSchema: payloadSchema(this.#handle),
    });
  }

  /** @throws NEARIFY_WRONG_INPUT for vectors that do not exist */
  async configure(update: UpdateCollection): Promise<void> {
    await this.updates.exclusively(async () => {
      const params = mergeSettings(this.#handle.params, update);
      const segments = await this.#options.pool.run('configure', { handle: this.#handle, params });
      this.#replace({ params, segments });
    });
    this.#kick();
  }

  /**
   * Adds vectors or drops some; `change` gives the settings with them. Returns the number of the operation.
   * @throws NEARIFY_WRONG_INPUT as `change` does
   */
  async changeVectors(change: (settings: CollectionSettings) => CollectionSettings): Promise<number> {
    const { pool, sizing } = this.#options;
    let number = 0;
    await this.updates.exclusively(async () => {
      const params = change(this.#handle.params);
      const renumbered = renumberVectors(this.#handle.vectorNumbers, vectorNames(params));
      const input = { handle: this.#handle, sizing, params, ...renumbered };
      const { seq, segments, changes } = await pool.run('change_vectors', input);
      this.#replace({ params, segments, vectorNumbers: renumbered.vectorNumbers });
      this.#take(changes);
      number = seq;
    });
    return number;
  }

  /** Ends what runs in the background and waits for the updates that were accepted. */
  async stop(): Promise<void> {
    await Promise.all([
      this.#rebuilder.stop(),
      this.#linker.stop(),
      this.#indexer.stop(),
      this.#faiss?.stop(),
    ]);
    await this.updates.idle();
  }

  /** After `stop`: makes the next start as quick as it can be. */
  checkpointBeforeClose(): Promise<void> {
    return this.#linker.checkpointBeforeClose();
  }

  /** The reply to who waits for a payload index: after it is complete. */
  async afterIndexing(reply: Promise<DataReply>): Promise<DataReply> {
    const answer = await reply;
    await this.#indexer.idle();
    return answer;
  }

  #take({ newSegments, indexes, hasIndexWork }: CollectionChanges): void {
    if (newSegments.length > 0 || indexes !== undefined) {
      this.#replace({
        segments: [...this.#handle.segments, ...newSegments],
        indexes: indexes ?? this.#handle.indexes,
      });
    }
    if (hasIndexWork) this.#indexer.kick();
    if (this.#isNearlyFull) void this.#openAhead();
    this.#kick();
  }

  /** One slice; true if work is left. */
  async #buildIndexes(): Promise<boolean> {
    const { pool, sizing } = this.#options;
    let isLeft = false;
    await this.updates.exclusively(async () => {
      const changes = await pool.run('build_indexes', {
        handle: this.#handle,
        sizing,
        msMax: INDEX_SLICE_MS,
      });
      this.#take(changes);
      isLeft = changes.hasIndexWork;
    });
    return isLeft;
  }

  get #isNearlyFull(): boolean {
    const last = this.#handle.segments.at(-1);
    return last !== undefined && segmentRows(last).count > last.layout.capacity * FULL_SHARE;
  }

  /** Opens the next segment before it is needed: readers should know it when points move into it. */
  async #openAhead(): Promise<void> {
    const { pool, sizing, log } = this.#options;
    try {
      await this.updates.exclusively(async () => {
        if (!this.#isNearlyFull) return;
        const opened = await pool.run('open_segment', { handle: this.#handle, sizing });
        this.#replace({ segments: [...this.#handle.segments, opened] });
      });
    } catch (error) {
      log.error({ err: error, collection: this.#handle.name }, 'no further segment could be opened');
    }
  }

  #kick(): void {
    this.#linker.kick();
    this.#rebuilder.kick();
    this.#faiss?.kick();
  }

  #replace(
    changes: Partial<Pick<CollectionHandle, 'params' | 'vectorNumbers' | 'segments' | 'indexes'>>,
  ): void {
    const next = { ...this.#handle, ...changes, generation: this.#handle.generation + 1 };
    sharedGarbage.add(lostBytes(this.#handle.segments, next.segments));
    sharedGarbage.collectSoon();
    this.#handle = { ...next, indexes: withoutLostColumns(next) };
    this.#options.publish(this.#handle);
    this.#linker.kick();
  }
}

/** Columns of segments that are gone would keep their memory. */
function withoutLostColumns({ segments, indexes }: CollectionHandle): CollectionHandle['indexes'] {
  const ids = new Set(segments.map(({ id }) => id));
  return indexes.map((index) => ({
    ...index,
    columns: index.columns.filter(({ segmentId }) => ids.has(segmentId)),
  }));
}
