import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { type CliOptions, runCli } from '../../helpers/run-cli.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

interface Listening {
  readonly url: string;
  readonly threads: { readonly search: number; readonly background: number };
}

const isListening = (line: string) => line.includes('"listening"');

/** The server's line when it listens, after it was stopped by SIGTERM, and all its lines. */
async function serve(
  t: Parameters<typeof runCli>[0],
  args: readonly string[],
  options: CliOptions,
): Promise<{ listening: Listening; stdout: string }> {
  const { code, stdout, stderr } = await runCli(t, args, { ...options, stopAfter: isListening });
  assert.equal(code, 0, stdout + stderr);
  const line = stdout.split('\n').find(isListening);
  return { listening: JSON.parse(line ?? '{}'), stdout };
}

test('flags go before the environment, the environment before the file', async (t) => {
  const cwd = tempDir(t);
  writeFileSync(
    path.join(cwd, 'nearify.yaml'),
    'service: {http_port: 1}\nthreads: {search: 3, background: 3}\nstorage: {storage_path: from-file}\n',
  );
  const env = { NEARIFY__THREADS__SEARCH: '2', NEARIFY__THREADS__BACKGROUND: '2' };
  const args = ['serve', '-p', '0', '--set', 'threads.search=1', '--storage', 'from-flag'];
  const { listening } = await serve(t, args, { cwd, env });
  assert.deepEqual(listening.threads, { search: 1, background: 2 });
  assert.match(listening.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.ok(existsSync(path.join(cwd, 'from-flag')) && !existsSync(path.join(cwd, 'from-file')));
});

test('serve is what runs without a command, with a file named by a flag; the last --set of a key counts', async (t) => {
  const cwd = tempDir(t);
  writeFileSync(path.join(cwd, 'mine.yaml'), 'service:\n  http_port: 0\n  colour: red\n');
  const args = [
    '-c',
    'mine.yaml',
    '--set',
    'threads.search=2',
    '--set',
    'threads.search=1',
    '--host',
    'localhost',
  ];
  const { listening, stdout } = await serve(t, args, { cwd });
  assert.equal(listening.threads.search, 1);
  assert.match(stdout, /"level":40,.*unknown setting service\.colour \(file mine\.yaml\) is ignored/);
  assert.ok(existsSync(path.join(cwd, 'storage')));
});

test('SIGTERM ends it with code 0 and the storage free for the next one', async (t) => {
  const cwd = tempDir(t);
  const args = ['serve', '-p', '0', '--set', 'threads.search=1', '--set', 'threads.background=1'];
  for (let run = 0; run < 2; run += 1) {
    const { stdout } = await serve(t, args, { cwd });
    assert.match(stdout, /"signal":"SIGTERM","msg":"shutting down"/);
    assert.match(stdout.split('\n').at(-1) ?? '', /"msg":"closed"/);
  }
});

const PROBLEMS = [
  [['--set', 'nope=1'], 'nearify: nope (flag --set): there is no such setting'],
  [['--set', 'service=1'], 'nearify: service (flag --set): there is no such setting'],
  [['--set', 'log_level'], /^nearify: log_level \(flag --set\): expected one of trace, .*, got ""$/],
  [
    ['-p', '70000'],
    'nearify: service.http_port (flag --port): expected an integer from 0 to 65535, got "70000"',
  ],
  [['-p', '-1'], 'nearify: service.http_port (flag --port): expected an integer from 0 to 65535, got "-1"'],
  [
    ['--log-level', 'loud'],
    /^nearify: log_level \(flag --log-level\): expected one of trace, .*, got "loud"$/,
  ],
  [
    ['--set', 'service.enable_cors=maybe'],
    'nearify: service.enable_cors (flag --set): expected true or false, got "maybe"',
  ],
  [['-c', 'missing.yaml'], /^nearify: configuration file missing\.yaml: cannot be read \(ENOENT/],
  [
    ['--set', 'nope=1', '-p', 'x', '--set', 'ring.slots=0'],
    [
      'nearify: nope (flag --set): there is no such setting',
      'service.http_port (flag --port): expected an integer from 0 to 65535, got "x"',
      'ring.slots (flag --set): expected an integer from 1 to 65536, got "0"',
    ].join('\n'),
  ],
] as const;

for (const [flags, expected] of PROBLEMS) {
  test(`serve ${flags.join(' ')} does not start`, async (t) => {
    const { code, stdout, stderr } = await runCli(t, ['serve', ...flags], { cwd: tempDir(t) });
    assert.deepEqual([code, stdout], [1, '']);
    if (typeof expected === 'string') assert.equal(stderr.trimEnd(), expected);
    else assert.match(stderr.trimEnd(), expected);
  });
}

const ENVIRONMENTS = [
  [{ NEARIFY__RING__SLOTS: 'x' }, /ring\.slots \(environment variable NEARIFY__RING__SLOTS\): expected/],
  [
    { QDRANT__SERVICE__API_KEY: 'secret' },
    /service\.api_key \(environment variable QDRANT__SERVICE__API_KEY\): .*does not start/,
  ],
] as const;

for (const [env, expected] of ENVIRONMENTS) {
  test(`the environment ${Object.keys(env)[0]} keeps it from starting, and its value is not told`, async (t) => {
    const { code, stdout, stderr } = await runCli(t, ['serve', '-p', '0'], { cwd: tempDir(t), env });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, expected);
    assert.doesNotMatch(stderr, /secret/);
  });
}

test('a port that is taken', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const { code, stderr } = await runCli(t, ['serve', '-p', String(port)], { cwd: tempDir(t) });
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`^nearify: .*EADDRINUSE.*${port}`));
});

test('a storage path that is a file', async (t) => {
  const cwd = tempDir(t);
  writeFileSync(path.join(cwd, 'file'), '');
  const { code, stderr } = await runCli(t, ['serve', '-p', '0', '--storage', 'file'], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /^nearify: .*file/);
  assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
});
