import { type RootDatabase, open } from 'lmdb';
import { ServiceError } from '../shared/errors.ts';
import { checkDataFile } from './data-file.ts';
import { storageError } from './storage-error.ts';

/** An entry of a range scan. The value is only valid until the next entry is read. */
export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/**
 * An LMDB environment with binary keys and values. All calls are synchronous and belong on a worker thread. A read sees
 * the state at the last `refresh`; within `write` it sees the transaction's own changes.
 */
export interface Env {
  readonly path: string;
  /** A copy of the value, or undefined. */
  get(key: Uint8Array): Buffer | undefined;
  /** The value in a buffer that the next read of any environment of this thread uses again; undefined if there is none. */
  peek(key: Uint8Array): Buffer | undefined;
  put(key: Uint8Array, value: Uint8Array): void;
  remove(key: Uint8Array): void;
  /** Entries with start <= key < end, in key order. */
  range(start: Uint8Array, end: Uint8Array): Iterable<Entry>;
  keys(start: Uint8Array, end: Uint8Array): Iterable<Buffer>;
  /** Runs `body` in one transaction that is fsynced before this returns; a throw rolls everything back. @throws NEARIFY_STORAGE */
  write<T>(body: () => T): T;
  /** Makes the following reads see everything that was committed so far. */
  refresh(): void;
  close(): Promise<void>;
}

// Address space, not disk: LMDB maps this much at once and grows by remapping only beyond it.
const MAP_BYTES = 2 ** 36;
const READERS_MAX = 256;

/** Opens or creates an environment in the directory `path`. @throws NEARIFY_STORAGE with the remedy. */
export function openEnv(path: string): Env {
  let db: RootDatabase<Buffer, Buffer>;
  try {
    checkDataFile(path);
    db = open<Buffer, Buffer>({
      path,
      encoding: 'binary',
      keyEncoding: 'binary',
      mapSize: MAP_BYTES,
      maxReaders: READERS_MAX,
      // A commit must be on disk when it returns: no sync that overlaps with what follows.
      overlappingSync: false,
      eventTurnBatching: false,
    });
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw storageError(`cannot open the storage at ${path}`, cause);
  }
  return {
    path,
    get: (key) => db.getBinary(key as Buffer),
    peek: (key) => {
      const value = db.getBinaryFast(key as Buffer);
      // lmdb gives the whole buffer with only its `length` set: `subarray` without an end would go beyond that.
      return value && value.subarray(0, value.length);
    },
    put: (key, value) => db.putSync(key as Buffer, value as Buffer),
    remove: (key) => db.removeSync(key as Buffer),
    range: (start, end) => db.getRange({ start: start as Buffer, end: end as Buffer }) as Iterable<Entry>,
    keys: (start, end) => db.getKeys({ start: start as Buffer, end: end as Buffer }),
    write: (body) => writeTransaction(db, body),
    refresh: () => db.resetReadTxn(),
    close: () => db.close(),
  };
}

function writeTransaction<T>(db: RootDatabase<Buffer, Buffer>, body: () => T): T {
  let failure: unknown;
  try {
    return db.transactionSync(() => {
      try {
        return body();
      } catch (error) {
        failure = error;
        throw error;
      }
    });
  } catch (error) {
    if (failure instanceof ServiceError) throw failure;
    throw storageError('the change could not be written and was rolled back', failure ?? error);
  }
}
