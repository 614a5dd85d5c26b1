/**
 * Copies `source` to `at` in `target`; either may be shared memory, which nobody may write meanwhile. `set`, and with it `copy` of a
 * whole buffer, goes byte by byte there unless both are aligned alike; `copy` of a part is a memmove, six times as fast.
 */
export function copyBytes(target: Uint8Array, at: number, source: Uint8Array): void {
  if (source.length === 0) return;
  const last = source.length - 1;
  Buffer.from(source.buffer, source.byteOffset, source.byteLength).copy(target, at, 0, last);
  target[at + last] = source[last]!;
}

/** A copy in memory that is not shared. */
export function copyOf(source: Uint8Array): Uint8Array {
  const copy = new Uint8Array(source.length);
  copyBytes(copy, 0, source);
  return copy;
}
