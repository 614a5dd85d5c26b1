import type { CreateCollection } from '../../../schemas/collections.ts';
import { assert } from '../../shared/assert.ts';
import { parseExact, stringifyExact } from '../../shared/json/exact.ts';
import { type Entry, type Env, openEnv } from '../../storage/env.ts';
import { checkFormat, stampFormat } from '../../storage/format-version.ts';
import {
  columnBlockKey,
  endOfPrefix,
  lastNumberOf,
  META,
  metaKey,
  payloadKey,
  postingsKey,
  rowBatchKey,
  segmentMetaKey,
  TOMBSTONE_BLOCK_ROWS,
  tombstoneKey,
  VERSION_BLOCK_ROWS,
  versionsKey,
} from '../../storage/keys.ts';
import { decodePointColumns, decodeRaggedRows, decodeVectorRows } from '../../storage/row-batch.ts';
import { readIndexState } from '../payload/fields/index-state.ts';
import {
  initialVectorNumbers,
  type VectorConfig,
  vectorConfigs,
  type VectorNumbers,
} from '../vectors/vector-config.ts';
import type { Collection } from './collection.ts';
import { restoreGraphs } from './checkpoint.ts';
import { configureSegment, createSegmentHandle } from './create-segment.ts';
import { publishRows, Segment } from './segment.ts';
import type { SegmentHandle } from './segment-handle.ts';

/** How segments are laid out in this process. */
export interface SegmentSizing {
  readonly bytesMax: number;
  /** Threads that may work in a segment at once. */
  readonly scratchCount: number;
}

/** What LMDB keeps of a segment beside its rows. */
interface SegmentMeta {
  readonly id: number;
  /** Numbers of the vectors that it has room for. */
  readonly vectors: readonly number[];
  /** Those of them whose rows stay on disk, in chunks (vectors/disk-rows.ts); none if absent. */
  readonly onDisk?: readonly number[];
}

/** Nobody else works in a memory that is being loaded: any scratch area will do. */
const LOADING_THREAD = 0;

/** Writes the durable skeleton of a new collection. */
export function createCollectionFiles(directory: string, params: CreateCollection): Env {
  const env = openEnv(directory);
  env.write(() => {
    stampFormat(env);
    env.put(metaKey(META.params), Buffer.from(stringifyExact(params)));
    env.put(metaKey(META.vectorNumbers), Buffer.from(JSON.stringify(initialVectorNumbers(params))));
    env.put(metaKey(META.seq), Buffer.from('0'));
  });
  return env;
}

/** Replaces a collection's parameters; returns its segments as they are under them. */
export function configureCollection(
  { env, segments }: { env: Env; segments: readonly SegmentHandle[] },
  params: CreateCollection,
): SegmentHandle[] {
  return env.write(() => {
    env.put(metaKey(META.params), Buffer.from(stringifyExact(params)));
    const configs = vectorConfigs(params, readVectorNumbers(env));
    return segments.map((handle) => configureSegment(handle, configs));
  });
}

/** The vectors of a collection after names were added or dropped. */
export interface VectorChange {
  readonly params: CreateCollection;
  readonly vectorNumbers: VectorNumbers;
  /** Numbers of the vectors that are no more. */
  readonly dropped: readonly number[];
}

/** Makes other vectors durable and removes what is stored of those that are no more; call inside `env.write`. */
export function storeVectorChange(
  env: Env,
  segments: readonly SegmentHandle[],
  { params, vectorNumbers, dropped }: VectorChange,
): void {
  env.put(metaKey(META.params), Buffer.from(stringifyExact(params)));
  env.put(metaKey(META.vectorNumbers), Buffer.from(JSON.stringify(vectorNumbers)));
  for (const { id } of segments) {
    for (const vectorId of dropped) {
      const keys = Array.from(env.keys(rowBatchKey(id, vectorId, 0), rowBatchKey(id, vectorId + 1, 0)));
      for (const key of keys) env.remove(key);
    }
  }
}

