import type { SegmentHandle } from '../engine/segment/segment-handle.ts';
import type { CollectionHandle } from './shared-handles.ts';

// Words that the event loop reads or writes in a segment's header and in the head of a graph; kernels/memory-layout.ts and
// kernels/graph-layout.ts own them, a test compares.
const COUNT_WORD = 3;
const DELETED_COUNT_WORD = 4;
const LINKED_COUNT_WORD = 35;
const NODE_COUNT_WORD = 36;
const GIVEN_UP_WORD = 38;
// In a memory of codes, see kernels/codes-layout.ts.
const CODED_COUNT_WORD = 32;
// In a memory of sparse vectors or multivectors, see kernels/side-layout.ts.
const ARENA_END_WORD = 1;

type SegmentIdentity = Pick<SegmentHandle, 'id' | 'revision'>;

/** What the headers of a collection's segments say. */
export interface SegmentCounts {
  /** Live points. */
  readonly points: number;
  /** Rows that graphs hold, deleted ones included. */
  readonly linkedRows: number;
  /** Vectors of live points that a graph holds. */
  readonly indexedVectors: number;
  /** Bytes of the vectors that graphs lack and should have. */
  readonly tailBytes: number;
  /** Rows that graphs have, or should have, and that lack the codes of a quantization. */
  readonly uncodedRows: number;
}

/** Rows of one segment, and how many of them are deleted. */
export function segmentRows({ memory, layout }: SegmentHandle): {
  readonly count: number;
  readonly deleted: number;
} {
  const header = new Int32Array(memory.buffer, layout.header, DELETED_COUNT_WORD + 1);
  return {
    count: Atomics.load(header, COUNT_WORD),
    deleted: Atomics.load(header, DELETED_COUNT_WORD),
  };
}

/** The same segment, in the same revision. */
export function isSameSegment(one: SegmentIdentity, other: SegmentIdentity): boolean {
  return one.id === other.id && one.revision === other.revision;
}

/** About how many bytes the memories of segments hold; without those of payload indexes. */
export function usedBytes(segments: readonly SegmentHandle[]): number {
  return segments.reduce((sum, segment) => {
    const { memory, layout, sides } = segment;
    const share = segmentRows(segment).count / layout.capacity;
    const ragged = sides.reduce((bytes, side) => bytes + sideBytes(side.memory), 0);
    return sum + share * memory.buffer.byteLength + ragged + codesBytes(segment);
  }, 0);
}

/** As {@link usedBytes}, of what `after` no longer has. */
export function lostBytes(before: readonly SegmentHandle[], after: readonly SegmentHandle[]): number {
  return before.reduce((sum, segment) => {
    const next = after.find(({ id }) => id === segment.id);
    if (next === undefined) return sum + usedBytes([segment]);
    // Another revision has the same memory, but may have other codes.
    return isSameSegment(segment, next) ? sum : sum + codesBytes(segment);
  }, 0);
}

function sideBytes(memory: WebAssembly.Memory): number {
  return Atomics.load(new Uint32Array(memory.buffer), ARENA_END_WORD);
}

function codesBytes(segment: SegmentHandle): number {
  const share = segmentRows(segment).count / segment.layout.capacity;
  return segment.codes.reduce((sum, { memory }) => sum + share * memory.buffer.byteLength, 0);
}

/** Reads a few words for each segment: cheap enough for the event loop. */
export function segmentCounts({ segments }: CollectionHandle): SegmentCounts {
  let points = 0;
  let linkedRows = 0;
  let indexedVectors = 0;
  let tailBytes = 0;
  let uncodedRows = 0;
  for (const segment of segments) {
    const { count, deleted } = segmentRows(segment);
    const words = new Int32Array(segment.memory.buffer);
    points += count - deleted;
    for (const { head, rowsMin, rowBytes, codes } of segment.graphs) {
      const linked = Atomics.load(words, head / 4 + LINKED_COUNT_WORD);
      linkedRows += linked;
      // Deleted nodes stay in the graph until it is rebuilt; they are not counted.
      indexedVectors += Math.max(0, Atomics.load(words, head / 4 + NODE_COUNT_WORD) - deleted);
      if (linked === 0 && count <= rowsMin) continue;
      tailBytes += (count - linked) * rowBytes;
      if (codes !== undefined)
        uncodedRows += count - Atomics.load(new Int32Array(codes.buffer), CODED_COUNT_WORD);
    }
  }
  return { points, linkedRows, indexedVectors, tailBytes, uncodedRows };
}

/** Ends the wait of threads that link rows, for locks that a dead one may hold; until the graphs are mended. */
export function giveUpLinking({ segments }: CollectionHandle): void {
  for (const { memory, graphs } of segments) {
    const words = new Int32Array(memory.buffer);
    for (const { head } of graphs) Atomics.store(words, head / 4 + GIVEN_UP_WORD, 1);
  }
}
