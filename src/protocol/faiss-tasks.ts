import type { SegmentHandle } from '../engine/segment/segment-handle.ts';
import { isFaissDue } from '../shared/faiss-lag.ts';
import { segmentRows } from './segment-counts.ts';
import type { CollectionHandle } from './shared-handles.ts';

/** A vector of a segment, and where it is stored. */
export interface FaissPlace {
  readonly directory: string;
  readonly segmentId: number;
  readonly vectorId: number;
}

/** A vector whose FAISS index is to be built or extended. */
export interface FaissBuild extends FaissPlace {
  readonly memory: WebAssembly.Memory;
  readonly vector: SegmentHandle['layout']['vectors'][number];
  /** Rows that it is to cover. */
  readonly count: number;
}

/** The tasks of the thread that builds FAISS indexes, as functions from message to message. */
export interface FaissTasks {
  /** Why FAISS cannot be used, with the remedy; undefined if it can. */
  probe(input: null): string | undefined;
  /** Gives up when the word of `cancel` is not 0 any more. */
  build(input: FaissBuild & { readonly cancel: Int32Array }): void;
  /** Removes the index of a segment that is no more. */
  remove(input: FaissPlace): void;
}

// Words that the event loop reads; kernels/memory-layout.ts and kernels/graph-layout.ts own them, a test compares.
const COMPARISON_WORD = 0;
const LINKED_COUNT_WORD = 35;
const FAISS_ROWS_WORD = 63;
/** Cosine, Dot and Euclid of float32 in memory; the others are left to the default engine. */
const COMPARISONS = 3;

/** What there is to build: vectors whose graphs have all rows, while their FAISS indexes lack too many. */
export function faissBuilds({ directory, segments }: CollectionHandle): FaissBuild[] {
  return segments.flatMap((segment) => {
    const { id, memory, layout, vectorIds, graphs } = segment;
    const words = new Int32Array(memory.buffer);
    const { count, deleted } = segmentRows(segment);
    // It is empty, or will be dropped.
    if (count === deleted) return [];
    return layout.vectors.flatMap((vector, i) => {
      if (vector.isOnDisk || !graphs.some(({ head }) => head === vector.graph?.head)) return [];
      const word = (at: number) => Atomics.load(words, vector.graph!.head / 4 + at);
      const isComplete = word(LINKED_COUNT_WORD) === count;
      if (!isComplete || word(COMPARISON_WORD) >= COMPARISONS) return [];
      if (!isFaissDue(word(FAISS_ROWS_WORD), count)) return [];
      return [{ directory, segmentId: id, vectorId: vectorIds[i]!, memory, vector, count }];
    });
  });
}
