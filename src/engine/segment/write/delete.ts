import type { PointsSelector } from '../../../../schemas/points.ts';
import { badRequest } from '../../../shared/errors.ts';
import { parsePointId } from '../../../shared/ids.ts';
import { compileFilter } from '../../payload/filter/compile.ts';
import type { Cancellation } from '../cancellation.ts';
import { scroll } from '../read/scroll.ts';
import type { WriteTransaction } from './transaction.ts';

/**
 * Deletes the points that a selector names by id or by filter; unknown ids are no error.
 * @throws NEARIFY_BAD_REQUEST for an empty list of ids
 */
export function applyDelete(
  transaction: WriteTransaction,
  selector: PointsSelector,
  cancel: Cancellation,
): void {
  if ('points' in selector) {
    for (const id of selector.points) transaction.remove(parsePointId(id)!);
    return;
  }
  const { collection } = transaction;
  const { points } = scroll(collection, { limit: Number.POSITIVE_INFINITY, filter: selector.filter }, cancel);
  for (const { at } of points) transaction.remove(at.segment.idAt(at.offset));
}

/** @throws NEARIFY_BAD_REQUEST for an empty list, or the error of a filter that does not compile */
export function checkDelete(selector: PointsSelector): void {
  if ('points' in selector) {
    if (selector.points.length === 0) throw badRequest('Empty update request');
  } else {
    compileFilter(selector.filter);
  }
}
