import { inputRows, type Stage } from '../stage.ts';
import { rowAt, rowKey } from '../rows.ts';

/** Points drawn at random, each with the same chance. */
export function sampleStage(): Stage {
  return {
    isListing: true,
    isUnordered: true,
    run: (execution, input) => {
      const keys: number[] = [];
      for (const { segment, offsets } of inputRows(execution, input)) {
        const first = rowKey({ segment, offset: 0 });
        for (const offset of offsets) keys.push(first + offset);
      }
      return draw(keys, input.limit).map((key) => ({ ...rowAt(execution.collection, key), score: 1 }));
    },
  };
}

/** Moves `count` random elements to the front (Fisher and Yates) and returns them. */
function draw(keys: number[], count: number): number[] {
  const drawn = Math.min(count, keys.length);
  for (let i = 0; i < drawn; i++) {
    const other = i + Math.floor(Math.random() * (keys.length - i));
    [keys[i], keys[other]] = [keys[other]!, keys[i]!];
  }
  return keys.slice(0, drawn);
}