/** Reads a collection's parameters. @throws NEARIFY_STORAGE if the files are of another format */
export function readParams(env: Env): CreateCollection {
  checkFormat(env);
  const text = env.get(metaKey(META.params));
  assert(text !== undefined, `the collection at ${env.path} has parameters`);
  return parseExact(text) as CreateCollection;
}

/** The numbers of the vectors that a collection's parameters declare. */
export function readVectorNumbers(env: Env): VectorNumbers {
  const text = env.get(metaKey(META.vectorNumbers));
  assert(text !== undefined, `the vectors of the collection at ${env.path} are numbered`);
  return JSON.parse(text.toString()) as VectorNumbers;
}

/** Rebuilds the shared memory of every segment from LMDB. O(bytes of all vectors): it copies large values. */
export function loadSegments(
  env: Env,
  params: CreateCollection,
  sizing: SegmentSizing,
  module: WebAssembly.Module,
): SegmentHandle[] {
  const configs = vectorConfigs(params, readVectorNumbers(env));
  const attach = (handle: SegmentHandle) => new Segment(handle, module, { configs, env });
  return segmentMetas(env).map((meta) => loadSegment(env, meta, { configs, sizing, attach }));
}

/** What it takes to bring a segment into memory. */
interface SegmentLoading {
  readonly configs: readonly VectorConfig[];
  readonly sizing: SegmentSizing;
  readonly attach: (handle: SegmentHandle) => Segment;
}

function loadSegment(
  env: Env,
  meta: SegmentMeta,
  { configs, sizing, attach }: SegmentLoading,
): SegmentHandle {
  // The rows were stored under other settings, perhaps: fewer threads leave more room for them.
  const capacityMin = storedRows(env, meta.id);
  const own = configs
    .filter(({ id }) => meta.vectors.includes(id))
    .map((config) => ({ ...config, isOnDisk: meta.onDisk?.includes(config.id) ?? false }));
  const handle = createSegmentHandle({ id: meta.id, configs: own, ...sizing, capacityMin });
  const segment = attach(handle);
  loadRows(env, segment);
  restoreGraphs(segment, env.path, LOADING_THREAD);
  segment.showSeq(storedSeq(env));
  // Its rows may lie where settings that are not in force yet do not want them.
  return configureSegment(handle, configs);
}

/**
 * Brings memory up to what is stored, should the last writer have died between its commit and the moment when readers and
 * the event loop knew of it; the next rows would be written over its own. Returns segments that memory lacks, or undefined
 * if nothing was missing at all. Call first inside `env.write`. O(segments), unless something is missing.
 */
export function catchUp(
  { env, segments, vectors: configs }: Collection,
  loading: Omit<SegmentLoading, 'configs'>,
): SegmentHandle[] | undefined {
  const metas = segmentMetas(env);
  const seq = storedSeq(env);
  const isShown = segments[0] === undefined || segments[0].shownSeq === (seq | 0);
  if (isShown && metas.length === segments.length) return undefined;
  for (const segment of segments) {
    segment.endChanges();
    loadRows(env, segment);
  }
  segments[0]?.showSeq(seq);
  return metas.slice(segments.length).map((meta) => loadSegment(env, meta, { configs, ...loading }));
}

function segmentMetas(env: Env): SegmentMeta[] {
  const prefix = metaKey(META.segment);
  return Array.from(env.range(prefix, endOfPrefix(prefix)), ({ value }) => JSON.parse(value.toString()));
}

function storedSeq(env: Env): number {
  return Number(env.get(metaKey(META.seq))?.toString() ?? '0');
}

/** Adds an empty segment to a collection; call inside the write transaction that fills it. */
export function addSegment(
  env: Env,
  id: number,
  configs: readonly VectorConfig[],
  sizing: SegmentSizing,
): SegmentHandle {
  const onDisk = configs.flatMap((config) => (config.kind === 'dense' && config.isOnDisk ? [config.id] : []));
  const meta: SegmentMeta = { id, vectors: configs.map((config) => config.id), onDisk };
  env.put(segmentMetaKey(id), Buffer.from(JSON.stringify(meta)));
  return createSegmentHandle({ id, configs, ...sizing });
}

