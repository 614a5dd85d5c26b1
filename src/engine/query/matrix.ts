/** Distances within a sample of points. */
import { TopK } from './top-k.ts';

export interface Neighbour {
  /** Position in the sample. */
  readonly column: number;
  readonly similarity: number;
}

/** The `limit` points of a sample most similar to the one at `row`, best first, itself and those with NaN left out. */
export function neighboursInSample(similarities: Float32Array, row: number, limit: number): Neighbour[] {
  const best = new TopK(limit);
  for (let column = 0; column < similarities.length; column++) {
    const similarity = similarities[column]!;
    if (column !== row && !Number.isNaN(similarity)) best.offer(similarity, column);
  }
  return best.sorted().map(({ score, name }) => ({ column: name, similarity: score }));
}
