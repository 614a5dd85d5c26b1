/** Settings of a server's process that hold from its start or not at all, measured in ADR 1. */

/** V8's marking threads would run beside the event loop, with its priority. */
export const NODE_FLAGS: readonly string[] = ['--no-concurrent-marking'];

/**
 * For the allocator of glibc: it would learn from large buffers to take them from its arenas, where what is freed stays, and
 * where LMDB's tables of two megabytes a collection are filled with zeros instead of mapped.
 */
export const MALLOC_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(1024 * 1024),
};

/**
 * Starts this program anew in the same process, with these settings, unless it has them. Call it before anything is loaded or
 * opened. Where that cannot be done, it goes on without: outside of Linux, and in a process that a parent talks to.
 */
export function ensureProcessSettings(): void {
  const { execPath, execArgv, argv, env } = process;
  const isSet = Object.keys(MALLOC_ENVIRONMENT).every((name) => env[name] !== undefined);
  if (isSet || process.platform !== 'linux' || process.send !== undefined) return;
  process.execve?.(execPath, [execPath, ...NODE_FLAGS, ...execArgv, ...argv.slice(1)], {
    ...MALLOC_ENVIRONMENT,
    ...env,
  });
}
