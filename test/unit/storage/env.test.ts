import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { ServiceError, wrongInput } from '../../../src/shared/errors.ts';
import { type Env, openEnv } from '../../../src/storage/env.ts';
import { startChild } from '../../helpers/run-child.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const CHILD = new URL('storage-child.ts', import.meta.url);

function open(t: TestContext, directory = tempDir(t)): Env {
  const env = openEnv(directory);
  t.after(() => env.close());
  return env;
}

const bytes = (...values: number[]) => Buffer.of(...values);
const text = (env: Env, ...key: number[]) => env.get(bytes(...key))?.toString();

/** A stored environment with a few megabytes in it. */
async function storedEnv(t: TestContext): Promise<{ directory: string; file: string }> {
  const directory = tempDir(t);
  const env = openEnv(directory);
  env.write(() => {
    for (let i = 0; i < 200; i++) env.put(bytes(1, i), Buffer.alloc(9000, i));
  });
  await env.close();
  return { directory, file: path.join(directory, 'data.mdb') };
}

test('values read back, missing keys are undefined, removed ones are gone', (t) => {
  const env = open(t);
  env.write(() => {
    env.put(bytes(0, 1), Buffer.from('one'));
    env.put(bytes(0, 2), Buffer.alloc(0));
    env.put(bytes(0, 3), Buffer.from('three'));
    env.remove(bytes(0, 3));
    env.remove(bytes(0, 4));
  });
  assert.equal(text(env, 0, 1), 'one');
  assert.equal(text(env, 0, 2), '');
  assert.equal(text(env, 0, 3), undefined);
});

test('a value is looked at without a copy of its own, whatever its length', (t) => {
  const env = open(t);
  env.write(() => {
    for (const size of [0, 10, 9000, 200_000]) env.put(bytes(1, size & 255), Buffer.alloc(size, 7));
    assert.equal(env.peek(bytes(1, 10))?.[9], 7);
  });
  env.refresh();
  for (const size of [200_000, 10, 9000, 0]) {
    const value = env.peek(bytes(1, size & 255));
    assert.ok(value !== undefined);
    assert.equal(value.length, size);
    assert.ok(value.subarray(0, size).every((byte) => byte === 7));
  }
  assert.equal(env.peek(bytes(1, 10))?.byteLength, env.get(bytes(1, 10))?.byteLength);
  assert.equal(env.peek(bytes(1, 10))?.subarray(2).length, env.get(bytes(1, 10))!.length - 2);
  assert.equal(env.peek(bytes(1, 99)), undefined);
});

test('a value that was got stays as it was', (t) => {
  const env = open(t);
  env.write(() => env.put(bytes(1), Buffer.from('before')));
  const value = env.get(bytes(1));
  env.write(() => env.put(bytes(1), Buffer.from('after!')));
  env.refresh();
  assert.equal(text(env, 1), 'after!');
  assert.equal(value?.toString(), 'before');
});

test('ranges go in byte order, from the start on, to before the end', (t) => {
  const env = open(t);
  const keys = [[2], [1, 255], [1], [1, 0], [0, 9], [1, 0, 0], [255]];
  env.write(() => {
    for (const key of keys) env.put(bytes(...key), Buffer.from(key.join()));
  });
  const seen = Array.from(env.range(bytes(1), bytes(2)), ({ key, value }) => [[...key], value.toString()]);
  assert.deepEqual(seen, [
    [[1], '1'],
    [[1, 0], '1,0'],
    [[1, 0, 0], '1,0,0'],
    [[1, 255], '1,255'],
  ]);
  assert.deepEqual(
    Array.from(env.keys(bytes(1, 1), bytes(255)), (key) => [...key]),
    [[1, 255], [2]],
  );
});

test('a transaction sees its own changes and returns what its body returns', (t) => {
  const env = open(t);
  const seen = env.write(() => {
    env.put(bytes(1), Buffer.from('new'));
    return text(env, 1);
  });
  assert.equal(seen, 'new');
});

