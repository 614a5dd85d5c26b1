/** Points: writing, reading, deleting, scrolling and counting them. */
import { Type, type Static } from 'typebox';
import {
  ExtendedPointId,
  JsonPath,
  Payload,
  ShardKey,
  ShardKeySelector,
  WithPayloadInterface,
  WithVector,
} from './common.ts';
import { component, rule, withFacts } from './component.ts';
import { Filter } from './filter.ts';
import { float32, float64, int64, nullable, oneOf, opt, uint, uint64 } from './scalars.ts';
import { BatchVectorStruct, VectorStruct, VectorStructOutput } from './vectors.ts';

const WITH_VECTORS = { with_vectors: 'with_vector' };
const shardKey = () => opt(ShardKeySelector, { description: 'Shards to ask, with custom sharding.' });

export const PointStruct = component(
  'PointStruct',
  Type.Object({ id: ExtendedPointId, vector: VectorStruct, payload: opt(Payload) }),
);
export type PointStruct = Static<typeof PointStruct>;

export const UpdateMode = component('UpdateMode', oneOf(['upsert', 'insert_only', 'update_only']));
export type UpdateMode = Static<typeof UpdateMode>;

export const Batch = component(
  'Batch',
  rule(
    Type.Object({
      ids: Type.Array(ExtendedPointId),
      vectors: BatchVectorStruct,
      payloads: opt(Type.Array(nullable(Payload))),
    }),
    ({ ids, vectors, payloads }) => {
      const columns = Array.isArray(vectors) ? [vectors] : Object.values(vectors);
      const odd = columns.find((column) => column.length !== ids.length);
      if (odd !== undefined) return columnFault('vectors', ids.length, odd.length);
      if (payloads && payloads.length !== ids.length) {
        return columnFault('payloads', ids.length, payloads.length);
      }
      return undefined;
    },
  ),
);
export type Batch = Static<typeof Batch>;

function columnFault(column: string, idCount: number, count: number) {
  return { at: 'batch', message: `number of ids and ${column} must be equal (${idCount} != ${count})` };
}

/** What both forms of an upsert can say besides the points. */
const upsertOptions = () => ({
  shard_key: shardKey(),
  update_filter: opt(Filter, {
    description: 'Existing points that fail it are left as they are; new points are still inserted.',
  }),
  update_mode: opt(UpdateMode),
});

export const PointsBatch = component('PointsBatch', Type.Object({ batch: Batch, ...upsertOptions() }));
export type PointsBatch = Static<typeof PointsBatch>;

export const PointsList = component(
  'PointsList',
  Type.Object({ points: Type.Array(PointStruct), ...upsertOptions() }),
);
export type PointsList = Static<typeof PointsList>;

export const PointInsertOperations = component(
  'PointInsertOperations',
  withFacts(Type.Union([PointsBatch, PointsList], { description: 'Points as columns or as a list.' }), {
    tellsInside: true,
  }),
);
export type PointInsertOperations = Static<typeof PointInsertOperations>;

export const UpdateStatus = component('UpdateStatus', oneOf(['acknowledged', 'completed', 'wait_timeout']));
export type UpdateStatus = Static<typeof UpdateStatus>;

export const UpdateResult = component(
  'UpdateResult',
  Type.Object({
    operation_id: opt(uint64(), { description: 'Number of the operation in the log of the collection.' }),
    status: UpdateStatus,
  }),
);
export type UpdateResult = Static<typeof UpdateResult>;

export const PointIdsList = component(
  'PointIdsList',
  Type.Object({ points: Type.Array(ExtendedPointId), shard_key: shardKey() }),
);
export type PointIdsList = Static<typeof PointIdsList>;

export const FilterSelector = component(
  'FilterSelector',
  Type.Object({ filter: Filter, shard_key: shardKey() }),
);
export type FilterSelector = Static<typeof FilterSelector>;

export const PointsSelector = component(
  'PointsSelector',
  withFacts(Type.Union([PointIdsList, FilterSelector], { description: 'Points by id or by filter.' }), {
    tellsInside: true,
  }),
);
export type PointsSelector = Static<typeof PointsSelector>;

export const PointVectors = component(
  'PointVectors',
  rule(Type.Object({ id: ExtendedPointId, vector: VectorStruct }), ({ vector }) =>
    isNothing(vector) ? { at: 'vector', message: 'must specify vectors to update for point' } : undefined,
  ),
);
export type PointVectors = Static<typeof PointVectors>;

function isNothing(vector: VectorStruct): boolean {
  return !Array.isArray(vector) && !(vector instanceof Float32Array) && Object.keys(vector).length === 0;
}

