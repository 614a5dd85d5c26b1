/** Points like the positive examples and unlike the negative ones. */
import { type Combination, scaledFastSigmoid } from './combination.ts';

/** The largest similarity of point i among the examples from `from` to `to`; -Infinity if there are none. */
function best(similarities: readonly Float32Array[], from: number, to: number, i: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let example = from; example < to; example++) {
    const similarity = similarities[example]![i]!;
    if (similarity > largest) largest = similarity;
  }
  return largest;
}

/** Judged by the best example alone. The first `positiveCount` examples are the positive ones. */
export function bestScore(positiveCount: number): Combination {
  return (similarities, count, scores) => {
    for (let i = 0; i < count; i++) {
      const positive = best(similarities, 0, positiveCount, i);
      const negative = best(similarities, positiveCount, similarities.length, i);
      scores[i] = positive > negative ? scaledFastSigmoid(positive) : -scaledFastSigmoid(negative);
    }
  };
}

/** Judged by all examples. The first `positiveCount` examples are the positive ones. */
export function sumScores(positiveCount: number): Combination {
  return (similarities, count, scores) => {
    scores.fill(0, 0, count);
    for (const [example, column] of similarities.entries()) {
      const sign = example < positiveCount ? 1 : -1;
      for (let i = 0; i < count; i++) scores[i]! += sign * column[i]!;
    }
  };
}

/** The mean of vectors of one length, of which there is at least one. */
export function mean(vectors: readonly ArrayLike<number>[]): Float32Array {
  const sum = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) {
    for (let i = 0; i < sum.length; i++) sum[i]! += vector[i]!;
  }
  return sum.map((value) => value / vectors.length);
}

/** The vector to be near to: the mean of the positives, and as far again from that of the negatives. */
export function averageVector(
  positives: readonly ArrayLike<number>[],
  negatives: readonly ArrayLike<number>[],
): Float32Array {
  const positive = mean(positives);
  if (negatives.length === 0) return positive;
  const negative = mean(negatives);
  return positive.map((value, i) => value + value - negative[i]!);
}
