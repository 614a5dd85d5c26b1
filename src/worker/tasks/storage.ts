import { rmSync } from 'node:fs';
import path from 'node:path';
import { hasIndexWork, readIndexState } from '../../engine/payload/fields/index-state.ts';
import { loadIndexes } from '../../engine/segment/load-indexes.ts';
import {
  createCollectionFiles,
  loadSegments,
  readParams,
  readVectorNumbers,
} from '../../engine/segment/open.ts';
import { Segment } from '../../engine/segment/segment.ts';
import { initialVectorNumbers, vectorConfigs } from '../../engine/vectors/vector-config.ts';
import type { BackgroundTasks, OpenedCollection } from '../../protocol/background-tasks.ts';
import { type Catalog, openCatalog } from '../../storage/catalog.ts';
import { openEnv } from '../../storage/env.ts';
import { lockStorage } from '../../storage/storage-lock.ts';

type Input<T extends keyof BackgroundTasks> = Parameters<BackgroundTasks[T]>[0];

/** Locks the storage and loads every collection. */
export async function openStorage(
  { storagePath, sizing }: Input<'open_storage'>,
  module: WebAssembly.Module,
): Promise<OpenedCollection[]> {
  const entries = await withCatalog(storagePath, (catalog) => {
    catalog.exclusively(() => lockStorage(storagePath));
    catalog.removeOrphans();
    return catalog.list();
  });
  const opened: OpenedCollection[] = [];
  for (const { id, name, directory } of entries) {
    const absolute = path.join(storagePath, directory);
    const env = openEnv(absolute);
    try {
      const params = readParams(env);
      const segments = loadSegments(env, params, sizing, module);
      const configs = vectorConfigs(params, readVectorNumbers(env));
      const attached = segments.map((segment) => new Segment(segment, module, configs));
      opened.push({
        id,
        name,
        directory: absolute,
        params,
        vectorNumbers: readVectorNumbers(env),
        segments,
        indexes: loadIndexes(env, attached, module),
        hasIndexWork: hasIndexWork(readIndexState(env)),
      });
    } finally {
      await env.close();
    }
  }
  return opened;
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
export async function dropCollection({ storagePath, handle }: Input<'drop_collection'>): Promise<void> {
  await withCatalog(storagePath, (catalog) => catalog.remove(handle.name));
  rmSync(handle.directory, { recursive: true, force: true });
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
