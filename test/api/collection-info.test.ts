import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

interface Info {
  readonly points_count: number;
  readonly config: {
    readonly params: Readonly<Record<string, unknown>>;
    readonly hnsw_config: Readonly<Record<string, unknown>>;
    readonly optimizer_config: Readonly<Record<string, unknown>>;
    readonly wal_config: Readonly<Record<string, unknown>>;
    readonly quantization_config: unknown;
    readonly metadata?: unknown;
    readonly strict_mode_config?: unknown;
  };
}

const api = await buildTestApp({ after });
const info = (name: string) => api.result<Info>('GET', `/collections/${name}`);
const VECTORS = { size: 4, distance: 'Cosine' };

test('a collection with defaults', async () => {
  await api.create('defaults', VECTORS);
  assert.deepEqual(await info('defaults'), {
    status: 'green',
    optimizer_status: 'ok',
    indexed_vectors_count: 0,
    points_count: 0,
    segments_count: 1,
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
        full_scan_threshold: 10000,
        max_indexing_threads: 0,
        on_disk: false,
      },
      optimizer_config: {
        deleted_threshold: 0.2,
        vacuum_min_vector_number: 1000,
        default_segment_number: 0,
        max_segment_size: null,
        memmap_threshold: null,
        indexing_threshold: 10000,
        flush_interval_sec: 5,
        max_optimization_threads: null,
        prevent_unoptimized: null,
      },
      wal_config: { wal_capacity_mb: 32, wal_segments_ahead: 0, wal_retain_closed: 1 },
      quantization_config: null,
    },
    payload_schema: {},
    update_queue: { length: 0 },
  });
});

test('what was given is echoed over the defaults, and nothing else appears', async () => {
  const given = {
    vectors: { size: 4, distance: 'Dot', on_disk: true, hnsw_config: { m: 0 }, datatype: 'float32' },
    shard_number: 2,
    sharding_method: 'auto',
    replication_factor: 3,
    write_consistency_factor: 2,
    on_disk_payload: false,
    payload: { memory: 'cached' },
    id_tracker: { memory: 'cold' },
    hnsw_config: { m: 8, payload_m: 4, max_indexing_threads: 2 },
    wal_config: { wal_capacity_mb: 1 },
    optimizers_config: { default_segment_number: 2, indexing_threshold: 0, max_optimization_threads: 3 },
    quantization_config: { scalar: { type: 'int8', quantile: 0.99, always_ram: true } },
    metadata: { owner: 'me' },
  };
  assert.equal(await api.result('PUT', '/collections/given', given), true);
  const { config } = await info('given');
  assert.deepEqual(config.params, {
    vectors: given.vectors,
    shard_number: 2,
    sharding_method: 'auto',
    replication_factor: 3,
    write_consistency_factor: 2,
    on_disk_payload: false,
    payload: { memory: 'cached' },
    id_tracker: { memory: 'cold' },
  });
  assert.deepEqual(config.hnsw_config, {
    m: 8,
    ef_construct: 100,
    full_scan_threshold: 10000,
    max_indexing_threads: 2,
    on_disk: false,
    payload_m: 4,
  });
  assert.deepEqual(config.wal_config, { wal_capacity_mb: 1, wal_segments_ahead: 0, wal_retain_closed: 1 });
  assert.deepEqual(
    [config.optimizer_config.default_segment_number, config.optimizer_config.indexing_threshold],
    [2, 0],
  );
  assert.equal(config.optimizer_config.max_optimization_threads, 3);
  assert.equal(Object.keys(config.optimizer_config).length, 9);
  assert.deepEqual(config.quantization_config, given.quantization_config);
  assert.deepEqual(config.metadata, given.metadata);
});

test('an automatic number of optimization threads shows as null', async () => {
  const request = { vectors: VECTORS, optimizers_config: { max_optimization_threads: 'auto' } };
  await api.result('PUT', '/collections/auto-threads', request);
  assert.equal((await info('auto-threads')).config.optimizer_config.max_optimization_threads, null);
});

test('null means not given', async () => {
  const nulls = {
    vectors: VECTORS,
    shard_number: null,
    sharding_method: null,
    on_disk_payload: null,
    hnsw_config: null,
    wal_config: null,
    optimizers_config: { deleted_threshold: null },
    quantization_config: null,
    strict_mode_config: null,
    metadata: null,
    sparse_vectors: null,
  };
  assert.equal(await api.result('PUT', '/collections/nulls', nulls), true);
  await api.create('no-nulls', VECTORS);
  assert.deepEqual(await info('nulls'), await info('no-nulls'));
});

test('fields have their other names too', async () => {
  const request = {
    vectors: VECTORS,
    optimizer_config: {
      vacuum_min_vector_number: 200,
      max_segment_size_kb: 1000,
      memmap_threshold_kb: 2000,
      indexing_threshold_kb: 3000,
    },
    hnsw_config: { full_scan_threshold_kb: 500 },
    quantization: { binary: { always_ram: true } },
  };
  assert.equal(await api.result('PUT', '/collections/aliases', request), true);
  const { config } = await info('aliases');
  assert.deepEqual(
    [
      config.optimizer_config.max_segment_size,
      config.optimizer_config.memmap_threshold,
      config.optimizer_config.indexing_threshold,
    ],
    [1000, 2000, 3000],
  );
  assert.equal(config.hnsw_config.full_scan_threshold, 500);
  assert.equal('full_scan_threshold_kb' in config.hnsw_config, false);
  assert.deepEqual(config.quantization_config, { binary: { always_ram: true } });
});

test('metadata is any object, big integers and the order of its keys included', async () => {
  const metadata =
    '{"z":1,"a":{"b":[1,2.5,null,true,"x"]},"big":18446744073709551615,"negative":-9223372036854775808,"empty":{}}';
  await api.result(
    'PUT',
    '/collections/metadata',
    `{"vectors":{"size":4,"distance":"Dot"},"metadata":${metadata}}`,
  );
  assert.ok((await api.resultText('GET', '/collections/metadata')).includes(`"metadata":${metadata}`));
});

test('metadata is none of the keys that its neighbours know', async () => {
  const metadata = {
    vectors: 1,
    payload: { id: 1 },
    hnsw_config: { m: 'x' },
    __proto__x: 1,
    full_scan_threshold_kb: 1,
  };
  await api.result('PUT', '/collections/odd-metadata', { vectors: VECTORS, metadata });
  assert.deepEqual((await info('odd-metadata')).config.metadata, metadata);
});

test('the number of points follows upserts and deletes', async () => {
  await api.create('counted', VECTORS);
  await api.upsert(
    'counted',
    [1, 2, 3].map((id) => ({ id, vector: [id, 0, 0, 0] })),
  );
  assert.equal((await info('counted')).points_count, 3);
  await api.upsert('counted', [{ id: 1, vector: [2, 0, 0, 0] }]);
  assert.equal((await info('counted')).points_count, 3);
  await api.result('POST', '/collections/counted/points/delete?wait=true', { points: [1, 9] });
  assert.equal((await info('counted')).points_count, 2);
});

test('a collection that does not exist', async () => {
  assert.equal(
    await api.fault('GET', '/collections/none'),
    "404 Not found: Collection `none` doesn't exist!",
  );
});
