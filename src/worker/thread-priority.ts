import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Niceness of background threads: about a tenth of the event loop's share of a core that both want. */
const BACKGROUND_NICENESS = 10;

/**
 * Lets the event loop and the search threads go first where there are fewer cores than busy threads. Linux has a
 * niceness for each thread; elsewhere it belongs to the whole process and is left alone.
 */
export function lowerThreadPriority(): void {
  if (process.platform !== 'linux') return;
  const threadId = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  setPriority(threadId, BACKGROUND_NICENESS);
}
