import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeSettings } from '../../../src/collections/merge-settings.ts';

const vector = (size: number) => ({ size, distance: 'Cosine' as const });

test('leaves that are given replace, null and absent ones stay', () => {
  const before = {
    vectors: vector(4),
    hnsw_config: { m: 8, ef_construct: 50 },
    optimizers_config: { indexing_threshold: 10 },
  };
  const after = mergeSettings(before, {
    hnsw_config: { m: 24, ef_construct: null },
    optimizers_config: { deleted_threshold: 0.5 },
    params: { replication_factor: 2, read_fan_out_factor: 3 },
    strict_mode_config: { enabled: true },
  });
  assert.deepEqual(after, {
    vectors: vector(4),
    hnsw_config: { m: 24, ef_construct: 50 },
    optimizers_config: { indexing_threshold: 10, deleted_threshold: 0.5 },
    replication_factor: 2,
    read_fan_out_factor: 3,
    strict_mode_config: { enabled: true },
  });
  assert.deepEqual(before.hnsw_config, { m: 8, ef_construct: 50 });
});

test('settings of a vector make a block of its own; the unnamed vector is called ""', () => {
  const unnamed = mergeSettings({ vectors: vector(4) }, { vectors: { '': { hnsw_config: { m: 32 } } } });
  assert.deepEqual(unnamed.vectors, { ...vector(4), hnsw_config: { m: 32 } });
  const named = mergeSettings(
    { vectors: { a: vector(4), b: vector(2) }, sparse_vectors: { s: { modifier: 'idf' } } },
    { vectors: { b: { on_disk: true } }, sparse_vectors: { s: { index: { on_disk: true } } } },
  );
  assert.deepEqual(named.vectors, { a: vector(4), b: { ...vector(2), on_disk: true } });
  assert.deepEqual(named.sparse_vectors, { s: { modifier: 'idf', index: { on_disk: true } } });
});

test('unknown vector names are refused', () => {
  const settings = { vectors: vector(4) };
  const message = 'Wrong input: Not existing vector name error: zz';
  assert.throws(() => mergeSettings(settings, { vectors: { zz: {} } }), { message });
  assert.throws(() => mergeSettings(settings, { sparse_vectors: { zz: {} } }), { message });
  assert.throws(() => mergeSettings({ vectors: {} }, { vectors: { toString: {} } }), {
    message: 'Wrong input: Not existing vector name error: toString',
  });
});

test('a quantization is replaced as a whole, and removed by name', () => {
  const scalar = { scalar: { type: 'int8' as const, quantile: 0.99 } };
  const binary = { binary: { always_ram: true } };
  const set = mergeSettings({ quantization_config: scalar }, { quantization_config: binary });
  assert.deepEqual(set.quantization_config, binary);
  assert.equal(mergeSettings(set, { quantization_config: 'Disabled' }).quantization_config, null);
  assert.deepEqual(mergeSettings(set, { quantization_config: null }).quantization_config, binary);
  const vectors = { size: 4, distance: 'Dot', quantization_config: scalar } as const;
  const ofVector = mergeSettings({ vectors }, { vectors: { '': { quantization_config: 'Disabled' } } });
  assert.deepEqual(ofVector.vectors, { size: 4, distance: 'Dot' }, 'a vector without one shows none');
});

test('metadata is merged key by key, null removes a key', () => {
  const before = { metadata: { a: 1, b: { c: 2 }, d: 3 } };
  const { metadata } = mergeSettings(before, { metadata: { b: { e: 4 }, d: null, f: 5 } });
  assert.deepEqual(metadata, { a: 1, b: { e: 4 }, f: 5 });
});
