/** Limits that a collection enforces in strict mode: as given in a request and as shown. */
import { Type, type Static, type TSchema } from 'typebox';
import { component } from './component.ts';
import { float64, opt, uint } from './scalars.ts';

const byName = <T extends TSchema>(limits: T) => Type.Record(Type.String(), limits);
const atLeast1 = () => opt(uint({ minimum: 1 }));
const any = () => opt(uint());

export const StrictModeMultivector = component(
  'StrictModeMultivector',
  Type.Object({ max_vectors: atLeast1() }),
);
export type StrictModeMultivector = Static<typeof StrictModeMultivector>;
export const StrictModeMultivectorConfig = component(
  'StrictModeMultivectorConfig',
  byName(StrictModeMultivector),
);
export type StrictModeMultivectorConfig = Static<typeof StrictModeMultivectorConfig>;

export const StrictModeSparse = component('StrictModeSparse', Type.Object({ max_length: atLeast1() }));
export type StrictModeSparse = Static<typeof StrictModeSparse>;
export const StrictModeSparseConfig = component('StrictModeSparseConfig', byName(StrictModeSparse));
export type StrictModeSparseConfig = Static<typeof StrictModeSparseConfig>;

/** The limits whose bounds are the same in a request and in an answer. */
const commonLimits = () => ({
  enabled: opt(Type.Boolean()),
  unindexed_filtering_retrieve: opt(Type.Boolean()),
  unindexed_filtering_update: opt(Type.Boolean()),
  search_max_hnsw_ef: any(),
  search_allow_exact: opt(Type.Boolean()),
  search_max_oversampling: opt(float64()),
  upsert_max_batchsize: any(),
  search_max_batchsize: any(),
  max_collection_vector_size_bytes: any(),
  max_collection_payload_size_bytes: any(),
  filter_max_conditions: any(),
  condition_max_size: any(),
  max_payload_index_count: any(),
});

export const StrictModeConfig = component(
  'StrictModeConfig',
  Type.Object({
    ...commonLimits(),
    max_query_limit: atLeast1(),
    max_timeout: atLeast1(),
    read_rate_limit: atLeast1(),
    write_rate_limit: atLeast1(),
    max_points_count: atLeast1(),
    multivector_config: opt(StrictModeMultivectorConfig),
    sparse_config: opt(StrictModeSparseConfig),
    max_resident_memory_percent: opt(uint({ minimum: 1, maximum: 100 }), { deprecated: true }),
  }),
);
export type StrictModeConfig = Static<typeof StrictModeConfig>;

export const StrictModeMultivectorOutput = component(
  'StrictModeMultivectorOutput',
  Type.Object({ max_vectors: any() }),
);
export type StrictModeMultivectorOutput = Static<typeof StrictModeMultivectorOutput>;
export const StrictModeMultivectorConfigOutput = component(
  'StrictModeMultivectorConfigOutput',
  byName(StrictModeMultivectorOutput),
);
export type StrictModeMultivectorConfigOutput = Static<typeof StrictModeMultivectorConfigOutput>;

export const StrictModeSparseOutput = component('StrictModeSparseOutput', Type.Object({ max_length: any() }));
export type StrictModeSparseOutput = Static<typeof StrictModeSparseOutput>;
export const StrictModeSparseConfigOutput = component(
  'StrictModeSparseConfigOutput',
  byName(StrictModeSparseOutput),
);
export type StrictModeSparseConfigOutput = Static<typeof StrictModeSparseConfigOutput>;

export const StrictModeConfigOutput = component(
  'StrictModeConfigOutput',
  Type.Object({
    ...commonLimits(),
    max_query_limit: any(),
    max_timeout: any(),
    read_rate_limit: any(),
    write_rate_limit: any(),
    max_points_count: any(),
    multivector_config: opt(StrictModeMultivectorConfigOutput),
    sparse_config: opt(StrictModeSparseConfigOutput),
    max_resident_memory_percent: opt(uint(), { deprecated: true }),
  }),
);
export type StrictModeConfigOutput = Static<typeof StrictModeConfigOutput>;
