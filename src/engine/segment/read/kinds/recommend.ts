import type { RecommendInput } from '../../../../../schemas/query.ts';
import { wrongInput } from '../../../../shared/errors.ts';
import { averageVector, bestScore, sumScores } from '../../../query/recommend.ts';
import type { Example } from '../scorer.ts';
import type { Stage, StageContext } from '../stage.ts';
import { combinedStage } from './combined.ts';
import { nearestTo } from './nearest.ts';

/** Points like the positive examples and unlike the negative ones. */
export function recommendStage(
  { positive, negative, strategy }: RecommendInput,
  context: StageContext,
): Stage {
  const examples = context.examples();
  const positives = examples.examples(positive);
  const negatives = examples.examples(negative);
  switch (strategy) {
    case 'best_score':
      return combinedStage([...positives, ...negatives], bestScore(positives.length), context);
    case 'sum_scores':
      return combinedStage([...positives, ...negatives], sumScores(positives.length), context);
    default:
      if (positives.length === 0) {
        throw wrongInput('Positive vectors should not be empty with `average` strategy');
      }
      return nearestTo(averageOf(positives, negatives, context), context.params);
  }
}

function averageOf(
  positives: readonly Example[],
  negatives: readonly Example[],
  context: StageContext,
): Example {
  const [positive, negative] = [positives, negatives].map((side) => side.map(({ value }) => value));
  return { config: context.vectorConfig(), value: averageVector(positive!, negative!) };
}
