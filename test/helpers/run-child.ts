import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

/** A process that runs a test's script and prints one JSON value a line. */
export interface Child {
  readonly process: ChildProcess;
  /** The next printed value. Rejects if the process ends before it prints one. */
  next(): Promise<unknown>;
  kill(): Promise<void>;
}

/** Starts `script`, a URL, with the arguments; killed after the test. `fileKilobytesMax` bounds the files that it writes. */
export function startChild(
  t: TestContext,
  script: URL,
  args: readonly string[],
  options: { readonly fileKilobytesMax?: number } = {},
): Child {
  const command = [process.execPath, fileURLToPath(script), ...args];
  // The unit of `ulimit -f` is 512 bytes in POSIX shells.
  const limit = options.fileKilobytesMax === undefined ? 'unlimited' : options.fileKilobytesMax * 2;
  const child = spawn('sh', ['-c', `ulimit -f ${limit}; exec "$@"`, 'sh', ...command], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const kill = async () => {
    child.kill('SIGKILL');
    await exit;
  };
  t.after(kill);
  return {
    process: child,
    next: async () => {
      const { value, done } = await lines.next();
      if (!done) return JSON.parse(value);
      const [code, signal] = await exit;
      throw new Error(`the process ended with ${signal ?? `code ${code}`} before it printed anything`);
    },
    kill,
  };
}