test('a throw rolls everything back: errors of ours pass, others become NEARIFY_STORAGE with the cause', (t) => {
  const env = open(t);
  env.write(() => env.put(bytes(1), Buffer.from('old')));
  const failWith = (error: Error) => () =>
    env.write(() => {
      env.put(bytes(1), Buffer.from('new'));
      env.put(bytes(2), Buffer.from('new'));
      throw error;
    });
  const ours = wrongInput('no');
  assert.throws(failWith(ours), ours);
  const bug = new RangeError('oops');
  assert.throws(failWith(bug), (error) => {
    assert.ok(error instanceof ServiceError);
    assert.equal(error.code, 'NEARIFY_STORAGE');
    assert.equal(error.cause, bug);
    assert.doesNotMatch(error.message, /oops/);
    return true;
  });
  env.refresh();
  assert.equal(text(env, 1), 'old');
  assert.equal(text(env, 2), undefined);
});

test('another opening of the directory sees commits after its refresh', (t) => {
  const directory = tempDir(t);
  const writer = open(t, directory);
  const reader = open(t, directory);
  writer.write(() => writer.put(bytes(1), Buffer.from('one')));
  reader.refresh();
  assert.equal(text(reader, 1), 'one');
  writer.write(() => writer.put(bytes(1), Buffer.from('two')));
  reader.refresh();
  assert.equal(text(reader, 1), 'two');
});

test('what was committed is there after closing and opening again', async (t) => {
  const directory = tempDir(t);
  const first = openEnv(directory);
  first.write(() => first.put(bytes(1), Buffer.from('kept')));
  await first.close();
  assert.equal(text(open(t, directory), 1), 'kept');
});

test('a path through a file is refused with the remedy', (t) => {
  const file = path.join(tempDir(t), 'file');
  writeFileSync(file, '');
  assert.throws(() => openEnv(path.join(file, 'env')), {
    code: 'NEARIFY_STORAGE',
    message: `Service internal error: cannot open the storage at ${file}/env (a part of the path is a file: choose another storage_path)`,
  });
});

test('a directory that may not be written is refused with the remedy', async (t) => {
  const directory = tempDir(t);
  chmodSync(directory, 0o555);
  const child = startChild(t, CHILD, ['denied', directory]);
  const remedy = '(permission denied: check the owner of the storage directory)';
  const refused = (what: string) => ({
    code: 'NEARIFY_STORAGE',
    message: `Service internal error: cannot ${what} ${directory} ${remedy}`,
  });
  assert.deepEqual(await child.next(), refused('open the storage at'));
  assert.deepEqual(await child.next(), refused('open the storage at'));
  assert.deepEqual(await child.next(), refused('write to'));
});

test('a full disk refuses the change with the remedy, keeps what was there, and goes on', async (t) => {
  const child = startChild(t, CHILD, ['fill', path.join(tempDir(t), 'env')], { fileKilobytesMax: 2048 });
  assert.deepEqual(await child.next(), {
    code: 'NEARIFY_STORAGE',
    message:
      'Service internal error: the change could not be written and was rolled back (the disk is full or failing: free some space and check it)',
  });
  assert.equal(await child.next(), 'kept');
  assert.equal(await child.next(), 'done');
});

test('a data file that is damaged is refused, not opened: LMDB would take the process down', async (t) => {
  const damages: Record<string, (file: string) => void> = {
    'no LMDB file': (file) => writeFileSync(file, Buffer.alloc(16_384, 7)),
    'shorter than a header': (file) => truncateSync(file, 10),
    'half of its header': (file) => truncateSync(file, 4096),
    'cut off': (file) => truncateSync(file, 8192),
    'first header overwritten': (file) => writeFileSync(file, readFileSync(file).fill(0, 0, 64)),
    'second header overwritten': (file) => writeFileSync(file, readFileSync(file).fill(0, 4096, 4160)),
  };
  for (const [name, damage] of Object.entries(damages)) {
    const { directory, file } = await storedEnv(t);
    damage(file);
    const outcome = await startChild(t, CHILD, ['open', directory]).next();
    const message = `Service internal error: cannot open the storage at ${directory} (data.mdb is damaged: restore the directory from a backup)`;
    assert.deepEqual(outcome, { code: 'NEARIFY_STORAGE', message }, name);
  }
});

test('an empty data file, the rest of a start that was cut short, is a new environment', (t) => {
  const directory = tempDir(t);
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'data.mdb'), '');
  const env = open(t, directory);
  env.write(() => env.put(bytes(1), Buffer.from('one')));
  assert.equal(text(env, 1), 'one');
  assert.ok(readdirSync(directory).includes('data.mdb'));
});
