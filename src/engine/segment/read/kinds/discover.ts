import type { ContextInput, ContextPair, DiscoverInput } from '../../../../../schemas/query.ts';
import { contextLoss } from '../../../query/context.ts';
import { discovery } from '../../../query/discover.ts';
import type { Examples } from '../examples.ts';
import type { Example } from '../scorer.ts';
import type { Stage, StageContext } from '../stage.ts';
import { combinedStage } from './combined.ts';

/** Points near a target, on the positive side of as many pairs as possible. */
export function discoverStage({ target, context: pairs }: DiscoverInput, context: StageContext): Stage {
  const examples = context.examples();
  return combinedStage([examples.example(target), ...pairExamples(pairs, examples)], discovery, context);
}

/** Points on the positive side of pairs. */
export function contextStage(pairs: ContextInput, context: StageContext): Stage {
  return combinedStage(pairExamples(pairs, context.examples()), contextLoss, context);
}

function pairExamples(pairs: ContextInput | undefined, examples: Examples): Example[] {
  return listOf(pairs).flatMap(({ positive, negative }) => [
    examples.example(positive),
    examples.example(negative),
  ]);
}

function listOf(pairs: ContextInput | undefined): readonly ContextPair[] {
  if (!pairs) return [];
  return Array.isArray(pairs) ? pairs : [pairs];
}
