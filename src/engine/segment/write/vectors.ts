import type { DeleteVectors, UpdateVectors } from '../../../../schemas/points.ts';
import { badRequest, wrongInput } from '../../../shared/errors.ts';
import { parsePointId, type PointId } from '../../../shared/ids.ts';
import { compileFilter } from '../../payload/filter/compile.ts';
import type { Collection, Location } from '../collection.ts';
import { RowPoint } from '../read/row-point.ts';
import { forEachMatch, forEachSelected, pointNotFound } from './select-rows.ts';
import type { PointVectors, WriteTransaction } from './transaction.ts';
import { prepareVectors } from './upsert.ts';

/**
 * Checks a request to give points new vectors, beside those that they keep; the result does it, in the order of the
 * request. @throws NEARIFY_WRONG_INPUT for vectors that do not fit the collection
 */
export function prepareUpdateVectors(
  collection: Collection,
  { points, update_filter: filter }: UpdateVectors,
): (transaction: WriteTransaction) => void {
  const wanted = filter ? compileFilter(filter, collection.indexes.context) : undefined;
  const updates = points.map(({ id, vector }) => ({
    // The schema has accepted the id, so it parses.
    id: parsePointId(id)!,
    vectors: prepareVectors(collection, vector),
  }));
  return (transaction) => {
    let missing: PointId | undefined;
    for (const { id, vectors } of updates) {
      const at = transaction.locate(id);
      const payload = at && transaction.payloadAt(at);
      if (at === undefined || payload === undefined) {
        missing ??= id;
        continue;
      }
      const point = new RowPoint(at.segment);
      point.moveTo(at.offset, payload);
      if (wanted === undefined || wanted(point))
        transaction.put(id, merged(transaction, at, vectors), payload);
    }
    if (missing !== undefined) throw pointNotFound(missing);
  };
}

function merged(transaction: WriteTransaction, at: Location, vectors: PointVectors): PointVectors {
  const stored = transaction.vectorsOf(at);
  return vectors.map((value, i) => value ?? stored[i]);
}

/**
 * Checks a request to take vectors from points; the result does it, first for those that match the filter, then for those
 * that are named. @throws NEARIFY_BAD_REQUEST without either, NEARIFY_WRONG_INPUT for names that the collection lacks
 */
export function prepareDeleteVectors(
  collection: Collection,
  { points, filter, vector: names }: DeleteVectors,
): (transaction: WriteTransaction) => void {
  if (!points && !filter) throw badRequest('No filter or points provided');
  if (points?.length === 0) throw badRequest('Empty update request');
  if (filter) compileFilter(filter);
  const known = collection.vectors.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw wrongInput(`Not existing vector name error: ${unknown}`);
  const isKept = known.map((name) => !names.includes(name));
  return (transaction) => {
    const remove = (at: Location, payload: Buffer) => removeVectors(transaction, at, payload, isKept);
    if (filter) {
      const matches: [Location, Buffer][] = [];
      forEachMatch(transaction, filter, (at, payload) => matches.push([at, payload]));
      for (const [at, payload] of matches) remove(at, payload);
    }
    if (points) forEachSelected(transaction, { points }, remove);
  };
}

function removeVectors(
  transaction: WriteTransaction,
  at: Location,
  payload: Buffer,
  isKept: readonly boolean[],
): void {
  const stored = transaction.vectorsOf(at);
  const kept = stored.map((value, i) => (isKept[i] ? value : undefined));
  if (kept.every((value, i) => value === stored[i])) transaction.rewrite(at, payload);
  else transaction.put(at.segment.idAt(at.offset), kept, payload);
}
