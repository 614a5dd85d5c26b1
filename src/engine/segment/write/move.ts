import type { Segment } from '../segment.ts';
import type { WriteTransaction } from './transaction.ts';

/**
 * Moves living rows of a segment from `from` on behind the rows of the last one, for at most about `msMax`. Ids, versions,
 * vectors and payloads stay what they are. Returns the row to go on with; undefined if none is left.
 */
export function moveRows(
  transaction: WriteTransaction,
  segment: Segment,
  from: number,
  msMax: number,
): number | undefined {
  const end = performance.now() + msMax;
  for (let offset = from; offset < segment.count; offset++) {
    if (performance.now() >= end) return offset;
    if (!segment.isDeleted(offset)) transaction.move({ segment, offset });
  }
  return undefined;
}
