import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storageError } from '../../../src/storage/storage-error.ts';

test('the remedy is that of the cause', () => {
  const remedies: Record<string, string> = {
    'ENOSPC: no space left on device, write': 'the disk is full: free some space',
    'No space left on device': 'the disk is full: free some space',
    'Disk quota exceeded': 'the disk is full: free some space',
    'Input/output error': 'the disk is full or failing: free some space and check it',
    'EROFS: read-only file system, open': 'permission denied: check the owner of the storage directory',
    'Permission denied: Attempting to setup locks':
      'permission denied: check the owner of the storage directory',
    "ENOTDIR: not a directory, mkdir '/x'": 'a part of the path is a file: choose another storage_path',
    'MDB_MAP_FULL: Environment mapsize limit reached': 'the storage map is full',
    "ENOENT: no such file, open '/EIO/permission'": 'see the server log',
  };
  for (const [message, remedy] of Object.entries(remedies)) {
    const cause = new Error(message);
    const error = storageError('it failed', cause);
    assert.equal(error.code, 'NEARIFY_STORAGE');
    assert.equal(error.message, `Service internal error: it failed (${remedy})`);
    assert.equal(error.cause, cause);
  }
});
