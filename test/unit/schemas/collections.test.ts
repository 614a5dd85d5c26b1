import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateCollection } from '../../../schemas/collections.ts';
import { parseExact } from '../../../src/shared/json/exact.ts';
import { compileValidator } from '../../../src/shared/validation.ts';
import { accepted, assertVerdicts, format, violation } from '../../helpers/verdict.ts';

const verdicts = (cases: readonly (readonly [unknown, string])[]) =>
  assertVerdicts(CreateCollection, cases, parseExact);
const dense = { size: 4, distance: 'Cosine' };
const wrong = (config: object, ...faults: string[]) =>
  verdicts([[{ vectors: dense, ...config }, violation(...faults)]]);

test('what clients send is accepted', () => {
  verdicts([
    [{ vectors: dense }, accepted],
    [{}, accepted],
    [{ vectors: { image: dense, text: { size: 65_536, distance: 'Manhattan' } } }, accepted],
    [
      { vectors: {}, sparse_vectors: { s: { index: { full_scan_threshold: 1 }, modifier: 'idf' } } },
      accepted,
    ],
    [{ vectors: { ...dense, multivector_config: { comparator: 'max_sim' }, on_disk: true } }, accepted],
    [{ vectors: dense, hnsw_config: { m: 0, ef_construct: 4, full_scan_threshold: 10 } }, accepted],
    [{ vectors: dense, quantization_config: { scalar: { type: 'int8', quantile: 0.99 } } }, accepted],
    [{ vectors: dense, optimizers_config: { max_optimization_threads: 'auto' } }, accepted],
    [{ vectors: dense, metadata: { any: ['thing', { at: null }] } }, accepted],
  ]);
});

test('optional values may be null', () => {
  const nothing = {
    shard_number: null,
    sharding_method: null,
    on_disk_payload: null,
    hnsw_config: null,
    wal_config: null,
    optimizers_config: null,
    quantization_config: null,
    sparse_vectors: null,
    strict_mode_config: null,
    metadata: null,
  };
  verdicts([
    [{ vectors: { ...dense, hnsw_config: null, on_disk: null, datatype: null }, ...nothing }, accepted],
    [{ vectors: dense, hnsw_config: { m: null, ef_construct: null, memory: null } }, accepted],
  ]);
});

test('sizes of vectors', () => {
  const tooLarge = 'value 65537 invalid, must be from 1 to 65536';
  verdicts([
    [{ vectors: { ...dense, size: 65_537 } }, violation(`vectors.size: ${tooLarge}`)],
    [{ vectors: { a: { ...dense, size: 65_537 } } }, violation(`vectors.?.size: ${tooLarge}`)],
  ]);
  for (const size of [0, -1, 1.5, '4', null]) {
    const refused = format('data did not match any variant of untagged enum VectorsConfig');
    verdicts([[{ vectors: { ...dense, size } }, refused]]);
  }
});

test('bounds of the settings', () => {
  wrong(
    { hnsw_config: { ef_construct: 3 } },
    'hnsw_config.ef_construct: value 3 invalid, must be 4 or larger',
  );
  wrong(
    { hnsw_config: { full_scan_threshold: 9 } },
    'hnsw_config.full_scan_threshold: value 9 invalid, must be 10 or larger',
  );
  wrong(
    { optimizers_config: { deleted_threshold: -1, vacuum_min_vector_number: 99 } },
    'optimizers_config.deleted_threshold: value -1.0 invalid, must be from 0.0 to 1.0',
    'optimizers_config.vacuum_min_vector_number: value 99 invalid, must be 100 or larger',
  );
  wrong(
    { wal_config: { wal_capacity_mb: 0 } },
    'wal_config.wal_capacity_mb: value 0 invalid, must be 1 or larger',
  );
  wrong(
    { quantization_config: { scalar: { type: 'int8', quantile: 0.4 } } },
    'quantization_config.scalar.quantile: value 0.4 invalid, must be from 0.5 to 1.0',
  );
  wrong({ shard_number: 0 }, 'shard_number: value 0 invalid, must be 1 or larger');
  wrong(
    { strict_mode_config: { max_query_limit: 0, sparse_config: { s: { max_length: 0 } } } },
    'strict_mode_config.max_query_limit: value 0 invalid, must be 1 or larger',
    'strict_mode_config.sparse_config.?.max_length: value 0 invalid, must be 1 or larger',
  );
});

test('what is not supported together', () => {
  verdicts([
    [
      { vectors: { ...dense, memory: 'pinned' } },
      violation('vectors.memory: `pinned` memory is not supported for dense vectors'),
    ],
    [
      { vectors: dense, payload: { memory: 'pinned' } },
      violation('payload.memory: `pinned` memory is not supported for payload storage'),
    ],
    [
      { sparse_vectors: { s: { index: { datatype: 'turbo4' } } } },
      violation('sparse_vectors.?.index.datatype: sparse vectors do not support the `turbo4` datatype'),
    ],
  ]);
});

test('unknown enumerations', () => {
  verdicts([
    [{ sharding_method: 'x' }, format('unknown variant `x`, expected one of `auto`, `custom`')],
    [
      { sparse_vectors: { s: { modifier: 'x' } } },
      format('unknown variant `x`, expected one of `none`, `idf`'),
    ],
    [
      { payload: { memory: 'hot' } },
      format('unknown variant `hot`, expected one of `cold`, `cached`, `pinned`'),
    ],
  ]);
});

test('other spellings of the settings', () => {
  const validate = compileValidator(CreateCollection, { part: 'JSON body' });
  assert.deepEqual(
    validate({
      vectors: { ...dense, hnsw_config: { full_scan_threshold_kb: 11 } },
      quantization: { binary: {} },
      optimizer_config: { max_segment_size_kb: 1, memmap_threshold_kb: 2, indexing_threshold_kb: 3 },
      hnsw_config: { full_scan_threshold_kb: 12 },
    }),
    {
      vectors: { ...dense, hnsw_config: { full_scan_threshold: 11 } },
      quantization_config: { binary: {} },
      optimizers_config: { max_segment_size: 1, memmap_threshold: 2, indexing_threshold: 3 },
      hnsw_config: { full_scan_threshold: 12 },
    },
  );
});

test('unknown fields are ignored', () => {
  verdicts([[{ vectors: { ...dense, colour: 'red' }, hnsw_config: { x: 1 }, init_from: 'other' }, accepted]]);
});
