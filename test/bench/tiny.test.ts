import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { benchNames } from '../../bench/run.ts';

const RUN = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));

for (const name of benchNames()) {
  test(`${name} measures something`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [RUN, name, '--tiny']);
    assert.ok(numbersIn(JSON.parse(stdout)) > 0, stdout);
  });
}

function numbersIn(value: unknown): number {
  if (typeof value === 'number') return 1;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + numbersIn(item), 0);
}
