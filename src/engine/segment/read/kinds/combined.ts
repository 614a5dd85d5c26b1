import type { Combination } from '../../../query/combination.ts';
import { checkIdf, weighted } from '../idf.ts';
import { rank } from '../rank.ts';
import type { Example } from '../scorer.ts';
import { inputRows, type Stage, type StageContext } from '../stage.ts';
import { isBetterThan, leading } from '../threshold.ts';

/**
 * Points by a score made of their similarities to several examples. The scores are such that the larger are the better, also
 * where the metric is a distance; the threshold is compared in the direction of the metric all the same, as Qdrant does.
 */
export function combinedStage(
  examples: readonly Example[],
  combination: Combination,
  context: StageContext,
): Stage {
  const config = context.vectorConfig();
  const { name: vectorName, metric } = config;
  checkIdf(config, context.params?.idf);
  return {
    run: (execution, input) => {
      const { collection, cancel } = execution;
      const rows = rank(collection, inputRows(execution, input), {
        vectorName,
        examples: examples.map((example) => weighted(collection, example, context.params?.idf, cancel)),
        combination,
        limit: input.limit,
      });
      return leading(rows, isBetterThan(metric, input.threshold));
    },
  };
}
