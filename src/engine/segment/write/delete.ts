import type { PointsSelector } from '../../../../schemas/points.ts';
import { parsePointId } from '../../../shared/ids.ts';
import { forEachMatch, requirePoints } from './select-rows.ts';
import type { WriteTransaction } from './transaction.ts';

/** Deletes the points that a selector names by id or by filter; unknown ids are no error. */
export function applyDelete(transaction: WriteTransaction, selector: PointsSelector): void {
  if ('points' in selector) {
    for (const id of selector.points) {
      const at = transaction.locate(parsePointId(id)!);
      if (at !== undefined) transaction.remove(at);
    }
    return;
  }
  forEachMatch(transaction, selector.filter, (at) => transaction.remove(at));
}

/** @throws NEARIFY_BAD_REQUEST for an empty list, or the error of a filter that does not compile */
export function checkDelete(selector: PointsSelector): void {
  requirePoints(selector);
}
