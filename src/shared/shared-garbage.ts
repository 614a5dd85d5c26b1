import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Below this a collection of garbage is not worth its time. */
const BYTES_MIN = 32 * 1024 * 1024;
/** Enough for V8 to begin, and too little for it to collect all at once on the spot. */
const COUNTED_BYTES = 128 * 1024 * 1024;
const DELAY_MS = 1000;

/**
 * Shared memory that this thread has let go of. It is given back when every thread has collected its garbage, for which V8
 * sees no reason: it does not count shared memory, so that dropped collections would pile up.
 */
class SharedGarbage {
  #bytes = 0;

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** For the event loop: has V8 collect in small steps, soon. */
  collectSoon(): void {
    if (!this.#isDue()) return;
    // It counts like any other buffer, but takes no memory, as nobody touches its pages. Later: requests that have just ended
    // may still refer to what was let go of.
    setTimeout(() => void new ArrayBuffer(COUNTED_BYTES), DELAY_MS).unref();
  }

  /** For other threads, which V8's steps do not reach while they wait for work: takes about 10 ms if there is enough. */
  collectNow(): void {
    if (!this.#isDue()) return;
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
  }

  #isDue(): boolean {
    if (this.#bytes < BYTES_MIN) return false;
    this.#bytes = 0;
    return true;
  }
}

/** That of this thread. */
export const sharedGarbage = new SharedGarbage();
