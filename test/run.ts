/** Runs the tests: every `*.test.ts` below test/, or below the folders given as arguments. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folders = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const files = globSync(
  folders.length === 0 ? 'test/**/*.test.ts' : folders.map((f) => `test/${f}/**/*.test.ts`),
  { cwd: root },
);
if (files.length === 0) {
  console.error('no test file found');
  process.exit(1);
}
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=2', ...files.toSorted()], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
