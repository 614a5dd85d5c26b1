import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { runCli } from '../../helpers/run-cli.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const COMMITTED = fileURLToPath(new URL('../../../openapi.yaml', import.meta.url));

test('the document is printed as YAML, and a file that holds it passes the check', async (t) => {
  const cwd = tempDir(t);
  const printed = await runCli(t, ['openapi'], { cwd });
  assert.equal(printed.code, 0);
  assert.match(printed.stdout, /^# Generated from the schemas of the routes/);
  const document = parse(printed.stdout) as { openapi: string; paths: Record<string, unknown> };
  assert.match(document.openapi, /^3\.1\./);
  assert.ok('/collections/{collection_name}/points/query' in document.paths);

  const written = await runCli(t, ['openapi', '--output', 'written.yaml'], { cwd });
  assert.deepEqual([written.code, written.stdout, written.stderr], [0, '', '']);
  assert.equal(readFileSync(path.join(cwd, 'written.yaml'), 'utf8').trimEnd(), printed.stdout.trimEnd());

  const checked = await runCli(t, ['openapi', '--check', 'written.yaml'], { cwd });
  assert.deepEqual([checked.code, checked.stdout, checked.stderr], [0, '', '']);
});

test('a file that differs fails the check, stays as it is, and the message says what to do', async (t) => {
  const cwd = tempDir(t);
  const file = path.join(cwd, 'old.yaml');
  copyFileSync(COMMITTED, file);
  const old = `${readFileSync(file, 'utf8')}\n`;
  writeFileSync(file, old);
  const { code, stdout, stderr } = await runCli(t, ['openapi', '--check', 'old.yaml'], { cwd });
  assert.deepEqual([code, stdout], [1, '']);
  assert.equal(
    stderr.trimEnd(),
    'nearify: old.yaml is out of date: write it anew with `nearify openapi --output old.yaml`',
  );
  assert.equal(readFileSync(file, 'utf8'), old);
});

test('a file that is not there fails the check', async (t) => {
  const { code, stderr } = await runCli(t, ['openapi', '--check', 'none.yaml'], { cwd: tempDir(t) });
  assert.equal(code, 1);
  assert.match(stderr, /^nearify: ENOENT.*none\.yaml/);
});
