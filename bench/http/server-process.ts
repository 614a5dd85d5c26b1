/** A server in a process of its own, for benches: its CPU and its event loop are not shared with the load generator. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MALLOC_ENVIRONMENT, NODE_FLAGS } from '../../src/cli/process-settings.ts';

export interface LoopDelays {
  /** Milliseconds. */
  readonly max: number;
  readonly p99: number;
}

export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  readonly storage: string;
  /** Delays of the server's event loop since the last call. */
  loopDelays(): Promise<LoopDelays>;
  /** Ends the server and starts another on its storage. */
  restart(): Promise<BenchServer>;
  /** Ends the server and removes its storage. */
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const MONITOR = new URL('./loop-monitor.ts', import.meta.url).href;

/** `settings`: further `key=value` settings. */
export function startBenchServer(settings: readonly string[] = []): Promise<BenchServer> {
  return startOn(mkdtempSync(path.join(tmpdir(), 'nearify-bench-')), settings);
}

async function startOn(storage: string, settings: readonly string[]): Promise<BenchServer> {
  const all = [
    'service.host=127.0.0.1',
    'service.http_port=0',
    `storage.storage_path=${storage}`,
    ...settings,
  ];
  // Given here, as a process that its parent talks to cannot start itself anew.
  const args = [
    ...NODE_FLAGS,
    '--import',
    MONITOR,
    MAIN,
    'serve',
    ...all.flatMap((setting) => ['--set', setting]),
  ];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, ...MALLOC_ENVIRONMENT },
  });
  const end = async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return {
    url: await listeningUrl(child),
    pid: child.pid!,
    storage,
    loopDelays: async () => {
      child.send('loop-delays');
      const [delays] = await once(child, 'message');
      return delays as LoopDelays;
    },
    restart: async () => {
      await end();
      return startOn(storage, settings);
    },
    stop: async () => {
      await end();
      rmSync(storage, { recursive: true });
    },
  };
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  let log = '';
  for await (const chunk of child.stdout!) {
    log += String(chunk);
    const line = log.split('\n').find((text) => text.includes('"listening"'));
    if (line === undefined) continue;
    child.stdout!.resume();
    return JSON.parse(line).url;
  }
  throw new Error(`the server did not start: ${log}`);
}
