import type { CollectionHandle } from './shared-handles.ts';

// Words of a segment's header that the event loop reads; kernels/memory-layout.ts owns them, a test compares.
const COUNT_WORD = 3;
const DELETED_COUNT_WORD = 4;

/** Live points of a collection, read from the headers of its segments. */
export function pointsIn({ segments }: CollectionHandle): number {
  return segments.reduce((sum, { memory, layout }) => {
    const header = new Int32Array(memory.buffer, layout.header, DELETED_COUNT_WORD + 1);
    return sum + Atomics.load(header, COUNT_WORD) - Atomics.load(header, DELETED_COUNT_WORD);
  }, 0);
}
