import { drawRows } from '../draw.ts';
import { inputRows, type Stage } from '../stage.ts';

/** Points drawn at random, each with the same chance. */
export function sampleStage(): Stage {
  return {
    isListing: true,
    isUnordered: true,
    run: (execution, input) =>
      drawRows(execution.collection, inputRows(execution, input), input.limit).map((row) => ({
        ...row,
        score: 1,
      })),
  };
}
