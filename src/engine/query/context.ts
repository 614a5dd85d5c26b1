/** Points that lie on the positive side of pairs: the loss is 0 there, and negative elsewhere. */
import { type Combination, fastSigmoid } from './combination.ts';

/** What a float32 can be off by: a point must be that much nearer to the positive example. */
const FLOAT32_EPSILON = 1.1920929e-7;

/** The examples are pairs, each one's positive example before its negative one. */
export const contextLoss: Combination = (similarities, count, scores) => {
  scores.fill(0, 0, count);
  for (let pair = 0; pair < similarities.length; pair += 2) {
    const positive = similarities[pair]!;
    const negative = similarities[pair + 1]!;
    for (let i = 0; i < count; i++) {
      const difference = positive[i]! - negative[i]! - FLOAT32_EPSILON;
      scores[i]! += fastSigmoid(Math.min(difference, 0));
    }
  }
};
