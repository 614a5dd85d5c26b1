/** The rows that an update names by ids or by a filter. */
import type { Filter } from '../../../../schemas/filter.ts';
import { badRequest, notFound, type ServiceError } from '../../../shared/errors.ts';
import { parsePointId, type PointId, pointIdJson } from '../../../shared/ids.ts';
import { compileFilter } from '../../payload/filter/compile.ts';
import { evaluateFilter } from '../../payload/filter/evaluate.ts';
import { forEachBit, setBit } from '../../payload/filter/truth.ts';
import type { Location } from '../collection.ts';
import { RowAnswers } from '../read/row-answers.ts';
import { RowPoint } from '../read/row-point.ts';
import type { WriteTransaction } from './transaction.ts';

/** Ids or a filter; ids win where both are given. */
export interface RowSelector {
  readonly points?: readonly unknown[] | null;
  readonly filter?: Filter | null;
}

/** Changes one row, given its payload as stored. */
export type RowChange = (at: Location, payload: Buffer) => void;

/** @throws NEARIFY_BAD_REQUEST for an empty list of ids, or the error of a filter that does not compile */
export function requirePoints({ points, filter }: RowSelector): void {
  if (points?.length === 0) throw badRequest('Empty update request');
  if (!points && filter) compileFilter(filter);
}

/**
 * Calls `change` for the current row of every point selected.
 * @throws NEARIFY_NOT_FOUND for the first unknown id, after the known ones were changed
 */
export function forEachSelected(
  transaction: WriteTransaction,
  selector: RowSelector,
  change: RowChange,
): void {
  const { points, filter } = selector;
  if (!points) {
    if (filter) forEachMatch(transaction, filter, change);
    return;
  }
  let missing: PointId | undefined;
  for (const given of points) {
    const id = parsePointId(given)!;
    const at = transaction.locate(id);
    const payload = at && transaction.payloadAt(at);
    if (at !== undefined && payload !== undefined) change(at, payload);
    else missing ??= id;
  }
  if (missing !== undefined) throw pointNotFound(missing);
}

export function pointNotFound(id: PointId): ServiceError {
  return notFound(`No point with id ${pointIdJson(id).replaceAll('"', '')} found`);
}

/**
 * Calls `change` for the row of every live point that matches, what this transaction has done so far included. The
 * change may be anything but a new row. O(rows / 32 + rows that may match).
 */
export function forEachMatch(transaction: WriteTransaction, filter: Filter, change: RowChange): void {
  const { indexes, env } = transaction.collection;
  const predicate = compileFilter(filter, indexes.context);
  for (const segment of transaction.segments) {
    const point = new RowPoint(segment);
    const test = (offset: number): void => {
      const at = { segment, offset };
      const payload = transaction.payloadAt(at);
      if (payload === undefined) return;
      point.moveTo(offset, payload);
      if (predicate(point)) change(at, payload);
    };
    const published = segment.count;
    const answers = new RowAnswers(segment, published, { env, indexes });
    const possible = evaluateFilter(filter, answers).possible.slice();
    // Columns do not show yet what this transaction has changed.
    for (const offset of transaction.rewrittenRows(segment)) setBit(possible, offset);
    forEachBit(possible, 0, test);
    const end = transaction.rowsEnd(segment);
    for (let offset = published; offset < end; offset++) test(offset);
  }
}
