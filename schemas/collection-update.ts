/** Changing a collection: what is given replaces what there was, the rest stays. */
import { Type, type Static } from 'typebox';
import { type CreateCollection, IdTrackerParams, PayloadStorageParams } from './collections.ts';
import { Payload } from './common.ts';
import { component, withFacts } from './component.ts';
import { HnswConfigDiff } from './hnsw.ts';
import { Memory } from './memory.ts';
import { OptimizersConfigDiff } from './optimizers.ts';
import { QuantizationConfigDiff } from './quantization.ts';
import { opt, uint, uint32 } from './scalars.ts';
import { StrictModeConfig } from './strict-mode.ts';
import { SparseVectorParams } from './vectors.ts';

export const VectorParamsDiff = component(
  'VectorParamsDiff',
  Type.Object({
    hnsw_config: opt(HnswConfigDiff),
    quantization_config: opt(QuantizationConfigDiff),
    on_disk: opt(Type.Boolean(), { deprecated: true }),
    memory: opt(Memory),
  }),
);
export type VectorParamsDiff = Static<typeof VectorParamsDiff>;

export const VectorsConfigDiff = component('VectorsConfigDiff', Type.Record(Type.String(), VectorParamsDiff));
export type VectorsConfigDiff = Static<typeof VectorsConfigDiff>;

export const SparseVectorsConfig = component(
  'SparseVectorsConfig',
  Type.Record(Type.String(), SparseVectorParams),
);
export type SparseVectorsConfig = Static<typeof SparseVectorsConfig>;

export const CollectionParamsDiff = component(
  'CollectionParamsDiff',
  Type.Object({
    replication_factor: opt(uint32({ minimum: 1 })),
    write_consistency_factor: opt(uint32({ minimum: 1 })),
    read_fan_out_factor: opt(uint32()),
    read_fan_out_delay_ms: opt(uint()),
    on_disk_payload: opt(Type.Boolean(), { deprecated: true }),
    payload: opt(PayloadStorageParams),
    id_tracker: opt(IdTrackerParams),
  }),
);
export type CollectionParamsDiff = Static<typeof CollectionParamsDiff>;

export const UpdateCollection = component(
  'UpdateCollection',
  withFacts(
    Type.Object({
      vectors: opt(VectorsConfigDiff, { description: 'By name; the unnamed vector is "".' }),
      optimizers_config: opt(OptimizersConfigDiff),
      params: opt(CollectionParamsDiff),
      hnsw_config: opt(HnswConfigDiff),
      quantization_config: opt(QuantizationConfigDiff),
      sparse_vectors: opt(SparseVectorsConfig),
      strict_mode_config: opt(StrictModeConfig),
      metadata: opt(Payload, { description: 'Merged key by key; null removes a key.' }),
    }),
    { aliases: { optimizer_config: 'optimizers_config', quantization: 'quantization_config' } },
  ),
);
export type UpdateCollection = Static<typeof UpdateCollection>;

/** The parameters of a collection as they are kept: those of its creation, and what only an update can set. */
export type CollectionSettings = CreateCollection &
  Pick<CollectionParamsDiff, 'read_fan_out_factor' | 'read_fan_out_delay_ms'>;
