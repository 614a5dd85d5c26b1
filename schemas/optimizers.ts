/** Settings of the optimizer and of the write-ahead log: as given in a request and as shown. */
import { Type, type Static } from 'typebox';
import { component, withFacts } from './component.ts';
import { float64, nullable, oneOf, opt, uint } from './scalars.ts';

export const MaxOptimizationThreadsSetting = component('MaxOptimizationThreadsSetting', oneOf(['auto']));
export type MaxOptimizationThreadsSetting = Static<typeof MaxOptimizationThreadsSetting>;

export const MaxOptimizationThreads = component(
  'MaxOptimizationThreads',
  Type.Union([MaxOptimizationThreadsSetting, uint()]),
);
export type MaxOptimizationThreads = Static<typeof MaxOptimizationThreads>;

export const OptimizersConfigDiff = component(
  'OptimizersConfigDiff',
  withFacts(
    Type.Object({
      deleted_threshold: opt(float64({ minimum: 0, maximum: 1 }), {
        description: 'Share of deleted points from which a segment is rewritten.',
      }),
      vacuum_min_vector_number: opt(uint({ minimum: 100 })),
      default_segment_number: opt(uint()),
      max_segment_size: opt(uint({ minimum: 1 })),
      memmap_threshold: opt(uint(), { deprecated: true }),
      indexing_threshold: opt(uint(), {
        description: 'Kilobytes of vectors from which a segment gets an index; 0: never.',
      }),
      flush_interval_sec: opt(uint()),
      max_optimization_threads: opt(MaxOptimizationThreads),
      prevent_unoptimized: opt(Type.Boolean()),
    }),
    {
      aliases: {
        max_segment_size_kb: 'max_segment_size',
        memmap_threshold_kb: 'memmap_threshold',
        indexing_threshold_kb: 'indexing_threshold',
      },
    },
  ),
);
export type OptimizersConfigDiff = Static<typeof OptimizersConfigDiff>;

export const OptimizersConfig = component(
  'OptimizersConfig',
  Type.Object({
    deleted_threshold: Type.Optional(float64({ minimum: 0, maximum: 1, default: 0.2 })),
    vacuum_min_vector_number: Type.Optional(uint({ minimum: 100, default: 1000 })),
    default_segment_number: uint(),
    max_segment_size: Type.Optional(nullable(uint({ minimum: 1 }))),
    memmap_threshold: opt(uint(), { deprecated: true }),
    indexing_threshold: opt(uint()),
    flush_interval_sec: uint(),
    max_optimization_threads: opt(uint()),
    prevent_unoptimized: opt(Type.Boolean()),
  }),
);
export type OptimizersConfig = Static<typeof OptimizersConfig>;

export const WalConfigDiff = component(
  'WalConfigDiff',
  Type.Object({
    wal_capacity_mb: opt(uint({ minimum: 1 })),
    wal_segments_ahead: opt(uint()),
    wal_retain_closed: opt(uint()),
  }),
);
export type WalConfigDiff = Static<typeof WalConfigDiff>;

export const WalConfig = component(
  'WalConfig',
  Type.Object({
    wal_capacity_mb: uint({ minimum: 1 }),
    wal_segments_ahead: uint(),
    wal_retain_closed: Type.Optional(uint({ minimum: 1, default: 1 })),
  }),
);
export type WalConfig = Static<typeof WalConfig>;
