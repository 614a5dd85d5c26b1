import assert from 'node:assert/strict';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Collections } from '../../../src/collections/collections.ts';
import { createCollections } from '../../../src/collections/index.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { recordingLog } from '../../helpers/recording-log.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { bytesOf } from '../../helpers/test-collection.ts';

const OWN_FILES = '/proc/self/fd';
const PARAMS = { vectors: { size: 2, distance: 'Dot' } } as const;

async function open(t: TestContext, storagePath: string): Promise<Collections> {
  const env = {
    NEARIFY__STORAGE__STORAGE_PATH: storagePath,
    NEARIFY__STORAGE__SEGMENT_BYTES_MAX: '16777216',
    NEARIFY__THREADS__SEARCH: '1',
    NEARIFY__THREADS__BACKGROUND: '2',
  };
  const { config } = loadConfig({ cwd: '/nonexistent', env });
  const collections = await createCollections(config, recordingLog('error').log);
  t.after(() => collections.close());
  return collections;
}

function upsert(collections: Collections, name: string, id: number) {
  const body = bytesOf({ points: [{ id, vector: [id, 1] }] });
  return collections.update('upsert', name, { body, args: { wait: true } });
}

async function countOf(collections: Collections, name: string): Promise<number> {
  const { body } = await collections.read('count', name, { body: bytesOf({}), args: {} });
  return JSON.parse(Buffer.from(body).toString()).result.count;
}

/** Files of collections that this process holds open, removed ones included. */
function openFiles(storagePath: string): string[] {
  return readdirSync(OWN_FILES)
    .map((descriptor) => {
      try {
        return readlinkSync(path.join(OWN_FILES, descriptor));
      } catch (error) {
        // The descriptor that listed the folder is gone by now.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
        throw error;
      }
    })
    .filter((file) => file.startsWith(path.join(storagePath, 'collections')));
}

test('collections and their points are there after a restart', async (t) => {
  const storagePath = tempDir(t);
  const first = await open(t, storagePath);
  for (const name of ['a', 'b', 'c']) await first.create(name, PARAMS);
  await Promise.all([upsert(first, 'a', 1), upsert(first, 'b', 1), upsert(first, 'b', 2)]);
  assert.equal(await first.drop('c'), true);
  await first.close();
  const second = await open(t, storagePath);
  assert.deepEqual(second.list().toSorted(), ['a', 'b']);
  assert.deepEqual(await Promise.all(['a', 'b'].map((name) => countOf(second, name))), [1, 2]);
});

test('a storage is open once in a process, until it is closed', async (t) => {
  const storagePath = tempDir(t);
  const first = await open(t, storagePath);
  await first.create('a', PARAMS);
  const other = path.join(storagePath, '..', path.basename(storagePath));
  await assert.rejects(open(t, other), {
    code: 'NEARIFY_STORAGE',
    message: `Service internal error: ${storagePath} is in use by this process: close it or choose another storage_path`,
  });
  await upsert(first, 'a', 1);
  assert.equal(await countOf(first, 'a'), 1);
  assert.ok(existsSync(path.join(storagePath, 'server.lock')));
  await first.close();
  assert.deepEqual((await open(t, storagePath)).list(), ['a']);
});

test('a name is taken once at a time', async (t) => {
  const collections = await open(t, tempDir(t));
  const outcomes = await Promise.allSettled([
    collections.create('a', PARAMS),
    collections.create('a', PARAMS),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
  await assert.rejects(collections.create('a', PARAMS), {
    code: 'NEARIFY_ALREADY_EXISTS',
    message: 'Wrong input: Collection `a` already exists!',
  });
  await upsert(collections, 'a', 1);
  assert.equal(await collections.drop('a'), true);
  assert.equal(await collections.drop('a'), false);
  await assert.rejects(countOf(collections, 'a'), { code: 'NEARIFY_NOT_FOUND' });
  await collections.create('a', PARAMS);
  assert.equal(await countOf(collections, 'a'), 0);
});

test('no thread holds on to a dropped collection', { skip: !existsSync(OWN_FILES) }, async (t) => {
  const storagePath = tempDir(t);
  const collections = await open(t, storagePath);
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) await collections.create(name, PARAMS);
  // At once, so that every background thread gets to work on some of them.
  for (let id = 0; id < 5; id++) await Promise.all(names.map((name) => upsert(collections, name, id)));
  for (const name of names) assert.equal(await countOf(collections, name), 5);
  assert.ok(openFiles(storagePath).length > 0);
  for (const name of names) await collections.drop(name);
  await collections.create('next', PARAMS);
  assert.equal(await countOf(collections, 'next'), 0);
  const dropped = openFiles(storagePath).filter((file) => file.includes('deleted'));
  assert.deepEqual(dropped, []);
});
