/** A server in a process of its own, for benches: its CPU and its event loop are not shared with the load generator. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface LoopDelays {
  /** Milliseconds. */
  readonly max: number;
  readonly p99: number;
}

export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  /** Delays of the server's event loop since the last call. */
  loopDelays(): Promise<LoopDelays>;
  /** Ends the server and removes its storage. */
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const MONITOR = new URL('./loop-monitor.ts', import.meta.url).href;

/** `settings`: further `key=value` settings. */
export async function startBenchServer(settings: readonly string[] = []): Promise<BenchServer> {
  const storage = mkdtempSync(path.join(tmpdir(), 'nearify-bench-'));
  const all = [
    'service.host=127.0.0.1',
    'service.http_port=0',
    `storage.storage_path=${storage}`,
    ...settings,
  ];
  const args = ['--import', MONITOR, MAIN, 'serve', ...all.flatMap((setting) => ['--set', setting])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  return {
    url: await listeningUrl(child),
    pid: child.pid!,
    loopDelays: async () => {
      child.send('loop-delays');
      const [delays] = await once(child, 'message');
      return delays as LoopDelays;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
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
