import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Below this a collection of garbage is not worth its time. */
const BYTES_MIN = 32 * 1024 * 1024;
/**
 * A buffer for V8 to count: enough for it to begin, too little for it to collect all at once on the spot. It takes no memory, as
 * nobody touches its pages.
 */
const DECOY_BYTES = 128 * 1024 * 1024;
/** Until then requests that have just ended may refer to what was let go of. */
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

  /** For the event loop: has V8 collect in small steps within seconds, if there is enough. */
  collectSoon(): void {
    if (this.#takeDue()) setTimeout(() => attempt(() => new ArrayBuffer(DECOY_BYTES)), DELAY_MS).unref();
  }

  /** For other threads, which V8's steps do not reach while they wait for work: collects, if there is enough, in about 10 ms. */
  collectNow(): void {
    if (!this.#takeDue()) return;
    attempt(() => {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      collect();
    });
  }

  #takeDue(): boolean {
    if (this.#bytes < BYTES_MIN) return false;
    this.#bytes = 0;
    return true;
  }
}

function attempt(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    // Where address space is so short that an allocation fails, V8 has collected before it gave up.
    if (!(error instanceof RangeError)) throw error;
  }
}

/** That of this thread. */
export const sharedGarbage = new SharedGarbage();
