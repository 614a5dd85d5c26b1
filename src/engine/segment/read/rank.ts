import type { Combination } from '../../query/combination.ts';
import { TopK } from '../../query/top-k.ts';
import type { Collection } from '../collection.ts';
import { type RowBatch, rowAt, rowKey, type ScoredRow } from './rows.ts';
import { type Example, similarities } from './scorer.ts';

export interface Ranking {
  readonly vectorName: string;
  readonly examples: readonly Example[];
  /** Makes the score of the similarities to the examples. */
  readonly combination: Combination;
  readonly limit: number;
  /** Similarity of sparse rows that share no index with an example: NaN leaves them out; 0 if not given. */
  readonly unshared?: number;
}

/** The best of the rows by a score of their exact similarities to examples, best first. Rows without the vector are left out. */
export function rank(
  collection: Collection,
  batches: Iterable<RowBatch>,
  { vectorName, examples, combination, limit, unshared }: Ranking,
): ScoredRow[] {
  const best = new TopK(limit);
  const { threadIndex } = collection;
  for (const { segment, offsets } of batches) {
    const compared = examples.map((example) =>
      similarities(example, segment, offsets, { threadIndex, unshared }),
    );
    const scores = new Float32Array(offsets.length);
    combination(compared, offsets.length, scores);
    const first = rowKey({ segment, offset: 0 });
    const [sample] = compared;
    for (let i = 0; i < offsets.length; i++) {
      const offset = offsets[i]!;
      const isPresent = sample === undefined ? segment.has(vectorName, offset) : !Number.isNaN(sample[i]);
      if (isPresent) best.offer(scores[i]!, first + offset);
    }
  }
  return best.sorted().map(({ score, name }) => ({ ...rowAt(collection, name), score }));
}
