import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_KEYS } from '../../../src/config/schema.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

test('--help shows every command', async (t) => {
  const { code, stdout, stderr } = await runCli(t, ['--help'], { cwd: tempDir(t) });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^Usage: nearify /);
  for (const command of ['serve', 'import', 'openapi'])
    assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
});

test('serve --help shows every setting with its default, and how the environment spells it', async (t) => {
  const { code, stdout } = await runCli(t, ['serve', '--help'], { cwd: tempDir(t) });
  assert.equal(code, 0);
  for (const key of CONFIG_KEYS.values()) {
    assert.ok(stdout.includes(`  ${key.path}\n      ${key.description}\n`), key.path);
    assert.ok(stdout.includes(`default ${key.default}`), key.path);
  }
  assert.match(stdout, /NEARIFY__SERVICE__HTTP_PORT=6333.*\n?.*QDRANT__SERVICE__HTTP_PORT/);
});

test('--version tells the level of the API', async (t) => {
  const { code, stdout } = await runCli(t, ['--version'], { cwd: tempDir(t) });
  assert.equal(code, 0);
  assert.match(stdout, /^1\.19\.\d+ \(level of the Qdrant REST API\)$/);
});

const MISTAKES = [
  [['serve', '--nope'], "error: unknown option '--nope'"],
  [['import'], "error: missing required argument 'vectors'"],
  [['nope'], 'error: too many arguments'],
  [['openapi', '--check'], "error: option '--check <file>' argument missing"],
] as const;

for (const [args, message] of MISTAKES) {
  test(`nearify ${args.join(' ')} fails and says where help is`, async (t) => {
    const { code, stdout, stderr } = await runCli(t, args, { cwd: tempDir(t) });
    assert.deepEqual([code, stdout], [1, '']);
    assert.ok(stderr.startsWith(message), stderr);
    assert.match(stderr, /\(nearify --help shows all commands\)/);
  });
}
