/** Runs `nearify` as a child process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sends SIGTERM after the first line on stdout that passes. */
  readonly stopAfter?: (line: string) => boolean;
}

/** Far more than a run takes; a server that starts although it must not would run for ever. */
const RUN_MS_MAX = 120_000;

/** Runs to the end. A child that does not end, or that is still there when the test ends, is killed. */
export async function runCli(
  t: TestContext,
  args: readonly string[],
  options: CliOptions,
): Promise<CliResult> {
  const child = spawn(process.execPath, [ENTRY, ...args], {
    cwd: options.cwd,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_MS_MAX,
    killSignal: 'SIGKILL',
  });
  t.after(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  let stderr = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (options.stopAfter?.(line)) child.kill('SIGTERM');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: lines.join('\n'), stderr };
}

/** Nothing of the developer's own settings may change a test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(([name]) => !/^(?:NEARIFY|QDRANT)__/.test(name) && name !== 'NODE_TEST_CONTEXT'),
  );
}
