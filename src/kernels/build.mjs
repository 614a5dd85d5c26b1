/**
 * Compiles the AssemblyScript kernels to .wasm files beside this file and copies them to `dist/src/kernels/`. Does nothing
 * when no source is newer than the result.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const assembly = join(here, 'assembly');
const dist = join(root, 'dist', 'src', 'kernels');

/** Entry in `assembly/` → target in asconfig.json, which is also the name of the .wasm file. */
const TARGETS = [
  { entry: 'index.ts', target: 'kernels' },
  { entry: 'quantized.ts', target: 'quantized' },
  { entry: 'codes.ts', target: 'codes' },
  { entry: 'text.ts', target: 'text' },
];

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function newestSource() {
  const sources = readdirSync(assembly, { recursive: true }).map((name) => join(assembly, name));
  return Math.max(...[...sources, join(here, 'asconfig.json'), fileURLToPath(import.meta.url)].map(modified));
}

/** Compiles into a file of this process's own and renames it, so that two builds at once cannot mix. */
async function compile(entry, target, outFile) {
  const { default: asc } = await import('assemblyscript/asc');
  const partial = `${outFile}.${process.pid}`;
  const args = [
    relative(root, join(assembly, entry)),
    '--baseDir',
    root,
    '--outFile',
    relative(root, partial),
  ];
  args.push('--config', relative(root, join(here, 'asconfig.json')), '--target', target);
  const { error, stderr } = await asc.main(args);
  const messages = stderr.toString();
  if (messages !== '') process.stderr.write(messages);
  if (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  renameSync(partial, outFile);
  console.log(`compiled ${relative(root, outFile)}`);
}

const newest = newestSource();
for (const { entry, target } of TARGETS) {
  if (!existsSync(join(assembly, entry))) continue;
  const outFile = join(here, `${target}.wasm`);
  if (modified(outFile) <= newest) await compile(entry, target, outFile);
  const copy = join(dist, `${target}.wasm`);
  if (modified(copy) < modified(outFile)) {
    mkdirSync(dist, { recursive: true });
    copyFileSync(outFile, copy);
  }
}
