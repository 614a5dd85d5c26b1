import type { SearchMatrixRequest } from '../../../../schemas/matrix.ts';
import { comparePointIds, type PointId } from '../../../shared/ids.ts';
import type { JsonWriter } from '../../../shared/json/writer.ts';
import { type Neighbour, neighboursInSample } from '../../query/matrix.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import { ComparedRows } from './compared-rows.ts';
import { drawRows } from './draw.ts';
import { vectorNamed } from './examples.ts';
import { weighted } from './idf.ts';
import { reportedScore } from './nearest.ts';
import { matchingRows } from './rows.ts';

const SAMPLE = 10;
const LIMIT = 3;

/** A sample of points, in the order of their ids, and for each the nearest others. */
interface Matrix {
  readonly ids: readonly PointId[];
  readonly neighbours: readonly (readonly (Neighbour & { readonly score: number })[])[];
}

const NOTHING: Matrix = { ids: [], neighbours: [] };

/** Writes `{"pairs":[…]}`. */
export function matrixPairs(
  collection: Collection,
  request: SearchMatrixRequest,
  writer: JsonWriter,
  cancel: Cancellation,
): void {
  const { ids, neighbours } = matrixOf(collection, request, cancel);
  let separator = '{"pairs":[{"a":';
  for (const [row, others] of neighbours.entries()) {
    for (const { column, score } of others) {
      writer.text(separator);
      separator = ',{"a":';
      writer.id(ids[row]!);
      writer.text(',"b":');
      writer.id(ids[column]!);
      writer.text(',"score":');
      writer.float32(score);
      writer.text('}');
    }
  }
  writer.text(separator.startsWith('{') ? '{"pairs":[]}' : ']}');
}

/** Writes the same as a sparse matrix: `{"offsets_row":[…],"offsets_col":[…],"scores":[…],"ids":[…]}`. */
export function matrixOffsets(
  collection: Collection,
  request: SearchMatrixRequest,
  writer: JsonWriter,
  cancel: Cancellation,
): void {
  const { ids, neighbours } = matrixOf(collection, request, cancel);
  const entries = neighbours.flatMap((others, row) => others.map((other) => ({ row, ...other })));
  writer.text(`{"offsets_row":[${entries.map(({ row }) => row).join()}]`);
  writer.text(`,"offsets_col":[${entries.map(({ column }) => column).join()}]`);
  writer.text(',"scores":');
  writer.float32Array(Float32Array.from(entries, ({ score }) => score));
  writer.text(',"ids":');
  let separator = '[';
  for (const id of ids) {
    writer.text(separator);
    separator = ',';
    writer.id(id);
  }
  writer.text(separator === '[' ? '[]}' : ']}');
}

/** @throws NEARIFY_WRONG_INPUT for an unknown vector. O(sample² · dim) */
function matrixOf(
  collection: Collection,
  { using, filter, sample, limit }: SearchMatrixRequest,
  cancel: Cancellation,
): Matrix {
  const config = vectorNamed(collection, using ?? '');
  const matching = matchingRows(collection, { filter: filter ?? undefined, excluded: [] }, cancel);
  const drawn = drawRows(collection, matching, sample ?? SAMPLE, ({ segment, offset }) =>
    segment.has(config.name, offset),
  );
  if (drawn.length < 2) return NOTHING;
  const rows = drawn
    .map((row) => ({ ...row, id: row.segment.idAt(row.offset) }))
    .toSorted((a, b) => comparePointIds(a.id, b.id));
  const compared = new ComparedRows(collection, rows);
  const neighbours = rows.map(({ segment, offset }, i) => {
    cancel.check();
    const value = segment.valueOf(config.name, offset)!;
    const example = weighted(collection, { config, value }, undefined, cancel);
    // A sparse vector that shares nothing with another one is not near to it.
    const similarities = compared.similaritiesTo(example, Number.NaN);
    return neighboursInSample(similarities, i, limit ?? LIMIT).map((neighbour) => ({
      ...neighbour,
      score: reportedScore(config.metric, neighbour.similarity),
    }));
  });
  return { ids: rows.map(({ id }) => id), neighbours };
}
