import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ServiceError } from '../shared/errors.ts';
import { storageError } from './storage-error.ts';

/**
 * Keeps a second server away from a storage directory: both would hold their own copy of the vectors in memory and answer
 * differently. The file holds the owner's pid and start time, so that a crashed owner, or another process that got its
 * pid, does not count. Looking and taking are two steps: call it where one process is at a time (`Catalog.exclusively`).
 * @returns a function that gives the lock back. @throws NEARIFY_STORAGE
 */
export function lockStorage(storagePath: string): () => void {
  const file = path.join(storagePath, 'server.lock');
  const own = processIdentity(process.pid);
  try {
    mkdirSync(storagePath, { recursive: true });
    const owner = readOwner(file);
    if (owner !== undefined && owner !== own && isAlive(owner)) {
      const text = `${storagePath} is in use by process ${owner.split(' ')[0]}: stop it or choose another storage_path`;
      throw new ServiceError('NEARIFY_STORAGE', text);
    }
    writeFileSync(file, own);
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw storageError(`cannot write to ${storagePath}`, cause);
  }
  return () => rmSync(file, { force: true });
}

function readOwner(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(owner: string): boolean {
  return processIdentity(Number(owner.split(' ')[0])) === owner;
}

/** `pid start-time`; where /proc does not tell the start time, the pid alone while the process lives. */
function processIdentity(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22, counted behind the command name, which may itself contain spaces and parentheses.
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return isRunning(pid) ? `${pid} running` : `${pid} gone`;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
