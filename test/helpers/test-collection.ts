import path from 'node:path';
import type { TestContext } from 'node:test';
import type { CreateCollection } from '../../schemas/collections.ts';
import { NEVER_CANCELLED } from '../../src/engine/segment/cancellation.ts';
import type { Collection } from '../../src/engine/segment/collection.ts';
import { loadIndexes } from '../../src/engine/segment/load-indexes.ts';
import {
  createCollectionFiles,
  loadSegments,
  readParams,
  readVectorNumbers,
} from '../../src/engine/segment/open.ts';
import { Segment } from '../../src/engine/segment/segment.ts';
import { buildIndexes } from '../../src/engine/segment/write/build-indexes.ts';
import { loadThreadKernels } from '../../src/engine/thread-kernels.ts';
import { vectorConfigs } from '../../src/engine/vectors/vector-config.ts';
import type { CollectionChanges, SegmentSizing } from '../../src/protocol/background-tasks.ts';
import type { CollectionHandle } from '../../src/protocol/shared-handles.ts';
import type { ReadTask, UpdateTask } from '../../src/protocol/tasks.ts';
import { ServiceError } from '../../src/shared/errors.ts';
import { isJsonFloat } from '../../src/shared/json/lossless.ts';
import { readJson } from '../../src/shared/json/reader.ts';
import { JsonWriter } from '../../src/shared/json/writer.ts';
import { openEnv } from '../../src/storage/env.ts';
import { OpenCollections } from '../../src/worker/open-collections.ts';
import { READ_HANDLERS } from '../../src/worker/tasks/reads.ts';
import { transact } from '../../src/worker/tasks/transact.ts';
import { updateBatch } from '../../src/worker/tasks/update.ts';
import { tempDir } from './temp-dir.ts';

const kernels = loadThreadKernels();
const MEBIBYTE = 1024 * 1024;

export const DEFAULT_SIZING: SegmentSizing = { bytesMax: 16 * MEBIBYTE, scratchCount: 2 };

/** A body as JSON text, or a value to make it from. */
export type Body = string | object;

export interface Update {
  readonly task: UpdateTask;
  readonly body: Body;
  /** From path and query string. */
  readonly args?: Readonly<Record<string, string>>;
}

/** What became of an update: its operation number, or the status and the text of its refusal. */
export type Outcome = number | string;

