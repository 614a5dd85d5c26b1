import type { RelevanceFeedbackInput } from '../../../../../schemas/query.ts';
import { naiveFeedback } from '../../../query/feedback.ts';
import type { Stage, StageContext } from '../stage.ts';
import { combinedStage } from './combined.ts';

/** Points like a target, and like what was judged well. */
export function relevanceFeedbackStage(
  { target, feedback, strategy }: RelevanceFeedbackInput,
  context: StageContext,
): Stage {
  const examples = context.examples();
  const vectors = examples.examples([target, ...feedback.map(({ example }) => example)]);
  const judged = feedback.map(({ score }) => Math.fround(score));
  return combinedStage(vectors, naiveFeedback(judged, strategy.naive), context);
}
