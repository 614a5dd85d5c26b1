import { rmSync } from 'node:fs';
import path from 'node:path';
import { hasIndexWork, readIndexState } from '../../engine/payload/fields/index-state.ts';
import { removeStrayFiles } from '../../engine/segment/checkpoint.ts';
import { loadIndexes } from '../../engine/segment/load-indexes.ts';
import {
  createCollectionFiles,
  loadSegments,
  readParams,
  readVectorNumbers,
} from '../../engine/segment/open.ts';
import { Segment } from '../../engine/segment/segment.ts';
import { initialVectorNumbers, vectorConfigs } from '../../engine/vectors/vector-config.ts';
import type {
  BackgroundTasks,
  BrokenCollection,
  OpenedCollection,
  SegmentSizing,
  StoredCollections,
} from '../../protocol/background-tasks.ts';
import { toWireError } from '../../protocol/wire-error.ts';
import { type Catalog, openCatalog } from '../../storage/catalog.ts';
import { openEnv } from '../../storage/env.ts';
import { lockStorage } from '../../storage/storage-lock.ts';

type Input<T extends keyof BackgroundTasks> = Parameters<BackgroundTasks[T]>[0];

/** Locks the storage and loads every collection; one that cannot be read does not keep the others from it. */
export async function openStorage(
  { storagePath, sizing }: Input<'open_storage'>,
  module: WebAssembly.Module,
): Promise<StoredCollections> {
  const entries = await withCatalog(storagePath, (catalog) => {
    catalog.exclusively(() => lockStorage(storagePath));
    catalog.removeOrphans();
    return catalog.list();
  });
  const opened: OpenedCollection[] = [];
  const broken: BrokenCollection[] = [];
  for (const entry of entries) {
    const directory = path.join(storagePath, entry.directory);
    try {
      opened.push(await openCollection({ ...entry, directory }, sizing, module));
    } catch (error) {
      broken.push({ name: entry.name, directory, error: toWireError(error) });
    }
  }
  return { opened, broken };
}

async function openCollection(
  { id, name, directory }: Pick<OpenedCollection, 'id' | 'name' | 'directory'>,
  sizing: SegmentSizing,
  module: WebAssembly.Module,
): Promise<OpenedCollection> {
  const env = openEnv(directory);
  try {
    const params = readParams(env);
    const vectorNumbers = readVectorNumbers(env);
    const segments = loadSegments(env, params, sizing, module);
    removeStrayFiles(directory, segments);
    const configs = vectorConfigs(params, vectorNumbers);
    const attached = segments.map((segment) => new Segment(segment, module, { configs, env }));
    const indexes = loadIndexes(env, attached, module);
    const hasWork = hasIndexWork(readIndexState(env));
    return { id, name, directory, params, vectorNumbers, segments, indexes, hasIndexWork: hasWork };
  } finally {
    await env.close();
  }
}

/** The collection exists once its catalog entry is committed; its files come first. */
export async function createCollection({
  storagePath,
  name,
  params,
}: Input<'create_collection'>): Promise<OpenedCollection> {
  return withCatalog(storagePath, async (catalog) => {
    const entry = catalog.reserve(name);
    const directory = path.join(storagePath, entry.directory);
    await createCollectionFiles(directory, params).close();
    catalog.add(entry);
    const vectorNumbers = initialVectorNumbers(params);
    return {
      id: entry.id,
      name,
      directory,
      params,
      vectorNumbers,
      segments: [],
      indexes: [],
      hasIndexWork: false,
    };
  });
}

/** The entry goes first: what a crash leaves of the files is removed on the next start. */
export async function dropCollection({
  storagePath,
  name,
  directory,
}: Input<'drop_collection'>): Promise<void> {
  await withCatalog(storagePath, (catalog) => catalog.remove(name));
  rmSync(directory, { recursive: true, force: true });
}

export function closeStorage({ storagePath }: Input<'close_storage'>): void {
  rmSync(path.join(storagePath, 'server.lock'), { force: true });
}

/** Any background thread may be asked, so the catalog is opened for each call; the event loop orders the calls. */
async function withCatalog<T>(storagePath: string, use: (catalog: Catalog) => T | Promise<T>): Promise<T> {
  const catalog = openCatalog(storagePath);
  try {
    return await use(catalog);
  } finally {
    await catalog.close();
  }
}
