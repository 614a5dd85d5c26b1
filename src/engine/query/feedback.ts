/** Points like a target, pulled towards what a judge scored high and away from what it scored low. */
import type { Combination } from './combination.ts';

/** Coefficients of the naive strategy, trained for a model and a judge. */
export interface NaiveFeedback {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

interface FeedbackPair {
  readonly high: number;
  readonly low: number;
  readonly weight: number;
}

/** Every two examples with different scores; the weight grows with the difference. */
function pairsOf(scores: readonly number[], { b, c }: NaiveFeedback): FeedbackPair[] {
  return scores.flatMap((high, i) =>
    scores.flatMap((low, j) => {
      const confidence = Math.fround(high - low);
      return confidence > 0 ? [{ high: i, low: j, weight: confidence ** b * c }] : [];
    }),
  );
}

/** Example 0 is the target; then come the judged examples in the order of their scores in `judged`. */
export function naiveFeedback(judged: readonly number[], coefficients: NaiveFeedback): Combination {
  const pairs = pairsOf(judged, coefficients);
  return (similarities, count, scores) => {
    const target = similarities[0]!;
    for (let i = 0; i < count; i++) {
      let score = coefficients.a * target[i]!;
      for (const { high, low, weight } of pairs) {
        score += weight * (similarities[high + 1]![i]! - similarities[low + 1]![i]!);
      }
      scores[i] = score;
    }
  };
}
