import { existsSync } from 'node:fs';
import { PayloadIndexes } from '../engine/payload/fields/payload-indexes.ts';
import { FilterCache } from '../engine/segment/read/filter-cache.ts';
import type { Collection } from '../engine/segment/collection.ts';
import { Segment } from '../engine/segment/segment.ts';
import type { SegmentHandle } from '../engine/segment/segment-handle.ts';
import { vectorConfigs } from '../engine/vectors/vector-config.ts';
import type { CollectionHandle } from '../protocol/shared-handles.ts';
import { isSameSegment, lostBytes } from '../protocol/segment-counts.ts';
import { assert } from '../shared/assert.ts';
import { stringifyExact } from '../shared/json/exact.ts';
import { sharedGarbage } from '../shared/shared-garbage.ts';
import { openEnv } from '../storage/env.ts';

/** Collections that a thread which closes what it does not use keeps open. */
const OPEN_MAX = 128;

interface OpenCollection {
  /** Of the handle that it was attached by. */
  readonly generation: number;
  readonly segments: readonly SegmentHandle[];
  readonly collection: Collection;
}

/**
 * The collections that this thread has open: files and kernels are attached when a collection is first used, and again
 * only for what changed when a newer handle arrives.
 */
export class OpenCollections {
  readonly #module: WebAssembly.Module;
  readonly #threadIndex: number;
  readonly #handles = new Map<number, CollectionHandle>();
  readonly #idsByName = new Map<string, number>();
  #lastUsed = -1;
  readonly #open = new Map<number, OpenCollection>();

  /** `threadIndex`: the scratch area of every segment that belongs to this thread. */
  constructor(module: WebAssembly.Module, threadIndex: number) {
    this.#module = module;
    this.#threadIndex = threadIndex;
  }

  /** Takes a new or newer handle; an older one than is known is ignored. */
  learn(handle: CollectionHandle): void {
    const known = this.#handles.get(handle.id);
    if (known !== undefined && known.generation >= handle.generation) return;
    this.#handles.set(handle.id, handle);
    this.#idsByName.set(handle.name, handle.id);
  }

  /** As {@link learn}; segments that the handle no longer has are let go of at once, not when the collection is used next. */
  follow(handle: CollectionHandle): void {
    this.learn(handle);
    const open = this.#open.get(handle.id);
    if (open === undefined) return;
    const isKept = ({ id }: { readonly id: number }) => handle.segments.some((segment) => segment.id === id);
    const segments = open.segments.filter(isKept);
    if (segments.length === open.segments.length) return;
    sharedGarbage.add(lostBytes(open.segments, segments));
    const collection = { ...open.collection, segments: open.collection.segments.filter(isKept) };
    releaseOthers(open.collection.segments, collection.segments);
    // Of no generation: it is attached anew when it is used.
    this.#open.set(handle.id, { generation: -1, segments, collection });
  }

  /** The collection as a handle has it, or a newer one. */
  latest(handle: CollectionHandle): Collection {
    this.learn(handle);
    return this.get(handle.id);
  }

  generation(collectionId: number): number {
    return this.#handles.get(collectionId)?.generation ?? -1;
  }

  get(collectionId: number): Collection {
    const handle = this.#handles.get(collectionId);
    assert(handle !== undefined, `collection ${collectionId} was announced to this thread`);
    const open = this.#open.get(collectionId);
    const isCurrent = open?.generation === handle.generation;
    const collection = isCurrent ? open.collection : this.#attach(handle, open?.collection);
    if (open !== undefined && !isCurrent) sharedGarbage.add(lostBytes(open.segments, handle.segments));
    if (isCurrent && collectionId === this.#lastUsed) return collection;
    // Kept in the order of use.
    this.#open.delete(collectionId);
    const { generation, segments } = handle;
    this.#open.set(collectionId, { generation, segments, collection });
    this.#lastUsed = collectionId;
    return collection;
  }

  /** Closes the collections that were used longest ago: one that was written to costs a megabyte. Call between tasks. */
  async closeUnused(): Promise<void> {
    while (this.#open.size > OPEN_MAX) {
      const [collectionId, { collection }] = this.#open.entries().next().value!;
      this.#open.delete(collectionId);
      await closeCollection(collection);
    }
  }

  /** The collection of a name, as far as this thread has learned. */
  named(name: string): Collection | undefined {
    const id = this.#idsByName.get(name);
    return id === undefined ? undefined : this.get(id);
  }

  /** Attaches to a segment that this thread has just created. */
  attachSegment(handle: SegmentHandle, { vectors, env }: Pick<Collection, 'vectors' | 'env'>): Segment {
    return new Segment(handle, this.#module, { configs: vectors, env });
  }

  /** Closes the files of a dropped collection. */
  async forget(collectionId: number): Promise<void> {
    const open = this.#open.get(collectionId);
    const name = this.#handles.get(collectionId)?.name;
    // Another collection may have the name by now.
    if (name !== undefined && this.#idsByName.get(name) === collectionId) this.#idsByName.delete(name);
    this.#handles.delete(collectionId);
    this.#open.delete(collectionId);
    if (open !== undefined) await closeCollection(open.collection);
  }

  /** Forgets every collection whose files are no more. */
  async forgetRemoved(): Promise<void> {
    for (const { id, directory } of Array.from(this.#handles.values())) {
      if (!existsSync(directory)) await this.forget(id);
    }
  }

  async close(): Promise<void> {
    for (const id of Array.from(this.#open.keys())) await this.forget(id);
  }

  #attach(handle: CollectionHandle, before: Collection | undefined): Collection {
    const vectors = vectorConfigs(handle.params, handle.vectorNumbers);
    const isSame = before !== undefined && stringifyExact(before.vectors) === stringifyExact(vectors);
    const env = before?.env ?? openEnv(handle.directory);
    const attachment = { env, module: this.#module, threadIndex: this.#threadIndex };
    const indexes = PayloadIndexes.attach(handle.indexes, attachment, before?.indexes);
    // Filters may ask for vectors by name.
    const filterCache = isSame ? before.filterCache : new FilterCache(env, indexes);
    filterCache.follow(indexes);
    const segments = handle.segments.map(
      (segment) =>
        (isSame ? before.segments.find((known) => isSameSegment(known, segment)) : undefined) ??
        new Segment(segment, this.#module, { configs: vectors, env }),
    );
    releaseOthers(before?.segments ?? [], segments);
    return {
      name: handle.name,
      params: handle.params,
      vectors,
      env,
      segments,
      threadIndex: this.#threadIndex,
      indexes,
      filterCache,
    };
  }
}

/** Releases what is not kept. */
function releaseOthers(segments: readonly Segment[], kept: readonly Segment[]): void {
  for (const segment of segments) if (!kept.includes(segment)) segment.release();
}

async function closeCollection({ segments, env }: Collection): Promise<void> {
  releaseOthers(segments, []);
  await env.close();
}
