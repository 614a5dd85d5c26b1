import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type Env, openEnv } from '../../../src/storage/env.ts';
import { checkFormat, FORMAT_VERSION, stampFormat } from '../../../src/storage/format-version.ts';
import { META, metaKey } from '../../../src/storage/keys.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

function freshEnv(t: TestContext): Env {
  const env = openEnv(tempDir(t));
  t.after(() => env.close());
  return env;
}

const refusal = (env: Env, found: string) => ({
  name: 'ServiceError',
  code: 'NEARIFY_STORAGE',
  message: `Service internal error: ${env.path} has ${found}, this Nearify reads version ${FORMAT_VERSION}: start the version that wrote it`,
});

test('a stamped environment is accepted', (t) => {
  const env = freshEnv(t);
  env.write(() => stampFormat(env));
  checkFormat(env);
});

test('an environment of another version is refused by name', (t) => {
  const env = freshEnv(t);
  for (const other of [FORMAT_VERSION + 1, FORMAT_VERSION - 1]) {
    env.write(() => env.put(metaKey(META.formatVersion), Buffer.from(String(other))));
    assert.throws(() => checkFormat(env), refusal(env, `format version ${other}`));
  }
});

test('an environment without a version is refused', (t) => {
  const env = freshEnv(t);
  assert.throws(() => checkFormat(env), refusal(env, 'no format version'));
});
