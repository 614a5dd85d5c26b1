import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { lockStorage } from '../../../src/storage/storage-lock.ts';
import { type Child, startChild } from '../../helpers/run-child.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const CHILD = new URL('storage-child.ts', import.meta.url);
const lockFile = (directory: string) => path.join(directory, 'server.lock');

async function lockedByChild(t: TestContext, directory: string): Promise<Child> {
  const child = startChild(t, CHILD, ['lock', directory]);
  assert.equal(await child.next(), 'done');
  return child;
}

test('the lock makes the directory, and giving it back leaves no file', (t) => {
  const directory = path.join(tempDir(t), 'new', 'storage');
  const unlock = lockStorage(directory);
  assert.match(readFileSync(lockFile(directory), 'utf8'), new RegExp(`^${process.pid} `));
  unlock();
  assert.ok(!existsSync(lockFile(directory)));
});

test('a living process keeps others away, by its id', async (t) => {
  const directory = tempDir(t);
  const child = await lockedByChild(t, directory);
  const inUse = `Service internal error: ${directory} is in use by process ${child.process.pid}: stop it or choose another storage_path`;
  assert.throws(() => lockStorage(directory), { code: 'NEARIFY_STORAGE', message: inUse });
});

test('the lock of a process that was killed does not count', async (t) => {
  const directory = tempDir(t);
  const child = await lockedByChild(t, directory);
  await child.kill();
  assert.ok(existsSync(lockFile(directory)));
  lockStorage(directory);
});

test('nor does that of a process whose id went to another one', {
  skip: !existsSync('/proc/self/stat'),
}, (t) => {
  const directory = tempDir(t);
  writeFileSync(lockFile(directory), `${process.ppid} 1`);
  lockStorage(directory);
});

test('nor does a file that names nobody', (t) => {
  const directory = tempDir(t);
  for (const torn of ['', ' ', 'x', '0', '-1', '99999999999 1', '12']) {
    writeFileSync(lockFile(directory), torn);
    lockStorage(directory);
    assert.match(readFileSync(lockFile(directory), 'utf8'), new RegExp(`^${process.pid} `), torn);
  }
});

test('a process that has the lock can take it again', (t) => {
  const directory = tempDir(t);
  lockStorage(directory);
  lockStorage(directory);
});

test('of several that start together one gets the lock', async (t) => {
  const directory = path.join(tempDir(t), 'storage');
  const children = [1, 2, 3].map(() => startChild(t, CHILD, ['lockTogether', directory]));
  for (const child of children) assert.equal(await child.next(), 'ready');
  writeFileSync(`${directory}.go`, '');
  const outcomes = await Promise.all(children.map((child) => child.next()));
  assert.equal(outcomes.filter((outcome) => outcome === 'done').length, 1);
});

test('a path through a file is refused with the remedy', (t) => {
  const file = path.join(tempDir(t), 'file');
  writeFileSync(file, '');
  assert.throws(() => lockStorage(path.join(file, 'storage')), {
    code: 'NEARIFY_STORAGE',
    message: `Service internal error: cannot write to ${file}/storage (a part of the path is a file: choose another storage_path)`,
  });
});
