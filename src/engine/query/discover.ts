/** Points near a target, on the positive side of as many pairs as possible. */
import { type Combination, scaledFastSigmoid } from './combination.ts';

/** Example 0 is the target; then come the pairs, each one's positive example before its negative one. */
export const discovery: Combination = (similarities, count, scores) => {
  const target = similarities[0]!;
  for (let i = 0; i < count; i++) {
    let rank = 0;
    for (let pair = 1; pair < similarities.length; pair += 2) {
      rank += Math.sign(similarities[pair]![i]! - similarities[pair + 1]![i]!);
    }
    scores[i] = rank + scaledFastSigmoid(target[i]!);
  }
};
