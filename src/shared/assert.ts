/** Checks an assumption of our own code at a thread, disk or wasm border; a failure is a bug, never the user's fault. */
export function assert(condition: unknown, why: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${why}`);
}
