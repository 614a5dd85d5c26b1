/** What storage tests do in a process of their own: `storage-child.ts <task> <directory>` prints JSON lines. */
import { existsSync } from 'node:fs';
import { openCatalog } from '../../../src/storage/catalog.ts';
import { openEnv } from '../../../src/storage/env.ts';
import { lockStorage } from '../../../src/storage/storage-lock.ts';
import { ServiceError } from '../../../src/shared/errors.ts';

const NOBODY = 65_534;
const KEPT = Buffer.of(1);
const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

/** What came of it: `done`, or the code and the text of the error. */
function attempt(body: () => unknown): unknown {
  try {
    body();
    return 'done';
  } catch (error) {
    return error instanceof ServiceError ? { code: error.code, message: error.message } : String(error);
  }
}

const TASKS: Readonly<Record<string, (directory: string) => unknown>> = {
  open: (directory) => print(attempt(() => openEnv(directory))),
  /** As a user who may not write. */
  denied: (directory) => {
    if (process.getuid?.() === 0) {
      process.setegid?.(NOBODY);
      process.seteuid?.(NOBODY);
    }
    print(attempt(() => openEnv(directory)));
    print(attempt(() => openCatalog(directory)));
    print(attempt(() => lockStorage(directory)));
  },
  /** Writes until the disk refuses, then a little more. */
  fill: (directory) => {
    const env = openEnv(directory);
    env.write(() => env.put(KEPT, Buffer.from('kept')));
    let outcome: unknown = 'done';
    for (let i = 0; outcome === 'done'; i++) {
      outcome = attempt(() => env.write(() => env.put(Buffer.of(2, i), Buffer.alloc(100_000))));
    }
    print(outcome);
    env.refresh();
    print(env.get(KEPT)?.toString());
    print(attempt(() => env.write(() => env.put(KEPT, Buffer.from('changed')))));
  },
  lock: (directory) => {
    print(attempt(() => openCatalog(directory).exclusively(() => lockStorage(directory))));
    process.stdin.resume();
  },
  /** As `lock`, at the moment when the file `<directory>.go` appears. */
  lockTogether: (directory) => {
    const catalog = openCatalog(directory);
    print('ready');
    while (!existsSync(`${directory}.go`));
    print(attempt(() => catalog.exclusively(() => lockStorage(directory))));
    process.stdin.resume();
  },
};

const [task = '', directory = ''] = process.argv.slice(2);
await TASKS[task]!(directory);