/** Removes an empty segment from what is stored; call inside a write transaction. */
export function removeSegment(env: Env, segmentId: number): void {
  env.remove(segmentMetaKey(segmentId));
  const ranges = [payloadKey, tombstoneKey, versionsKey].map((key) => [
    key(segmentId, 0),
    key(segmentId + 1, 0),
  ]);
  ranges.push([rowBatchKey(segmentId, 0, 0), rowBatchKey(segmentId + 1, 0, 0)]);
  const { indexes, dropped } = readIndexState(env);
  for (const id of [...indexes.map((index) => index.id), ...dropped]) {
    ranges.push([columnBlockKey(id, segmentId, 0), columnBlockKey(id, segmentId + 1, 0)]);
    ranges.push([postingsKey(id, segmentId, 0, 0), postingsKey(id, segmentId + 1, 0, 0)]);
  }
  for (const [start, end] of ranges) {
    for (const key of Array.from(env.keys(start!, end!))) env.remove(key);
  }
}

function storedRows(env: Env, segmentId: number): number {
  let rows = 0;
  for (const { key, value } of column(env, segmentId, 0)) {
    rows = lastNumberOf(key) + decodePointColumns(value).count;
  }
  return rows;
}

function loadRows(env: Env, segment: Segment): void {
  let count = 0;
  for (const { key, value } of column(env, segment.id, 0)) {
    const first = lastNumberOf(key);
    const points = decodePointColumns(value);
    count = first + points.count;
    segment.loadPoints(first, points);
  }
  loadVersions(env, segment);
  for (const vector of segment.vectors) {
    for (const { key, value } of column(env, segment.id, vector.id)) {
      segment.loadVector(vector, lastNumberOf(key), decodeVectorRows(value));
    }
  }
  for (const side of segment.sides) {
    for (const { key, value } of column(env, segment.id, side.config.id)) {
      const first = lastNumberOf(key);
      // What is shown already lies where it is, and is indexed.
      if (first >= segment.count) side.load(first, decodeRaggedRows(value), first === segment.count);
    }
  }
  const deleted = storedTombstones(env, segment.id).filter((offset) => !segment.isDeleted(offset));
  publishRows([{ segment, count, deleted }]);
}

/** Versions of rows whose payload was changed after they were written. */
function loadVersions(env: Env, segment: Segment): void {
  for (const { key, value } of env.range(versionsKey(segment.id, 0), versionsKey(segment.id + 1, 0))) {
    const start = lastNumberOf(key) * VERSION_BLOCK_ROWS;
    for (let row = 0; row < VERSION_BLOCK_ROWS; row++) {
      const version = value.readDoubleLE(row * 8);
      if (version > 0) segment.writeVersion(start + row, version);
    }
  }
}

/** The row batches of a column; each value is good until the next read of this thread. */
function* column(env: Env, segmentId: number, index: number): Generator<Entry> {
  const keys = env.keys(rowBatchKey(segmentId, index, 0), rowBatchKey(segmentId, index + 1, 0));
  for (const key of Array.from(keys)) {
    const value = env.peek(key);
    assert(value !== undefined, 'what was listed is there');
    yield { key, value };
  }
}

function storedTombstones(env: Env, segmentId: number): number[] {
  const deleted: number[] = [];
  for (const { key, value } of env.range(tombstoneKey(segmentId, 0), tombstoneKey(segmentId + 1, 0))) {
    const start = lastNumberOf(key) * TOMBSTONE_BLOCK_ROWS;
    for (let row = 0; row < TOMBSTONE_BLOCK_ROWS; row++) {
      if ((value[row >> 3]! & (1 << (row & 7))) !== 0) deleted.push(start + row);
    }
  }
  return deleted;
}
