import type { PointInsertOperations, PointStruct } from '../../../../schemas/points.ts';
import type { Filter } from '../../../../schemas/filter.ts';
import { badRequest, wrongInput } from '../../../shared/errors.ts';
import { parsePointId, type PointId } from '../../../shared/ids.ts';
import { RawJson } from '../../../shared/json/reader.ts';
import { payloadKey } from '../../../storage/keys.ts';
import { compileFilter, type Predicate } from '../../payload/filter/compile.ts';
import { readVector } from '../../vectors/vector-value.ts';
import type { Collection, Location } from '../collection.ts';
import { embedded, isInference } from '../inference.ts';
import { RowPoint } from '../read/row-point.ts';
import type { PointVectors, WriteTransaction } from './transaction.ts';

/** A point that fits the collection; payload as JSON text. */
export interface PreparedPoint {
  readonly id: PointId;
  readonly vectors: PointVectors;
  readonly payload: Uint8Array;
}

export interface PreparedUpsert {
  readonly points: readonly PreparedPoint[];
  readonly mode: 'upsert' | 'insert_only' | 'update_only';
  readonly filter: Filter | undefined;
}

const NO_PAYLOAD = new TextEncoder().encode('{}');

/**
 * Checks a request against the collection and brings both of its forms, list and columns, into one. Nothing is changed.
 * @throws NEARIFY_WRONG_INPUT for unknown vector names and wrong dimensions, NEARIFY_BAD_REQUEST if it is empty
 */
export function prepareUpsert(collection: Collection, request: PointInsertOperations): PreparedUpsert {
  const points = 'batch' in request ? columnsToPoints(request.batch) : request.points;
  if (points.length === 0) throw badRequest('Empty update request');
  return {
    points: points.map((point) => preparePoint(collection, point)),
    mode: request.update_mode ?? 'upsert',
    filter: request.update_filter ?? undefined,
  };
}

/** Applies a prepared request; of several points with one id the last one wins. */
export function applyUpsert(transaction: WriteTransaction, { points, mode, filter }: PreparedUpsert): void {
  const { context } = transaction.collection.indexes;
  const wanted = filter === undefined ? undefined : compileFilter(filter, context);
  for (const { id, vectors, payload } of points) {
    if (mode !== 'upsert' || wanted !== undefined) {
      const existing = transaction.locate(id);
      if (mode === 'insert_only' && existing !== undefined) continue;
      if (mode === 'update_only' && existing === undefined) continue;
      if (existing !== undefined && wanted !== undefined && !matches(transaction, existing, wanted)) continue;
    }
    transaction.put(id, vectors, payload);
  }
}

function matches(
  { collection }: WriteTransaction,
  { segment, offset }: Location,
  wanted: Predicate,
): boolean {
  const point = new RowPoint(segment);
  point.moveTo(offset, collection.env.get(payloadKey(segment.id, offset)) ?? NO_PAYLOAD);
  return wanted(point);
}

function columnsToPoints(batch: Extract<PointInsertOperations, { batch: unknown }>['batch']): PointStruct[] {
  const { ids, vectors, payloads } = batch;
  const vectorOf = Array.isArray(vectors)
    ? (i: number) => vectors[i]
    : (i: number) =>
        Object.fromEntries(Object.entries(vectors).map(([name, rows]) => [name, (rows as unknown[])[i]]));
  return ids.map((id, i) => ({ id, vector: vectorOf(i), payload: payloads?.[i] ?? null }) as PointStruct);
}

function preparePoint(collection: Collection, point: PointStruct): PreparedPoint {
  const payload: unknown = point.payload;
  return {
    // The schema has accepted the id, so it parses.
    id: parsePointId(point.id)!,
    vectors: prepareVectors(collection, point.vector),
    payload: payload instanceof RawJson ? payload.bytes : NO_PAYLOAD,
  };
}

/** The vectors that a request gives a point. @throws NEARIFY_WRONG_INPUT if one does not fit the collection */
export function prepareVectors(collection: Collection, vector: PointStruct['vector']): PointVectors {
  const isUnnamed = Array.isArray(vector) || vector instanceof Float32Array || isInference(vector);
  const named = isUnnamed ? { '': vector } : (vector as Record<string, unknown>);
  for (const name of Object.keys(named)) {
    if (!collection.vectors.some((config) => config.name === name)) {
      throw wrongInput(`Not existing vector name error: ${name}`);
    }
  }
  return collection.vectors.map((config) => {
    // An own property: a vector may be called like a method of every object.
    if (!Object.hasOwn(named, config.name)) return undefined;
    return readVector(config, embedded(named[config.name], 'document'));
  });
}
