import path from 'node:path';
import type { UpdateCollection } from '../../schemas/collection-update.ts';
import type { CollectionInfo, CreateCollection } from '../../schemas/collections.ts';
import type { VectorNameConfig } from '../../schemas/vectors.ts';
import type { Config } from '../config/schema.ts';
import { BackgroundPool } from '../dispatch/background-pool.ts';
import { FaissThread } from '../dispatch/faiss-thread.ts';
import { SearchRing } from '../dispatch/search-ring.ts';
import type { OpenedCollection, SegmentSizing } from '../protocol/background-tasks.ts';
import type { DataReply, DataRequest, ReadTask, UpdateTask } from '../protocol/tasks.ts';
import { usedBytes } from '../protocol/segment-counts.ts';
import { fromWireError } from '../protocol/wire-error.ts';
import { collectionNotFound, ServiceError } from '../shared/errors.ts';
import { sharedGarbage } from '../shared/shared-garbage.ts';
import type { Logger } from '../telemetry/logger.ts';
import { Collection } from './collection.ts';
import type { Collections } from './collections.ts';
import { FaissEngine } from './faiss-engine.ts';
import type { ReadClock } from './pacing.ts';
import { withDeadline } from './update-deadline.ts';
import { checkVectorNames, withoutVector, withVector } from './vector-names.ts';

/** Storages that this process has open: the lock file only keeps other processes away. */
const openStorages = new Set<string>();

/** Starts the threads and opens the storage. @throws NEARIFY_STORAGE if it cannot be opened */
export async function createCollections(config: Config, log: Logger): Promise<Collections> {
  const storagePath = path.resolve(config.storage.storage_path);
  if (openStorages.has(storagePath)) {
    const text = `${storagePath} is in use by this process: close it or choose another storage_path`;
    throw new ServiceError('NEARIFY_STORAGE', text);
  }
  openStorages.add(storagePath);
  const registry = new CollectionRegistry(config, log);
  try {
    await registry.open();
  } catch (error) {
    await registry.close();
    throw error;
  }
  return registry;
}

/** Worker entries have the extension of this file: `.ts` from the sources, `.js` when built. */
function threadEntry(name: string): URL {
  return new URL(`../worker/${name}${path.extname(import.meta.url)}`, import.meta.url);
}

class CollectionRegistry implements Collections {
  readonly #storagePath: string;
  readonly #sizing: SegmentSizing;
  readonly #ring: SearchRing;
  readonly #pool: BackgroundPool;
  readonly #faiss: FaissEngine;
  readonly #log: Logger;
  readonly #timeoutMs: number;
  readonly #backgroundThreads: number;
  readonly #collections = new Map<string, Collection>();
  readonly #reads: ReadClock = { lastMs: Number.NEGATIVE_INFINITY };
  /** Directories of those that could not be opened: requests are told so, and they can be dropped. */
  readonly #broken = new Map<string, string>();
  /** Creates and drops run one after the other. */
  #changes: Promise<unknown> = Promise.resolve();
  #isReady = false;

