import type { Mmr, VectorInput } from '../../../../../schemas/query.ts';
import { selectDiverse } from '../../../query/mmr.ts';
import { ComparedRows } from '../compared-rows.ts';
import type { Stage, StageContext } from '../stage.ts';
import { nearestTo } from './nearest.ts';

const DIVERSITY = 0.5;

/** Points near a vector that differ from each other, in the order of their choice; the scores are those of `nearest`. */
export function mmrStage(input: VectorInput, mmr: Mmr, context: StageContext): Stage {
  const example = context.examples().example(input);
  const candidatesLimit = mmr.candidates_limit ?? context.limit;
  const lambda = 1 - Math.fround(mmr.diversity ?? DIVERSITY);
  const nearest = nearestTo(example, context.params);
  return {
    run: (execution, stageInput) => {
      const candidates = nearest.run(execution, { ...stageInput, limit: candidatesLimit });
      const compared = new ComparedRows(execution.collection, candidates);
      const similaritiesTo = (candidate: number) => {
        execution.cancel.check();
        const { segment, offset } = candidates[candidate]!;
        const value = segment.valueOf(context.using, offset)!;
        return compared.similaritiesTo({ config: example.config, value });
      };
      const relevance = compared.similaritiesTo(example);
      const chosen = selectDiverse({ relevance, similaritiesTo }, lambda, stageInput.limit);
      return chosen.map((candidate) => candidates[candidate]!);
    },
  };
}
