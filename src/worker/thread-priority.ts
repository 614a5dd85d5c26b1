import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Niceness of background threads: about a tenth of the event loop's share of a core that both want. */
const BACKGROUND_NICENESS = 10;

const PAUSE_EVERY_MS = 0.5;
/** The shortest that there is: with what the kernel adds, 0.08 ms. */
const PAUSE_MS = 0.001;
const never = new Int32Array(new SharedArrayBuffer(4));
let lastPauseMs = 0;

/**
 * Lets the event loop and the search threads go first where there are fewer cores than busy threads. Linux has a
 * niceness for each thread; elsewhere it belongs to the whole process and is left alone.
 */
export function lowerThreadPriority(): void {
  if (process.platform !== 'linux') return;
  const threadId = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  setPriority(threadId, BACKGROUND_NICENESS);
}

/**
 * Gives others the core for a moment, unless it has just done so. Niceness decides who is chosen, not when: Linux lets a
 * thread that has a core keep it for a slice of its time, and looks again only at the next tick, 4 ms later.
 */
export function pause(): void {
  if (performance.now() - lastPauseMs < PAUSE_EVERY_MS) return;
  Atomics.wait(never, 0, 0, PAUSE_MS);
  lastPauseMs = performance.now();
}
