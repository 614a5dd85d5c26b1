import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CollectionInfo, type CreateCollection } from '../../../schemas/collections.ts';
import { collectionInfo } from '../../../src/collections/collection-info.ts';
import { compileValidator } from '../../../src/shared/validation.ts';

const COUNTS = {
  points: 7,
  segments: 2,
  queuedUpdates: 3,
  indexedVectors: 0,
  tailBytes: 0,
  uncodedRows: 0,
  isRebuilding: false,
  payloadSchema: { k: { data_type: 'keyword', points: 3 } },
} as const;
const validate = compileValidator(CollectionInfo, { part: 'JSON body' });

/** The info, after checking it against the schema that is documented for it. */
function infoOf(params: CreateCollection): CollectionInfo {
  const info = collectionInfo(params, COUNTS);
  validate(structuredClone(info));
  return info;
}

test('a collection of defaults shows them as Qdrant does', () => {
  assert.deepEqual(infoOf({ vectors: { size: 4, distance: 'Cosine' } }), {
    status: 'green',
    optimizer_status: 'ok',
    indexed_vectors_count: 0,
    points_count: 7,
    segments_count: 2,
    config: {
      params: {
        vectors: { size: 4, distance: 'Cosine' },
        shard_number: 1,
        replication_factor: 1,
        write_consistency_factor: 1,
        on_disk_payload: true,
      },
      hnsw_config: {
        m: 16,
        ef_construct: 100,
        full_scan_threshold: 10_000,
        max_indexing_threads: 0,
        on_disk: false,
      },
      optimizer_config: {
        deleted_threshold: 0.2,
        vacuum_min_vector_number: 1000,
        default_segment_number: 0,
        max_segment_size: null,
        memmap_threshold: null,
        indexing_threshold: 10_000,
        flush_interval_sec: 5,
        max_optimization_threads: null,
        prevent_unoptimized: null,
      },
      wal_config: { wal_capacity_mb: 32, wal_segments_ahead: 0, wal_retain_closed: 1 },
      quantization_config: null,
    },
    payload_schema: { k: { data_type: 'keyword', points: 3 } },
    update_queue: { length: 3 },
  });
});

test('what was given is echoed as it was, over the defaults', () => {
  const params: CreateCollection = {
    vectors: { a: { size: 4, distance: 'Dot', on_disk: true, hnsw_config: { m: 8 } } },
    sparse_vectors: { s: { modifier: 'idf' } },
    shard_number: 2,
    sharding_method: 'custom',
    replication_factor: 3,
    write_consistency_factor: 2,
    on_disk_payload: false,
    payload: { memory: 'cached' },
    hnsw_config: { m: 0, payload_m: 12 },
    optimizers_config: { indexing_threshold: 0, max_segment_size: 5 },
    wal_config: { wal_capacity_mb: 1 },
    quantization_config: { scalar: { type: 'int8' } },
    strict_mode_config: { enabled: true },
    metadata: { owner: null },
  };
  const { config } = infoOf(params);
  assert.deepEqual(config.params, {
    vectors: params.vectors,
    sparse_vectors: params.sparse_vectors,
    shard_number: 2,
    sharding_method: 'custom',
    replication_factor: 3,
    write_consistency_factor: 2,
    on_disk_payload: false,
    payload: { memory: 'cached' },
  });
  assert.deepEqual([config.hnsw_config.m, config.hnsw_config.payload_m], [0, 12]);
  assert.equal(config.hnsw_config.ef_construct, 100);
  assert.deepEqual(
    [config.optimizer_config.indexing_threshold, config.optimizer_config.max_segment_size],
    [0, 5],
  );
  assert.deepEqual(config.wal_config, { wal_capacity_mb: 1, wal_segments_ahead: 0, wal_retain_closed: 1 });
  assert.deepEqual(config.quantization_config, params.quantization_config);
  assert.deepEqual(config.strict_mode_config, { enabled: true });
  assert.deepEqual(config.metadata, { owner: null });
});

test('null says nothing', () => {
  const withNulls: CreateCollection = {
    vectors: { size: 4, distance: 'Cosine' },
    sharding_method: null,
    hnsw_config: { m: null, ef_construct: null, memory: null },
    optimizers_config: null,
    wal_config: { wal_capacity_mb: null },
    quantization_config: null,
    payload: null,
    strict_mode_config: null,
    metadata: null,
  };
  assert.deepEqual(infoOf(withNulls), infoOf({ vectors: { size: 4, distance: 'Cosine' } }));
});

test('without vectors the list of them is empty', () => {
  assert.deepEqual(infoOf({}).config.params.vectors, {});
});

function statusWith(counts: object): string {
  return collectionInfo({}, { ...COUNTS, ...counts }).status;
}

test('a collection is yellow while rows wait for an index or for the codes of a quantization', () => {
  assert.equal(statusWith({}), 'green');
  assert.equal(statusWith({ tailBytes: 8 }), 'yellow');
  assert.equal(statusWith({ uncodedRows: 1 }), 'yellow');
  assert.equal(statusWith({ isRebuilding: true }), 'yellow');
});
