import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { MALLOC_ENVIRONMENT, NODE_FLAGS } from '../../../src/cli/process-settings.ts';
import { startServer } from '../../helpers/server.ts';

const skip = process.platform === 'linux' ? false : 'only Linux starts a program anew in the same process';
const partsOf = (pid: number, file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');

test('a server runs with the settings of its process, however it was started', { skip }, async (t) => {
  const { pid } = await startServer(t);
  assert.deepEqual(partsOf(pid, 'cmdline').slice(1, 1 + NODE_FLAGS.length), NODE_FLAGS);
  const environment = partsOf(pid, 'environ');
  for (const [name, value] of Object.entries(MALLOC_ENVIRONMENT)) {
    assert.ok(environment.includes(`${name}=${value}`), name);
  }
});

test('what the user has set stays', { skip }, async (t) => {
  const { pid } = await startServer(t, { env: { MALLOC_ARENA_MAX: '7' } });
  assert.ok(partsOf(pid, 'environ').includes('MALLOC_ARENA_MAX=7'));
});
