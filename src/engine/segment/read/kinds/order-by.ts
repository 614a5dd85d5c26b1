import type { OrderByInterface } from '../../../../../schemas/points.ts';
import { badRequest } from '../../../../shared/errors.ts';
import { orderedRows, orderingOf } from '../order-by.ts';
import { inputRows, type Stage, type StageContext } from '../stage.ts';

/** Points in the order of the values of a payload key. */
export function orderByStage(orderBy: OrderByInterface, { collection, threshold }: StageContext): Stage {
  if (threshold !== undefined) throw badRequest("Can't use score_threshold with an order_by query.");
  const ordering = orderingOf(collection, orderBy);
  return {
    isListing: true,
    run: (execution, input) =>
      orderedRows(execution.collection, () => inputRows(execution, input), ordering, input.limit),
  };
}
