import type { Collection, Location } from '../collection.ts';
import type { Segment } from '../segment.ts';
import { type Example, similarities } from './scorer.ts';

interface Part {
  readonly segment: Segment;
  readonly offsets: Uint32Array;
  /** Where in the list the rows are. */
  readonly positions: readonly number[];
}

/** A list of rows that is compared with one example after the other. */
export class ComparedRows {
  readonly #length: number;
  readonly #threadIndex: number;
  readonly #parts: readonly Part[];

  constructor({ segments, threadIndex }: Collection, rows: readonly Location[]) {
    this.#length = rows.length;
    this.#threadIndex = threadIndex;
    this.#parts = segments.map((segment) => {
      const positions = [...rows.keys()].filter((i) => rows[i]!.segment === segment);
      return { segment, offsets: Uint32Array.from(positions, (i) => rows[i]!.offset), positions };
    });
  }

  /**
   * Similarity of each row to the example, in the order of the list; NaN for a row without the vector, `unshared` for a
   * sparse one that shares no index with it.
   */
  similaritiesTo(example: Example, unshared = 0): Float32Array {
    const all = new Float32Array(this.#length);
    for (const { segment, offsets, positions } of this.#parts) {
      if (positions.length === 0) continue;
      const part = similarities(example, segment, offsets, { threadIndex: this.#threadIndex, unshared });
      for (let i = 0; i < positions.length; i++) all[positions[i]!] = part[i]!;
    }
    return all;
  }
}
