import { ServiceError } from '../shared/errors.ts';

/** A failure of the disk or of LMDB as NEARIFY_STORAGE: `text` says what failed, the remedy comes from the cause. */
export function storageError(text: string, cause: unknown): ServiceError {
  return new ServiceError('NEARIFY_STORAGE', `${text} (${remedy(cause)})`, { cause });
}

/**
 * What a person can mend, by how messages begin: Node's with the name of the error, LMDB's with the system's text. A short
 * write, which is how most disks say that they are full, is an input/output error to LMDB.
 */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/^(ENOSPC|EDQUOT|No space|Disk quota)/, 'the disk is full: free some space'],
  [/^(EIO|EFBIG|Input\/output|File too large)/, 'the disk is full or failing: free some space and check it'],
  [
    /^(EACCES|EPERM|EROFS|Permission|Operation not permitted|Read-only)/,
    'permission denied: check the owner of the storage directory',
  ],
  [/^(ENOTDIR|EEXIST)/, 'a part of the path is a file: choose another storage_path'],
  [/^MDB_MAP_FULL/, 'the storage map is full'],
];

function remedy(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return REMEDIES.find(([pattern]) => pattern.test(text))?.[1] ?? 'see the server log';
}