export const UpdateVectors = component(
  'UpdateVectors',
  rule(
    Type.Object({
      points: Type.Array(PointVectors, { minItems: 1, description: 'Points with the vectors that change.' }),
      shard_key: shardKey(),
      update_filter: opt(Filter, { description: 'Points that fail it are left as they are.' }),
    }),
    ({ points }) =>
      points.length === 0 ? { at: 'points', message: 'must specify points to update' } : undefined,
  ),
);
export type UpdateVectors = Static<typeof UpdateVectors>;

export const DeleteVectors = component(
  'DeleteVectors',
  withFacts(
    rule(
      Type.Object({
        points: opt(Type.Array(ExtendedPointId)),
        filter: opt(Filter),
        vector: Type.Array(Type.String(), {
          minItems: 1,
          uniqueItems: true,
          description: 'Names of the vectors to delete.',
        }),
        shard_key: shardKey(),
      }),
      ({ vector }) =>
        vector.length === 0 ? { at: 'vector', message: 'must specify vector names to delete' } : undefined,
    ),
    { aliases: { vectors: 'vector' } },
  ),
);
export type DeleteVectors = Static<typeof DeleteVectors>;

export const PointRequest = component(
  'PointRequest',
  withFacts(
    Type.Object({
      shard_key: shardKey(),
      ids: Type.Array(ExtendedPointId),
      with_payload: opt(WithPayloadInterface),
      with_vector: Type.Optional(WithVector),
    }),
    { aliases: WITH_VECTORS },
  ),
);
export type PointRequest = Static<typeof PointRequest>;

export const OrderValue = component(
  'OrderValue',
  Type.Union([int64(), float64()], { description: 'The value by which the record was ordered.' }),
);
export type OrderValue = Static<typeof OrderValue>;

export const Record = component(
  'Record',
  Type.Object({
    id: ExtendedPointId,
    payload: opt(Payload),
    vector: opt(VectorStructOutput),
    shard_key: opt(ShardKey),
    order_value: opt(OrderValue),
  }),
);
export type Record = Static<typeof Record>;

export const ScoredPoint = component(
  'ScoredPoint',
  Type.Object({
    id: ExtendedPointId,
    version: uint64({ description: 'Number of the operation that wrote the point last.' }),
    score: float32({ description: 'Similarity or distance, as the metric of the vector has it.' }),
    payload: opt(Payload),
    vector: opt(VectorStructOutput),
    shard_key: opt(ShardKey),
    order_value: opt(OrderValue),
  }),
);
export type ScoredPoint = Static<typeof ScoredPoint>;

export const Direction = component('Direction', oneOf(['asc', 'desc']));
export type Direction = Static<typeof Direction>;

export const StartFrom = component(
  'StartFrom',
  Type.Union([int64(), float64(), Type.String({ format: 'date-time' })]),
);
export type StartFrom = Static<typeof StartFrom>;

export const OrderBy = component(
  'OrderBy',
  Type.Object({ key: JsonPath, direction: opt(Direction), start_from: opt(StartFrom) }),
);
export type OrderBy = Static<typeof OrderBy>;

export const OrderByInterface = component('OrderByInterface', Type.Union([JsonPath, OrderBy]));
export type OrderByInterface = Static<typeof OrderByInterface>;

export const ScrollRequest = component(
  'ScrollRequest',
  withFacts(
    Type.Object({
      shard_key: shardKey(),
      offset: opt(ExtendedPointId, { description: 'Id of the first point of the page.' }),
      limit: opt(uint64({ minimum: 1 }), { description: 'Points of a page, 10 if not given.' }),
      filter: opt(Filter),
      with_payload: opt(WithPayloadInterface, { description: 'All of it if not given.' }),
      with_vector: Type.Optional(WithVector),
      order_by: opt(OrderByInterface),
    }),
    { aliases: WITH_VECTORS, flattenedAs: 'scroll_request' },
  ),
);
export type ScrollRequest = Static<typeof ScrollRequest>;

export const ScrollResult = component(
  'ScrollResult',
  Type.Object({
    points: Type.Array(Record),
    next_page_offset: opt(ExtendedPointId, { description: 'Where the next page starts; null at the end.' }),
  }),
);
export type ScrollResult = Static<typeof ScrollResult>;

export const CountRequest = component(
  'CountRequest',
  withFacts(
    Type.Object({
      shard_key: shardKey(),
      filter: opt(Filter),
      exact: Type.Optional(Type.Boolean({ default: true, description: 'False allows an estimate.' })),
    }),
    { flattenedAs: 'count_request' },
  ),
);
export type CountRequest = Static<typeof CountRequest>;

export const CountResult = component('CountResult', Type.Object({ count: uint() }));
export type CountResult = Static<typeof CountResult>;
