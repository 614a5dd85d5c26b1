/** A Nearify server as a child process, for tests that talk to it as its users do. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tempDir } from './temp-dir.ts';

const SERVER_ENTRY = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const COMPILE_CACHE = path.join(tmpdir(), 'nearify-test-compile-cache');
const LOG_LINES_KEPT = 60;

export interface ServerOptions {
  /** Directory of the data; a new one that is removed after the test if absent. */
  readonly storagePath?: string;
  /** Settings and Node options beside those that every test server gets. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One line of the server's log, as pino writes it. */
export type LogLine = Readonly<Record<string, unknown>>;

export interface TestServer {
  /** Base URL, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly pid: number;
  readonly storagePath: string;
  /** What it logged last, one JSON document a line. */
  readonly logTail: () => string;
  /** Resolves with the first line, past ones included, that `matches`; rejects when the server ends before it. */
  readonly logged: (matches: (line: LogLine) => boolean) => Promise<LogLine>;
  /** Sends a signal and waits until the process has ended. */
  readonly kill: (signal: NodeJS.Signals) => Promise<ServerExit>;
  /** Ends it as an administrator does, by SIGTERM. */
  readonly stop: () => Promise<ServerExit>;
}

/** Nothing of the developer's own settings may change a test. */
function serverEnvironment(
  storagePath: string,
  extra: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:NEARIFY|QDRANT)__/.test(name) && name !== 'NODE_TEST_CONTEXT',
  );
  return {
    // Saves most of the half second that Node takes to compile the sources, test after test.
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    ...Object.fromEntries(inherited),
    NEARIFY__SERVICE__HOST: '127.0.0.1',
    NEARIFY__SERVICE__HTTP_PORT: '0',
    NEARIFY__STORAGE__STORAGE_PATH: storagePath,
    ...extra,
  };
}

/** Reads the log of a child and lets tests wait for lines of it. */
class ServerLog {
  readonly #lines: LogLine[] = [];
  readonly #tail: string[] = [];
  readonly #waiting = new Set<() => void>();
  #hasEnded = false;

  constructor(child: ChildProcess) {
    createInterface({ input: child.stdout! }).on('line', (text) => this.#add(text));
    createInterface({ input: child.stderr! }).on('line', (text) => this.#keep(text));
    child.once('close', () => {
      this.#hasEnded = true;
      this.#wake();
    });
  }

  tail(): string {
    return this.#tail.join('\n');
  }

  async wait(matches: (line: LogLine) => boolean): Promise<LogLine> {
    for (let seen = 0; ; ) {
      for (; seen < this.#lines.length; seen++) if (matches(this.#lines[seen]!)) return this.#lines[seen]!;
      if (this.#hasEnded) throw new Error(`the server ended; its last words:\n${this.tail()}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #add(text: string): void {
    this.#keep(text);
    // Node and native code may print lines of their own.
    if (text.startsWith('{')) this.#lines.push(JSON.parse(text) as LogLine);
    this.#wake();
  }

  #keep(text: string): void {
    this.#tail.push(text);
    if (this.#tail.length > LOG_LINES_KEPT) this.#tail.shift();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

async function killNothing(_signal: NodeJS.Signals): Promise<ServerExit> {
  return { code: null, signal: null };
}

/**
 * Starts a server on a free port and waits until it listens. Whatever the test does, the child has ended when the test
 * has.
 */
export async function startServer(t: TestContext, options: ServerOptions = {}): Promise<TestServer> {
  // The kill is registered before the removal of the directory, because what is registered first runs first.
  let kill = killNothing;
  t.after(() => kill('SIGKILL'));
  const storagePath = options.storagePath ?? tempDir(t);
  const child = spawn(process.execPath, [SERVER_ENTRY, 'serve'], {
    // Not the repository, where a developer's own settings file may lie.
    cwd: storagePath,
    env: serverEnvironment(storagePath, options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close').then(([code, signal]): ServerExit => ({ code, signal }));
  kill = (signal) => {
    child.kill(signal);
    return exited;
  };
  const log = new ServerLog(child);
  const { url } = await log.wait((line) => line.msg === 'listening');
  return {
    url: String(url),
    pid: child.pid!,
    storagePath,
    logTail: () => log.tail(),
    logged: (matches) => log.wait(matches),
    kill,
    stop: () => kill('SIGTERM'),
  };
}
