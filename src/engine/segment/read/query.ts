import type { QueryRequest } from '../../../../schemas/query.ts';
import type { JsonWriter } from '../../../shared/json/writer.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { FindCollection } from './examples.ts';
import { execute } from './execute.ts';
import { planQuery } from './plan.ts';
import { selection } from './record.ts';
import { writeScoredPoints } from './scored-points.ts';

/** What a request runs with. */
export interface QueryHost {
  readonly collection: Collection;
  /** For vectors and records of other collections. */
  readonly find: FindCollection;
  readonly cancel: Cancellation;
}

/** Answers one query request: writes `{"points":[…]}`. */
export function query(host: QueryHost, request: QueryRequest, writer: JsonWriter): void {
  writer.text('{"points":');
  writeQueryPoints(host, request, writer);
  writer.text('}');
}

/** The same as a bare array. */
export function writeQueryPoints(
  { collection, find, cancel }: QueryHost,
  request: QueryRequest,
  writer: JsonWriter,
): void {
  const selected = selection(collection, request.with_payload, request.with_vector);
  const plan = planQuery(collection, request, find);
  const { stage, prefetches, limit } = plan.root;
  // Random points have no first page.
  const offset = stage.isUnordered && prefetches.length === 0 ? 0 : Number(request.offset ?? 0);
  const rows = execute(collection, plan, offset + limit, cancel).slice(offset);
  writeScoredPoints(writer, { collection, selected, stage }, rows);
}
