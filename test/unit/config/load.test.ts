import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ConfigError, type ConfigSources, loadConfig } from '../../../src/config/load.ts';

function directoryWith(t: TestContext, files: Record<string, string>): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'nearify-config-'));
  t.after(() => rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  return directory;
}

function problemsOf(sources: ConfigSources): readonly string[] {
  try {
    loadConfig({ cwd: '/nonexistent', ...sources });
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  assert.fail('expected a ConfigError');
}

test('without any source the defaults are in force, threads are resolved and all is frozen', () => {
  const { config, notices } = loadConfig({ cwd: '/nonexistent' });
  assert.equal(config.service.host, '127.0.0.1');
  assert.equal(config.service.http_port, 6333);
  assert.equal(config.storage.segment_bytes_max, 4 * 2 ** 30 - 65_536);
  assert.ok(config.threads.search >= 1 && config.threads.background >= 1);
  assert.deepEqual(notices, []);
  assert.ok(Object.isFrozen(config) && Object.isFrozen(config.service));
});

test('flags win over NEARIFY__, that over QDRANT__, that over the file', (t) => {
  const cwd = directoryWith(t, {
    'nearify.yaml': 'service: {http_port: 1, host: a}\nthreads: {search: 3}\n',
  });
  const port = (sources: ConfigSources) => loadConfig({ cwd, ...sources }).config.service.http_port;
  const flags = [{ path: 'service.http_port', text: '4', flag: '--http-port' }];
  const qdrant = { QDRANT__SERVICE__HTTP_PORT: '2' };
  const both = { NEARIFY__SERVICE__HTTP_PORT: '3', ...qdrant };
  assert.equal(port({}), 1);
  assert.equal(port({ env: qdrant }), 2);
  assert.equal(port({ env: both }), 3);
  assert.equal(port({ env: both, flags }), 4);
  assert.equal(loadConfig({ cwd, env: both, flags }).config.service.host, 'a');
  assert.equal(loadConfig({ cwd }).config.threads.search, 3);
});

test('a value that is overridden need not be valid', () => {
  const env = { QDRANT__SERVICE__HTTP_PORT: 'http', NEARIFY__SERVICE__HTTP_PORT: '7' };
  assert.equal(loadConfig({ cwd: '/nonexistent', env }).config.service.http_port, 7);
});

test('text is read as the type of the setting', () => {
  const env = {
    NEARIFY__SERVICE__ENABLE_CORS: 'FALSE',
    QDRANT__LOG_LEVEL: 'WARN',
    QDRANT__STORAGE__PERFORMANCE__MAX_SEARCH_THREADS: '5',
    NEARIFY__STORAGE__STORAGE_PATH: '',
  };
  const { config } = loadConfig({ cwd: '/nonexistent', env });
  assert.equal(config.service.enable_cors, false);
  assert.equal(config.log_level, 'warn');
  assert.equal(config.threads.search, 5);
  assert.equal(config.storage.storage_path, './storage');
});

test('problems name the key, the source and what is allowed, all at once', () => {
  const env = {
    NEARIFY__SERVICE__HTTP_PORT: '70000',
    QDRANT__LOG_LEVEL: 'chatty',
    NEARIFY__RING__SLOT_BYTES: '1025',
  };
  const flags = [{ path: 'service.enable_cors', text: 'maybe', flag: '--set' }];
  assert.deepEqual(problemsOf({ env, flags }), [
    'log_level (environment variable QDRANT__LOG_LEVEL): expected one of trace, debug, info, warn, error, fatal, silent, got "chatty"',
    'service.http_port (environment variable NEARIFY__SERVICE__HTTP_PORT): expected an integer from 0 to 65535, got "70000"',
    'service.enable_cors (flag --set): expected true or false, got "maybe"',
    'ring.slot_bytes (environment variable NEARIFY__RING__SLOT_BYTES): expected an integer from 1024 to 16777216 in steps of 64, got "1025"',
  ]);
});

test('the file keeps its types: text is no number', (t) => {
  const cwd = directoryWith(t, { 'nearify.yaml': 'service: {http_port: "80", host: 7, enable_cors: 1}' });
  assert.deepEqual(problemsOf({ cwd }), [
    'service.host (file nearify.yaml): expected a text that is not empty, got 7',
    'service.http_port (file nearify.yaml): expected an integer from 0 to 65535, got "80"',
    'service.enable_cors (file nearify.yaml): expected true or false, got 1',
  ]);
});

test('unknown settings are reported: file and NEARIFY__ as warnings, QDRANT__ as information', (t) => {
  const cwd = directoryWith(t, {
    'nearify.yaml': 'service: {htp_port: 80}\ncluster: {enabled: false}\nthreads:\n',
  });
  const env = { NEARIFY__SERVICE__PORT: '1', QDRANT__CLUSTER__ENABLED: 'false', OTHER__KEY: '1' };
  assert.deepEqual(loadConfig({ cwd, env }).notices, [
    { level: 'warn', text: 'unknown setting service.htp_port (file nearify.yaml) is ignored' },
    { level: 'warn', text: 'unknown setting cluster (file nearify.yaml) is ignored' },
    {
      level: 'warn',
      text: 'unknown setting service.port (environment variable NEARIFY__SERVICE__PORT) is ignored',
    },
    {
      level: 'info',
      text: 'unknown setting cluster.enabled (environment variable QDRANT__CLUSTER__ENABLED) is ignored',
    },
  ]);
});

test('a setting that asks for protection we lack stops the start, unless it is off', (t) => {
  const [problem] = problemsOf({ env: { QDRANT__SERVICE__API_KEY: 'secret' } });
  assert.match(
    problem ?? '',
    /^service\.api_key \(environment variable QDRANT__SERVICE__API_KEY\): .*no authentication/,
  );
  assert.ok(!problem?.includes('secret'));
  const cwd = directoryWith(t, {
    'nearify.yaml': 'service: {jwt_rbac: true, api_key: null, enable_tls: false}',
  });
  assert.equal(problemsOf({ cwd }).length, 1);
});

test('files that are missing, broken or no mapping', (t) => {
  const cwd = directoryWith(t, { 'bad.yaml': 'a: [', 'list.yaml': '- 1', 'empty.yaml': '# nothing\n' });
  assert.match(
    problemsOf({ cwd, configPath: 'none.yaml' })[0] ?? '',
    /^configuration file none\.yaml: cannot be read \(ENOENT/,
  );
  assert.match(
    problemsOf({ cwd, configPath: 'bad.yaml' })[0] ?? '',
    /^configuration file bad\.yaml: not valid YAML/,
  );
  assert.match(
    problemsOf({ cwd, configPath: 'list.yaml' })[0] ?? '',
    /expected a mapping of sections, got \[1\]/,
  );
  assert.equal(loadConfig({ cwd, configPath: 'empty.yaml' }).config.service.http_port, 6333);
});

test('a flag for a setting that does not exist is a problem', () => {
  const flags = [{ path: 'service.prot', text: '1', flag: '--set' }];
  assert.deepEqual(problemsOf({ flags }), ['service.prot (flag --set): there is no such setting']);
});
