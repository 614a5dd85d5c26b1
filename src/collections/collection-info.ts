import type { CollectionSettings } from '../../schemas/collection-update.ts';
import type { CollectionInfo, CreateCollection } from '../../schemas/collections.ts';
import { HNSW_DEFAULTS, OPTIMIZER_DEFAULTS, WAL_DEFAULTS } from '../shared/collection-defaults.ts';
import { given } from './given.ts';

/** What the running system knows of a collection, beside its parameters. */
export interface CollectionCounts {
  readonly points: number;
  readonly segments: number;
  readonly queuedUpdates: number;
  /** Vectors that an index holds. */
  readonly indexedVectors: number;
  /** Bytes of vectors that wait to be indexed. */
  readonly tailBytes: number;
  /** Rows that wait for the codes of a quantization. */
  readonly uncodedRows: number;
  /** Points move from worn segments to new ones, or FAISS indexes are missing or too old. */
  readonly isRebuilding: boolean;
  readonly payloadSchema: CollectionInfo['payload_schema'];
}

/** The info of a collection: what was given at its creation, echoed as it was, over the defaults. */
export function collectionInfo(params: CollectionSettings, counts: CollectionCounts): CollectionInfo {
  return {
    status: counts.tailBytes + counts.uncodedRows > 0 || counts.isRebuilding ? 'yellow' : 'green',
    optimizer_status: 'ok',
    indexed_vectors_count: counts.indexedVectors,
    points_count: counts.points,
    segments_count: counts.segments,
    config: {
      params: {
        vectors: params.vectors ?? {},
        shard_number: params.shard_number ?? 1,
        ...given({ sharding_method: params.sharding_method }),
        replication_factor: params.replication_factor ?? 1,
        write_consistency_factor: params.write_consistency_factor ?? 1,
        ...given({
          read_fan_out_factor: params.read_fan_out_factor,
          read_fan_out_delay_ms: params.read_fan_out_delay_ms,
        }),
        on_disk_payload: params.on_disk_payload ?? true,
        ...given({
          payload: params.payload,
          id_tracker: params.id_tracker,
          sparse_vectors: params.sparse_vectors,
        }),
      },
      hnsw_config: { ...HNSW_DEFAULTS, ...given(params.hnsw_config ?? {}) },
      optimizer_config: optimizerConfig(params),
      wal_config: { ...WAL_DEFAULTS, ...given(params.wal_config ?? {}) },
      quantization_config: params.quantization_config ?? null,
      ...given({
        strict_mode_config: params.strict_mode_config,
        metadata: params.metadata,
        index: params.index,
      }),
    },
    payload_schema: counts.payloadSchema,
    update_queue: { length: counts.queuedUpdates },
  } as CollectionInfo;
}

/**
 * The optimizer settings in force. `auto`, the default number of threads, shows as null: the info has no other word for it.
 */
export function optimizerConfig({ optimizers_config: diff }: CreateCollection) {
  const threads = diff?.max_optimization_threads;
  const shown = { ...diff, max_optimization_threads: threads === 'auto' ? null : threads };
  return { ...OPTIMIZER_DEFAULTS, ...given(shown) };
}
