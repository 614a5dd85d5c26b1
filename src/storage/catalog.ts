import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Env, openEnv } from './env.ts';
import { checkFormat, stampFormat } from './format-version.ts';
import { endOfPrefix, META, metaKey } from './keys.ts';
import { storageError } from './storage-error.ts';

/** A collection as the catalog knows it. */
export interface CatalogEntry {
  readonly id: number;
  readonly name: string;
  /** Relative to the storage directory. */
  readonly directory: string;
}

/**
 * The list of collections: one LMDB environment in `<storage>/catalog` with the keys
 * 0x00 0x01 (format version), 0x00 0x10 (next collection id) and 0x10 name (entry as JSON).
 * A collection exists once its entry is committed; a directory without an entry is the rest of an interrupted create or
 * drop and is removed on the next start.
 */
export interface Catalog {
  list(): CatalogEntry[];
  /** Removes directories of interrupted creates and drops; only while nothing else uses the storage. */
  removeOrphans(): void;
  /** Reserves an id and a directory for a collection that is not visible yet. */
  reserve(name: string): CatalogEntry;
  add(entry: CatalogEntry): void;
  remove(name: string): void;
  /** Runs `body` while no other process changes the catalog or is in here. */
  exclusively<T>(body: () => T): T;
  close(): Promise<void>;
}

const NEXT_ID_KEY = Buffer.of(0x00, 0x10);
const NAME_PREFIX = 0x10;

export function openCatalog(storagePath: string): Catalog {
  makeDirectory(storagePath);
  const env = openEnv(path.join(storagePath, 'catalog'));
  if (env.get(metaKey(META.formatVersion)) === undefined) env.write(() => stampFormat(env));
  checkFormat(env);
  const list = () => listEntries(env);
  return {
    list,
    removeOrphans: () => removeOrphans(storagePath, list()),
    reserve: (name) => reserve(env, name),
    add: (entry) => env.write(() => env.put(nameKey(entry.name), Buffer.from(JSON.stringify(entry)))),
    remove: (name) => env.write(() => env.remove(nameKey(name))),
    exclusively: (body) => env.write(body),
    close: () => env.close(),
  };
}

function makeDirectory(storagePath: string): void {
  try {
    mkdirSync(path.join(storagePath, 'collections'), { recursive: true });
  } catch (cause) {
    throw storageError(`cannot open the storage at ${storagePath}`, cause);
  }
}

function nameKey(name: string): Buffer {
  return Buffer.concat([Buffer.of(NAME_PREFIX), Buffer.from(name)]);
}

function listEntries(env: Env): CatalogEntry[] {
  env.refresh();
  const start = Buffer.of(NAME_PREFIX);
  return Array.from(env.range(start, endOfPrefix(start)), ({ value }) => JSON.parse(value.toString()));
}

function reserve(env: Env, name: string): CatalogEntry {
  return env.write(() => {
    const id = Number(env.get(NEXT_ID_KEY)?.toString() ?? '1');
    env.put(NEXT_ID_KEY, Buffer.from(String(id + 1)));
    return { id, name, directory: path.join('collections', String(id)) };
  });
}

function removeOrphans(storagePath: string, entries: readonly CatalogEntry[]): void {
  const known = new Set(entries.map((entry) => path.basename(entry.directory)));
  const root = path.join(storagePath, 'collections');
  for (const name of readdirSync(root)) {
    if (!known.has(name)) rmSync(path.join(root, name), { recursive: true, force: true });
  }
}
