import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** An empty directory that is removed after the test. */
export function tempDir(t: TestContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'nearify-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
