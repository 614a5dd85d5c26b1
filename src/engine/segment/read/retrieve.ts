import type { PointId } from '../../../shared/ids.ts';
import { payloadKey } from '../../../storage/keys.ts';
import type { JsonWriter } from '../../../shared/json/writer.ts';
import { type Collection, type Location, locate } from '../collection.ts';
import { type Selection, writeRecord } from './record.ts';

/** Writes an array with the records of the ids that exist, in the order asked for, each id once. */
export function retrieve(
  collection: Collection,
  ids: readonly PointId[],
  selected: Selection,
  writer: JsonWriter,
): void {
  let separator = '[';
  for (const id of new Set(ids)) {
    const row = storedRow(collection, id);
    if (row === undefined) continue;
    writer.text(separator);
    separator = ',';
    writeRecord(writer, selected, row);
  }
  writer.text(separator === '[' ? '[]' : ']');
}

/** Writes the record of one point; false, and nothing written, if there is none. */
export function retrieveOne(
  collection: Collection,
  id: PointId,
  selected: Selection,
  writer: JsonWriter,
): boolean {
  const row = storedRow(collection, id);
  if (row !== undefined) writeRecord(writer, selected, row);
  return row !== undefined;
}

/** The stored row of a point, undefined if there is none. Call `env.refresh()` before. */
export function storedRow(
  collection: Collection,
  id: PointId,
): { at: Location; payload: Buffer } | undefined {
  const at = locate(collection, id);
  const payload = at && collection.env.get(payloadKey(at.segment.id, at.offset));
  return at && payload && { at, payload };
}
