/**
 * Compiles the bindings of the npm package `faiss-node` against the FAISS of this machine, into the package's own folder:
 * its install script would download a binary, or FAISS. Does nothing when no source is newer than the result.
 *
 * Wants g++ (or what CXX names) and FAISS with its headers (Debian: `apt-get install g++ libfaiss-dev`). Exits with 1 and says what is missing.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const native = fileURLToPath(new URL('native/', import.meta.url));
const require = createRequire(import.meta.url);
const compiler = process.env.CXX || 'g++';

/** What is different from the package's source, because the server has several threads and each query its own `ef`. */
const CHANGES = [
  {
    why: 'each thread makes indexes by a constructor of its own',
    from: /inline static (?=Napi::FunctionReference \*constructor;)/g,
    to: 'inline static thread_local ',
  },
  {
    why: 'the server has as many threads as it wants: FAISS starts none for one query',
    from: /(?=\bIndex::Init\(env, exports\);)/g,
    to: 'omp_set_num_threads(1);\n  ',
  },
  {
    why: 'errors are thrown and do not end the process',
    from: /\b(Instance|Static)Method\("(\w+)", &Index::\w+\)/g,
    to: (_, kind, name) =>
      `${kind}Method("${name}", &Index::guarded${kind === 'Static' ? kind : ''}<&Index::${name}>)`,
  },
  {
    why: 'methods that are missing',
    from: /(?=\bNapi::Value ntotal\()/g,
    to: '\n#include "methods.inc"\n  ',
  },
  {
    why: 'methods that are missing, made known',
    from: /(?=InstanceMethod\("ntotal", &Index::)/g,
    to: ['setEf', 'dispose'].map((name) => `InstanceMethod("${name}", &Index::${name}),\n      `).join(''),
  },
];

function fail(message) {
  console.error(`FAISS is not built: ${message}`);
  process.exit(1);
}

/** Folder of the package whose package.json `resolve` finds. */
function packageFolder(name, resolve, remedy) {
  try {
    return path.dirname(resolve());
  } catch {
    return fail(`the npm package ${name} is not installed: ${remedy}`);
  }
}

/** The package's source with the changes. */
function changedSource(file) {
  let source = readFileSync(file, 'utf8');
  for (const { why, from, to } of CHANGES) {
    if (source.search(from) < 0) fail(`${file} has changed: no place for "${why}"`);
    source = source.replace(from, to);
  }
  return source;
}

function compile(source, target, includes) {
  const partial = `${target}.${process.pid}`;
  const args = ['-x', 'c++', '-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'];
  args.push('-DNODE_GYP_MODULE_NAME=faiss_node', '-include', path.join(native, 'before.h'));
  args.push(...includes.map((folder) => `-I${folder}`), source, '-o', partial);
  args.push('-lfaiss', '-lgomp', '-lblas', '-llapack');
  const { status, error, stderr } = spawnSync(compiler, args, { encoding: 'utf8' });
  if (status === 0) return renameSync(partial, target);
  rmSync(partial, { force: true });
  if (error !== undefined)
    return fail(`${compiler} cannot be run (${error.message}): install a C++ compiler`);
  const isMissing = /faiss\/[\w/]+\.h: No such file|cannot find -l(faiss|gomp|blas|lapack)/.exec(stderr);
  if (isMissing === null) process.stderr.write(stderr);
  return fail(
    isMissing === null
      ? `${compiler} failed`
      : `${isMissing[0]}; on Debian and Ubuntu: apt-get install libfaiss-dev`,
  );
}

const modified = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const bindings = packageFolder(
  'faiss-node',
  () => require.resolve('faiss-node/package.json'),
  'npm install --ignore-scripts --no-save faiss-node@0.5.1',
);
const nodeAddonApi = packageFolder(
  'node-addon-api',
  () => createRequire(path.join(bindings, 'package.json')).resolve('node-addon-api/package.json'),
  'npm ci',
);
const nodeHeaders = packageFolder(
  'node-api-headers',
  () => require.resolve('node-api-headers/package.json'),
  'npm ci',
);
const packageSource = path.join(bindings, 'src', 'faiss.cc');
const folder = path.join(bindings, 'build');
const target = path.join(folder, 'nearify.node');
const sources = [packageSource, fileURLToPath(import.meta.url), `${native}before.h`, `${native}methods.inc`];
if (modified(target) <= Math.max(...sources.map(modified))) {
  mkdirSync(folder, { recursive: true });
  const source = path.join(folder, 'nearify.cc');
  writeFileSync(source, changedSource(packageSource));
  compile(source, target, [native, nodeAddonApi, path.join(nodeHeaders, 'include')]);
  console.log(`compiled ${target}`);
}
