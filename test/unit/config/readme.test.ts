import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CONFIG_KEYS } from '../../../src/config/schema.ts';

test('the README lists every setting with its default and meaning', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  for (const { path, default: value, description } of CONFIG_KEYS.values()) {
    assert.ok(readme.includes(`| \`${path}\` | \`${value}\` | ${description} |`), path);
  }
});
