/** Several rankings of points made into one. A point is whatever `key` tells apart. */

export interface Ranked<K> {
  readonly key: K;
  /** float32 */
  readonly score: number;
}

/** Best first. */
export type Ranking<K> = readonly Ranked<K>[];

export const RRF_K = 2;

const f32 = Math.fround;

/**
 * Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): the rank in each list counts, the score does not. A weight
 * stretches the ranks of its list, which for weight 1 contribute 1 / (rank + k); a list of weight 0 or less adds nothing.
 * All steps are in float32. O(entries).
 */
export function reciprocalRankFusion<K>(
  lists: readonly Ranking<K>[],
  options: { readonly k?: number | undefined; readonly weights?: ArrayLike<number> | undefined } = {},
): Ranked<K>[] {
  const { k = RRF_K, weights } = options;
  return summed(
    lists.map((list, i) => {
      const weight = f32(weights?.[i] ?? 1);
      return list.map(({ key }, rank) => ({ key, score: rankScore(rank, weight, k) }));
    }),
  );
}

function rankScore(rank: number, weight: number, k: number): number {
  return weight <= 0 ? 0 : f32(1 / f32(f32(f32((rank + 1) / weight) + k) - 1));
}

/**
 * Distribution-based score fusion: the scores of each list are mapped so that three standard deviations around their mean
 * become 0 to 1, then added. All steps are in float32. O(entries).
 */
export function distributionFusion<K>(lists: readonly Ranking<K>[]): Ranked<K>[] {
  return summed(lists.map(normalised));
}

function normalised<K>(list: Ranking<K>): Ranked<K>[] {
  const { mean, deviation } = distribution(list.map(({ score }) => score));
  const low = f32(mean - f32(3 * deviation));
  const high = f32(mean + f32(3 * deviation));
  const isFlat = list.length < 2 || low === high;
  return list.map(({ key, score }) => ({
    key,
    score: isFlat ? 0.5 : f32(f32(score - low) / f32(high - low)),
  }));
}

/** Mean and standard deviation of a sample in one pass (Welford 1962). */
function distribution(scores: readonly number[]): { mean: number; deviation: number } {
  let mean = 0;
  let squares = 0;
  for (const [i, score] of scores.entries()) {
    const before = f32(score - mean);
    mean = f32(mean + f32(before / (i + 1)));
    squares = f32(squares + f32(before * f32(score - mean)));
  }
  return { mean, deviation: f32(Math.sqrt(f32(squares / (scores.length - 1)))) };
}

/** The scores of each key added, largest sum first; of equal sums the key that was seen first. */
function summed<K>(lists: readonly Ranking<K>[]): Ranked<K>[] {
  const sums = new Map<K, number>();
  for (const list of lists) {
    for (const { key, score } of list) sums.set(key, f32((sums.get(key) ?? 0) + score));
  }
  const fused = Array.from(sums, ([key, score]) => ({ key, score }));
  return fused.toSorted((a, b) => b.score - a.score);
}