export const bytesOf = (body: Body): Uint8Array =>
  new Uint8Array(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

/** The tasks of the threads over one collection, called directly: requests and answers are JSON. */
export class Tasks {
  handle: CollectionHandle;
  readonly #sizing: SegmentSizing;
  readonly #open: OpenCollections;

  /** `threadIndex`: the scratch area to work in. */
  constructor(handle: CollectionHandle, sizing: SegmentSizing, threadIndex: number) {
    this.handle = handle;
    this.#sizing = sizing;
    this.#open = new OpenCollections(kernels.segmentModule, threadIndex);
  }

  get collection(): Collection {
    this.#open.learn(this.handle);
    return this.#open.get(this.handle.id);
  }

  /** Applies updates in one transaction. */
  batch(updates: readonly Update[]): Outcome[] {
    const requests = updates.map(({ task, body, args }) => ({
      task,
      args: { ...args, wait: true },
      body: bytesOf(body),
    }));
    const input = { handle: this.handle, sizing: this.#sizing, requests, isSharingCores: false };
    const { replies, ...changes } = updateBatch(input, this.#open, kernels.numbers);
    this.#takeChanges(changes);
    return replies.map(({ status, body }) => {
      const reply = JSON.parse(Buffer.from(body).toString());
      return status === 200 ? reply.result.operation_id : `${status} ${reply.status.error}`;
    });
  }

  #takeChanges({ newSegments, indexes }: CollectionChanges): void {
    if (newSegments.length === 0 && indexes === undefined) return;
    this.handle = {
      ...this.handle,
      generation: this.handle.generation + 1,
      segments: [...this.handle.segments, ...newSegments],
      indexes: indexes ?? this.handle.indexes,
    };
  }

  /** A slice of work on payload indexes; true if work is left. */
  buildIndexes(msMax: number): boolean {
    const input = { handle: this.handle, sizing: this.#sizing };
    const { changes } = transact(input, this.#open, (transaction) => buildIndexes(transaction, msMax));
    this.#takeChanges(changes);
    return changes.hasIndexWork;
  }

  upsert(body: Body): Outcome {
    return this.batch([{ task: 'upsert', body }])[0]!;
  }

  delete(body: Body): Outcome {
    return this.batch([{ task: 'delete_points', body }])[0]!;
  }

  /** The text of the answer. @throws the ServiceError of the task */
  readText(task: ReadTask, body: Body = {}, args: Readonly<Record<string, string>> = {}): string {
    const writer = new JsonWriter({ floats: kernels.floats });
    const { collection } = this;
    const cancel = NEVER_CANCELLED;
    const { numbers } = kernels;
    const find = (name: string) => this.#open.named(name);
    READ_HANDLERS[task]({ collection, find, args, body: bytesOf(body), cancel, numbers, writer });
    return Buffer.from(writer.finish()).toString();
  }

  /** The answer; integers beyond 2^53 are bigints, arrays of fractions are float32. */
  read(task: ReadTask, body: Body = {}, args: Readonly<Record<string, string>> = {}): unknown {
    return plainFloats(readJson(Buffer.from(this.readText(task, body, args)), { rawKeys: new Set() }));
  }

  /** The status and the text of the refusal. */
  refusal(task: ReadTask, body: Body = {}, args: Readonly<Record<string, string>> = {}): string {
    try {
      return `200 ${this.readText(task, body, args)}`;
    } catch (error) {
      if (error instanceof ServiceError) return `${error.httpStatus} ${error.message}`;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#open.close();
  }
}

/** The same with numbers for floats such as 1.0, in place. */
function plainFloats(value: unknown): unknown {
  if (isJsonFloat(value)) return value.valueOf();
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const [key, item] of Object.entries(value))
    (value as Record<string, unknown>)[key] = plainFloats(item);
  return value;
}

/** Loads a stored collection as the start of a server does. */
async function load(directory: string, sizing: SegmentSizing): Promise<CollectionHandle> {
  const env = openEnv(directory);
  try {
    const params = readParams(env);
    const segments = loadSegments(env, params, sizing, kernels.segmentModule);
    const vectorNumbers = readVectorNumbers(env);
    const configs = vectorConfigs(params, vectorNumbers);
    const attached = segments.map((handle) => new Segment(handle, kernels.segmentModule, { configs, env }));
    const indexes = loadIndexes(env, attached, kernels.segmentModule);
    return { id: 1, name: 'test', generation: 0, directory, params, vectorNumbers, segments, indexes };
  } finally {
    await env.close();
  }
}

/** A collection in a temporary directory. */
export class TestCollection extends Tasks {
  readonly #context: TestContext;

  private constructor(t: TestContext, handle: CollectionHandle, sizing: SegmentSizing) {
    super(handle, sizing, 0);
    this.#context = t;
    t.after(() => this.close());
  }

  static async create(
    t: TestContext,
    params: CreateCollection,
    sizing: SegmentSizing = DEFAULT_SIZING,
  ): Promise<TestCollection> {
    const directory = path.join(tempDir(t), 'collection');
    await createCollectionFiles(directory, params).close();
    return new TestCollection(t, await load(directory, sizing), sizing);
  }

  /** Closes the collection and loads what is on disk. */
  async restart(sizing: SegmentSizing = DEFAULT_SIZING): Promise<TestCollection> {
    await this.close();
    return new TestCollection(this.#context, await load(this.handle.directory, sizing), sizing);
  }
}
