/** Collections: creating them and what is told about them. */
import { Type, type Static } from 'typebox';
import { Payload } from './common.ts';
import { component, rule, withFacts } from './component.ts';
import { HnswConfig, HnswConfigDiff } from './hnsw.ts';
import { Memory } from './memory.ts';
import { OptimizersConfig, OptimizersConfigDiff, WalConfig, WalConfigDiff } from './optimizers.ts';
import { PayloadIndexInfo } from './payload-index.ts';
import { QuantizationConfig } from './quantization.ts';
import { nonZero, oneOf, opt, uint, uint32 } from './scalars.ts';
import { StrictModeConfig, StrictModeConfigOutput } from './strict-mode.ts';
import { SparseVectorParams, VectorsConfig } from './vectors.ts';

export const ShardingMethod = component('ShardingMethod', oneOf(['auto', 'custom']));
export type ShardingMethod = Static<typeof ShardingMethod>;

export const PayloadStorageParams = component(
  'PayloadStorageParams',
  rule(Type.Object({ memory: opt(Memory) }), (params) =>
    params.memory === 'pinned'
      ? { at: 'memory', message: '`pinned` memory is not supported for payload storage' }
      : undefined,
  ),
);
export type PayloadStorageParams = Static<typeof PayloadStorageParams>;

export const IdTrackerParams = component('IdTrackerParams', Type.Object({ memory: opt(Memory) }));
export type IdTrackerParams = Static<typeof IdTrackerParams>;

export const IndexParams = component(
  'IndexParams',
  Type.Object({
    engine: opt(oneOf(['hnsw', 'faiss']), {
      description:
        'Searches without a filter go by this engine: `hnsw` is built in, `faiss` has to be installed on the server.',
    }),
  }),
);
export type IndexParams = Static<typeof IndexParams>;

const onDiskPayload = () => opt(Type.Boolean(), { deprecated: true, description: 'Use `payload` instead.' });

export const CreateCollection = component(
  'CreateCollection',
  withFacts(
    Type.Object({
      vectors: Type.Optional(VectorsConfig),
      shard_number: opt(uint32({ minimum: 1 })),
      sharding_method: opt(ShardingMethod),
      replication_factor: opt(uint32({ minimum: 1 })),
      write_consistency_factor: opt(uint32({ minimum: 1 })),
      on_disk_payload: onDiskPayload(),
      payload: opt(PayloadStorageParams),
      id_tracker: opt(IdTrackerParams),
      hnsw_config: opt(HnswConfigDiff),
      wal_config: opt(WalConfigDiff),
      optimizers_config: opt(OptimizersConfigDiff),
      quantization_config: opt(QuantizationConfig),
      sparse_vectors: opt(Type.Record(Type.String(), SparseVectorParams)),
      strict_mode_config: opt(StrictModeConfig),
      metadata: opt(Payload, { description: 'Any JSON object, kept and shown with the collection.' }),
      index: opt(IndexParams, { description: 'Of this server only; its own setting if not given.' }),
    }),
    { aliases: { optimizer_config: 'optimizers_config', quantization: 'quantization_config' } },
  ),
);
export type CreateCollection = Static<typeof CreateCollection>;

export const CollectionDescription = component('CollectionDescription', Type.Object({ name: Type.String() }));
export type CollectionDescription = Static<typeof CollectionDescription>;

export const CollectionsResponse = component(
  'CollectionsResponse',
  Type.Object({ collections: Type.Array(CollectionDescription) }),
);
export type CollectionsResponse = Static<typeof CollectionsResponse>;

export const CollectionExistence = component('CollectionExistence', Type.Object({ exists: Type.Boolean() }));
export type CollectionExistence = Static<typeof CollectionExistence>;

export const CollectionStatus = component(
  'CollectionStatus',
  oneOf(['green', 'yellow', 'grey', 'red'], {
    description: 'Green: all is well. Yellow: optimizing. Grey: optimizations wait. Red: a fault.',
  }),
);
export type CollectionStatus = Static<typeof CollectionStatus>;

export const OptimizersStatus = component(
  'OptimizersStatus',
  Type.Union([oneOf(['ok']), Type.Object({ error: Type.String() }, { additionalProperties: false })]),
);
export type OptimizersStatus = Static<typeof OptimizersStatus>;

export const CollectionWarning = component('CollectionWarning', Type.Object({ message: Type.String() }));
export type CollectionWarning = Static<typeof CollectionWarning>;

export const CollectionParams = component(
  'CollectionParams',
  Type.Object({
    vectors: Type.Optional(VectorsConfig),
    shard_number: Type.Optional(nonZero(uint32({ minimum: 1, default: 1 }))),
    sharding_method: opt(ShardingMethod),
    replication_factor: Type.Optional(nonZero(uint32({ minimum: 1, default: 1 }))),
    write_consistency_factor: Type.Optional(nonZero(uint32({ minimum: 1, default: 1 }))),
    read_fan_out_factor: opt(uint32()),
    read_fan_out_delay_ms: opt(uint()),
    on_disk_payload: onDiskPayload(),
    payload: opt(PayloadStorageParams),
    id_tracker: opt(IdTrackerParams),
    sparse_vectors: opt(Type.Record(Type.String(), SparseVectorParams)),
  }),
);
export type CollectionParams = Static<typeof CollectionParams>;

export const CollectionConfig = component(
  'CollectionConfig',
  Type.Object({
    params: CollectionParams,
    hnsw_config: HnswConfig,
    optimizer_config: OptimizersConfig,
    wal_config: opt(WalConfig),
    quantization_config: opt(QuantizationConfig),
    strict_mode_config: opt(StrictModeConfigOutput),
    metadata: opt(Payload),
    index: opt(IndexParams),
  }),
);
export type CollectionConfig = Static<typeof CollectionConfig>;

export const UpdateQueueInfo = component(
  'UpdateQueueInfo',
  Type.Object({ length: uint(), deferred_points: opt(uint()) }),
);
export type UpdateQueueInfo = Static<typeof UpdateQueueInfo>;

export const CollectionInfo = component(
  'CollectionInfo',
  Type.Object({
    status: CollectionStatus,
    optimizer_status: OptimizersStatus,
    warnings: Type.Optional(Type.Array(CollectionWarning)),
    indexed_vectors_count: opt(uint()),
    points_count: opt(uint()),
    segments_count: uint(),
    config: CollectionConfig,
    payload_schema: Type.Record(Type.String(), PayloadIndexInfo),
    update_queue: opt(UpdateQueueInfo),
  }),
);
export type CollectionInfo = Static<typeof CollectionInfo>;
