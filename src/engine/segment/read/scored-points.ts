import { pointIdJson } from '../../../shared/ids.ts';
import type { JsonWriter } from '../../../shared/json/writer.ts';
import type { Collection } from '../collection.ts';
import { currentRow, type Selection, writeSelected } from './record.ts';
import type { ScoredRow } from './rows.ts';
import type { Stage } from './stage.ts';

/** What of the found points is shown. */
export interface Shown {
  readonly collection: Collection;
  readonly selected: Selection;
  /** Of the root: it found the points. */
  readonly stage: Stage;
}

/** Writes an array of scored points; those that were deleted since they were found are left out. */
export function writeScoredPoints(writer: JsonWriter, shown: Shown, rows: readonly ScoredRow[]): void {
  shown.collection.env.refresh();
  let separator = '[';
  for (const row of rows) {
    if (writeScoredPoint(writer, shown, row, separator)) separator = ',';
  }
  writer.text(separator === '[' ? '[]' : ']');
}

/** Writes the separator and the point, or nothing if there is no such point any more. */
function writeScoredPoint(
  writer: JsonWriter,
  { collection, selected, stage }: Shown,
  row: ScoredRow,
  separator: string,
): boolean {
  const current = currentRow(collection, row, selected.payload !== undefined);
  if (current === undefined) return false;
  const { at, payload } = current;
  // One piece of text: each costs as much as its characters.
  const start = `${separator}{"id":${pointIdJson(at.segment.idAt(at.offset))}`;
  if (stage.isListing === true) {
    writer.text(`${start},"version":0,"score":1.0`);
  } else {
    writer.text(`${start},"version":${at.segment.versionAt(at.offset)},"score":`);
    writer.float32(row.score);
  }
  writeSelected(writer, selected, at, payload);
  if (row.orderValue !== undefined) writer.text(`,"order_value":${row.orderValue}`);
  writer.text('}');
  return true;
}
