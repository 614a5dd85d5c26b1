import type { Collection, Location } from '../collection.ts';
import { type RowBatch, rowAt, rowKey } from './rows.ts';

/** At most `count` of the rows, drawn at random, each with the same chance. */
export function drawRows(
  collection: Collection,
  batches: Iterable<RowBatch>,
  count: number,
  isWanted: (row: Location) => boolean = () => true,
): Location[] {
  const keys: number[] = [];
  for (const { segment, offsets } of batches) {
    const first = rowKey({ segment, offset: 0 });
    for (const offset of offsets) if (isWanted({ segment, offset })) keys.push(first + offset);
  }
  return shuffled(keys, count).map((key) => rowAt(collection, key));
}

/** Moves `count` random elements to the front (Fisher and Yates) and returns them. */
function shuffled(keys: number[], count: number): number[] {
  const drawn = Math.min(count, keys.length);
  for (let i = 0; i < drawn; i++) {
    const other = i + Math.floor(Math.random() * (keys.length - i));
    [keys[i], keys[other]] = [keys[other]!, keys[i]!];
  }
  return keys.slice(0, drawn);
}
