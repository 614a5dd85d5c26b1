import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { addSegment } from '../../../../src/engine/segment/open.ts';
import { initialVectorNumbers, vectorConfigs } from '../../../../src/engine/vectors/vector-config.ts';
import { loadKernelModule } from '../../../../src/kernels/loader.ts';
import { META, metaKey } from '../../../../src/storage/keys.ts';
import { openEnv } from '../../../../src/storage/env.ts';
import {
  closeStorage,
  createCollection,
  dropCollection,
  openStorage,
} from '../../../../src/worker/tasks/storage.ts';
import { startChild } from '../../../helpers/run-child.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';

const kernels = loadKernelModule();
const PARAMS = { vectors: { size: 2, distance: 'Dot' } } as const;
const sizing = { bytesMax: 4_000_000, scratchCount: 1 };
const open = (storagePath: string) => openStorage({ storagePath, sizing }, kernels);
const collectionFolders = (storagePath: string) => readdirSync(path.join(storagePath, 'collections'));

test('a new storage is empty and locked until it is closed', async (t) => {
  const storagePath = path.join(tempDir(t), 'new');
  assert.deepEqual(await open(storagePath), { opened: [], broken: [] });
  assert.ok(existsSync(path.join(storagePath, 'server.lock')));
  closeStorage({ storagePath });
  assert.ok(!existsSync(path.join(storagePath, 'server.lock')));
});

test('what was created is opened with its parameters, what was dropped is gone', async (t) => {
  const storagePath = tempDir(t);
  const created = await createCollection({ storagePath, name: 'a/ü', params: PARAMS });
  const named = {
    vectors: { x: { size: 65_536, distance: 'Cosine' } },
    metadata: { n: 2 ** 53 - 1 },
  } as const;
  await createCollection({ storagePath, name: 'b', params: named });
  const gone = await createCollection({ storagePath, name: 'gone', params: {} });
  await dropCollection({ storagePath, name: 'gone', directory: gone.directory });
  const { opened } = await open(storagePath);
  assert.deepEqual(
    opened.map(({ name, params, segments }) => [name, params, segments]),
    [
      ['a/ü', PARAMS, []],
      ['b', named, []],
    ],
  );
  assert.equal(opened[0]!.directory, created.directory);
  assert.equal(collectionFolders(storagePath).length, 2);
});

test('the rests of what was cut short are removed at the start', async (t) => {
  const storagePath = tempDir(t);
  const kept = await createCollection({ storagePath, name: 'kept', params: PARAMS });
  mkdirSync(path.join(storagePath, 'collections', '77'));
  writeFileSync(path.join(storagePath, 'collections', '77', 'data.mdb'), 'torn');
  await open(storagePath);
  assert.deepEqual(collectionFolders(storagePath), [path.basename(kept.directory)]);
});

test('files of segments and vectors that are no more go at the start, and halves of files', async (t) => {
  const storagePath = tempDir(t);
  const { directory } = await createCollection({ storagePath, name: 'c', params: PARAMS });
  const env = openEnv(directory);
  env.write(() => addSegment(env, 2, vectorConfigs(PARAMS, initialVectorNumbers(PARAMS)), sizing));
  await env.close();
  const before = readdirSync(directory);
  const kept = ['faiss-2-1', 'graph-2-1'];
  for (const name of [
    ...kept,
    'faiss-2-1.partial',
    'faiss-1-1',
    'graph-1-1',
    'graph-2-9',
    'graph-3-1.partial',
  ])
    writeFileSync(path.join(directory, name), 'any');
  const { opened } = await open(storagePath);
  assert.equal(opened[0]!.segments.length, 1);
  assert.deepEqual(readdirSync(directory).toSorted(), [...before, ...kept].toSorted());
});

test('a storage that another process has is not touched', async (t) => {
  const storagePath = tempDir(t);
  const child = startChild(t, new URL('../../storage/storage-child.ts', import.meta.url), [
    'lock',
    storagePath,
  ]);
  assert.equal(await child.next(), 'done');
  mkdirSync(path.join(storagePath, 'collections', '77'));
  await assert.rejects(open(storagePath), { code: 'NEARIFY_STORAGE', message: /is in use by process/ });
  assert.deepEqual(collectionFolders(storagePath), ['77']);
});

test('a collection of another format, or one whose file is damaged, is told from those that open', async (t) => {
  const storagePath = tempDir(t);
  await createCollection({ storagePath, name: 'well', params: PARAMS });
  const { directory } = await createCollection({ storagePath, name: 'a', params: PARAMS });
  const env = openEnv(directory);
  env.write(() => env.put(metaKey(META.formatVersion), Buffer.from('99')));
  await env.close();
  await assertBroken(storagePath, directory, /format version 99/);
  writeFileSync(path.join(directory, 'data.mdb'), 'damaged');
  await assertBroken(storagePath, directory, /data\.mdb is damaged/);
});

async function assertBroken(storagePath: string, directory: string, message: RegExp): Promise<void> {
  const { opened, broken } = await open(storagePath);
  assert.deepEqual(
    opened.map(({ name }) => name),
    ['well'],
  );
  const [{ name, error, ...rest } = assert.fail('nothing is broken'), ...others] = broken;
  assert.deepEqual([name, rest, others], ['a', { directory }, []]);
  assert.equal(error.code, 'NEARIFY_STORAGE');
  assert.match(error.message, message);
  closeStorage({ storagePath });
}
