/**
 * Buffers for large bodies, used again and again: they are shared memory, so that a thread can read one without taking it
 * away, and so that the garbage collector, which runs after so many bytes of ordinary buffers, does not run once a request.
 */
const BYTES_MIN = 256 * 1024;
/** Kept for later; what is given back beyond that is left to the garbage collector. */
const FREE_BYTES_MAX = 128 * 1024 * 1024;

export class RequestBuffers {
  readonly #free = new Map<number, SharedArrayBuffer[]>();
  /** Weak: a request that fails early gives nothing back. */
  readonly #lent = new WeakSet<SharedArrayBuffer>();
  #freeBytes = 0;

  /** A view of `bytes` bytes with any content. Small ones are ordinary buffers that own the whole of their memory. */
  take(bytes: number): Uint8Array {
    if (bytes < BYTES_MIN) return Buffer.allocUnsafeSlow(bytes);
    const size = 2 ** Math.ceil(Math.log2(bytes));
    const free = this.#free.get(size)?.pop();
    if (free !== undefined) this.#freeBytes -= size;
    const buffer = free ?? new SharedArrayBuffer(size);
    this.#lent.add(buffer);
    return new Uint8Array(buffer, 0, bytes);
  }

  /** Lets others have what `take` gave, which nobody may read any more. Anything else is left alone. */
  giveBack({ buffer }: Uint8Array): void {
    if (!(buffer instanceof SharedArrayBuffer) || !this.#lent.delete(buffer)) return;
    const size = buffer.byteLength;
    if (this.#freeBytes + size > FREE_BYTES_MAX) return;
    this.#freeBytes += size;
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [buffer]);
    else list.push(buffer);
  }
}

/** Those of the process. */
export const requestBuffers = new RequestBuffers();