  constructor(config: Config, log: Logger) {
    const { search, background } = config.threads;
    this.#log = log;
    this.#backgroundThreads = background;
    this.#timeoutMs = config.service.request_timeout_s * 1000;
    this.#storagePath = path.resolve(config.storage.storage_path);
    this.#sizing = { bytesMax: config.storage.segment_bytes_max, scratchCount: search + background };
    this.#ring = new SearchRing({
      shape: { slotCount: config.ring.slots, slotBytes: config.ring.slot_bytes, threadCount: search },
      threadEntry: threadEntry('search-thread'),
      timeoutMs: this.#timeoutMs,
      log,
    });
    this.#pool = new BackgroundPool({
      threadEntry: threadEntry('background-thread'),
      threads: background,
      firstThreadIndex: search,
    });
    this.#faiss = new FaissEngine({
      thread: new FaissThread(threadEntry('faiss-thread')),
      engine: config.index.engine,
      log,
    });
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  async open(): Promise<void> {
    const startMs = performance.now();
    const stored = await this.#pool.run('open_storage', {
      storagePath: this.#storagePath,
      sizing: this.#sizing,
    });
    await this.#faiss.start();
    for (const opened of stored.opened) await this.#register(opened);
    for (const { name, directory, error } of stored.broken) {
      this.#broken.set(name, directory);
      const err = fromWireError(error);
      this.#log.error(
        { err, collection: name, directory },
        'collection cannot be opened, the others are served',
      );
    }
    this.#isReady = true;
    const ms = Math.round(performance.now() - startMs);
    this.#log.info(
      { collections: stored.opened.length, ms, storagePath: this.#storagePath },
      'storage is open',
    );
  }

  list(): string[] {
    return [...this.#collections.keys(), ...this.#broken.keys()];
  }

  exists(name: string): boolean {
    return this.#collections.has(name) || this.#broken.has(name);
  }

  async info(name: string): Promise<CollectionInfo> {
    return this.#collection(name).info();
  }

  create(name: string, params: CreateCollection): Promise<void> {
    return this.#change(async () => {
      if (this.exists(name)) {
        throw new ServiceError('NEARIFY_ALREADY_EXISTS', `Collection \`${name}\` already exists!`);
      }
      checkVectorNames(params);
      await this.#faiss.check(params);
      const storagePath = this.#storagePath;
      await this.#register(await this.#pool.run('create_collection', { storagePath, name, params }));
    });
  }

  configure(name: string, update: UpdateCollection): Promise<void> {
    return this.#change(() => this.#collection(name).configure(update));
  }

  createVector(name: string, vector: string, config: VectorNameConfig): Promise<number> {
    return this.#change(() =>
      this.#collection(name).changeVectors((settings) => withVector(settings, vector, config)),
    );
  }

  deleteVector(name: string, vector: string): Promise<number> {
    return this.#change(() =>
      this.#collection(name).changeVectors((settings) => withoutVector(settings, vector)),
    );
  }

  drop(name: string): Promise<boolean> {
    return this.#change(async () => {
      const storagePath = this.#storagePath;
      const brokenDirectory = this.#broken.get(name);
      if (brokenDirectory !== undefined) {
        await this.#pool.run('drop_collection', { storagePath, name, directory: brokenDirectory });
        return this.#broken.delete(name);
      }
      const collection = this.#collections.get(name);
      if (collection === undefined) return false;
      this.#collections.delete(name);
      await collection.stop();
      const { id, directory } = collection.handle;
      const bytes = usedBytes(collection.handle.segments);
      this.#ring.forget(id, bytes);
      await this.#pool.run('drop_collection', { storagePath, name, directory, id });
      await this.#pool.forgetDropped(bytes);
      sharedGarbage.add(bytes);
      sharedGarbage.collectSoon();
      return true;
    });
  }

  async read(task: ReadTask, name: string, request: DataRequest): Promise<DataReply> {
    const { handle, pacing } = this.#collection(name);
    pacing.noteRead();
    return this.#ring.submit(task, handle, request);
  }

  async update(task: UpdateTask, name: string, request: DataRequest): Promise<DataReply> {
    const collection = this.#collection(name);
    const reply = collection.updates.push(task, request);
    const isForIndex = task === 'create_index' && request.args.wait === true;
    return withDeadline(isForIndex ? collection.afterIndexing(reply) : reply, request, this.#timeoutMs);
  }

  async close(): Promise<void> {
    await this.#changes;
    const all = [...this.#collections.values()];
    await Promise.all(all.map((collection) => collection.stop()));
    for (const collection of all) await collection.checkpointBeforeClose();
    if (this.#isReady) await this.#pool.run('close_storage', { storagePath: this.#storagePath });
    this.#isReady = false;
    await Promise.all([this.#ring.close(), this.#pool.close(), this.#faiss.close()]);
    openStorages.delete(this.#storagePath);
  }

  #collection(name: string): Collection {
    const collection = this.#collections.get(name);
    if (this.#broken.has(name)) {
      const text = `Collection \`${name}\` could not be opened when the server started: see the server's log`;
      throw new ServiceError('NEARIFY_STORAGE', text);
    }
    if (collection === undefined) throw collectionNotFound(name);
    return collection;
  }

  #change<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#changes.then(body);
    this.#changes = result.catch(() => undefined);
    return result;
  }

  async #register(opened: OpenedCollection): Promise<void> {
    const faiss = await this.#faiss.threadFor(opened.params);
    const collection = new Collection(opened, {
      pool: this.#pool,
      sizing: this.#sizing,
      backgroundThreads: this.#backgroundThreads,
      reads: this.#reads,
      // Every search thread knows every collection: a request can name others than the one in its path.
      publish: (handle) => this.#ring.publish(handle),
      log: this.#log,
      faiss,
    });
    this.#collections.set(opened.name, collection);
  }
}
