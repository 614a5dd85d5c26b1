// Makes the project ready to run: installs the dependencies and builds, each only when something changed.
// Plain JavaScript for Node 20: it runs before anything is installed. With `--test` it builds the kernels only, since the
// tests run the TypeScript sources as they are.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const isTest = process.argv.includes('--test');

/** Milliseconds of the last change, 0 if the file does not exist. */
function changedAt(file) {
  return statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Newest change of any file below a folder. */
function newestBelow(folder) {
  let newest = 0;
  for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || entry.name.endsWith('.wasm')) continue;
    newest = Math.max(newest, statSync(path.join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  }
  return newest;
}

function run(what, command, args) {
  console.log(`${what} (${[command, ...args].join(' ')})`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  console.error(`${command} failed${error === undefined ? '' : `: ${error.message}`}`);
  process.exit(status ?? 1);
}

if (changedAt('package-lock.json') > changedAt('node_modules/.package-lock.json')) {
  run('Installing dependencies', 'npm', ['ci']);
}
if (isTest) {
  run('Building the kernels', 'npm', ['run', '--silent', 'build:wasm']);
} else {
  const stamp = 'dist/.build-stamp';
  const sources = Math.max(
    ...['src', 'routes', 'schemas'].filter((f) => existsSync(path.join(root, f))).map(newestBelow),
  );
  if (
    Math.max(sources, changedAt('package-lock.json'), changedAt('tsconfig.build.json')) > changedAt(stamp)
  ) {
    run('Building', 'npm', ['run', '--silent', 'build']);
    writeFileSync(path.join(root, stamp), '');
  }
}
