import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateCollection } from '../../../../schemas/collections.ts';
import type { QuantizationConfig } from '../../../../schemas/quantization.ts';
import { quantizationOf, quantizedSearch } from '../../../../src/engine/vectors/quantization.ts';
import { initialVectorNumbers, vectorConfigs } from '../../../../src/engine/vectors/vector-config.ts';

const VECTOR = { metric: 'Cosine', dim: 64 } as const;
const SPEC = { ...VECTOR, queryBits: 8, quantile: 1, rotatedShare: 0, part: 0 };

const codes = (spec: object) => ({ kind: 'codes', spec: { ...SPEC, ...spec } });
const of = (config: QuantizationConfig) => quantizationOf(config, VECTOR);

test('int8 without a quantile is what graphs are searched by anyway', () => {
  assert.deepEqual(of({ scalar: { type: 'int8' } }), { kind: 'graph' });
  assert.deepEqual(of({ scalar: { type: 'int8', quantile: 1 } }), { kind: 'graph' });
  assert.deepEqual(of({ scalar: { type: 'int8', quantile: null } }), { kind: 'graph' });
});

test('a quantile has codes of its own', () => {
  const config = { scalar: { type: 'int8', quantile: 0.99, always_ram: true } } as const;
  assert.deepEqual(of(config), codes({ form: 'bytes', quantile: 0.99 }));
});

test('binary codes have the bits of their encoding, and a query those of its own', () => {
  assert.deepEqual(of({ binary: {} }), codes({ form: 'bits', queryBits: 4 }));
  assert.deepEqual(
    of({ binary: { encoding: 'two_bits', query_encoding: 'binary' } }),
    codes({ form: 'twoBits', queryBits: 1 }),
  );
  assert.deepEqual(
    of({ binary: { encoding: 'one_and_half_bits', query_encoding: 'scalar8bits' } }),
    codes({ form: 'sharedBits', queryBits: 8 }),
  );
});

test('turbo codes are of rotated vectors, four bits if not given', () => {
  assert.deepEqual(of({ turbo: {} }), codes({ form: 'nibbles', rotatedShare: 1 }));
  assert.deepEqual(of({ turbo: { bits: 'bits1' } }), codes({ form: 'bits', rotatedShare: 1 }));
  assert.deepEqual(of({ turbo: { bits: 'bits1_5' } }), codes({ form: 'bits', rotatedShare: 1.5 }));
  assert.deepEqual(of({ turbo: { bits: 'bits2' } }), codes({ form: 'twoBits', rotatedShare: 1 }));
  assert.deepEqual(of({ turbo: { bits: 'bits8' } }), codes({ form: 'bytes', rotatedShare: 1 }));
});

test('product codes have a byte for each part, of one number and up', () => {
  const compressions = ['x4', 'x8', 'x16', 'x32', 'x64'] as const;
  assert.deepEqual(
    compressions.map((compression) => of({ product: { compression } })),
    [1, 2, 4, 8, 16].map((part) => codes({ form: 'product', part })),
  );
});

test('vectors whose graphs have no codes are not quantized', () => {
  assert.equal(quantizationOf({ binary: {} }, { metric: 'Manhattan', dim: 64 }), undefined);
  assert.equal(quantizationOf({ binary: {} }, { metric: 'Dot', dim: 8 }), undefined);
  assert.equal(quantizationOf(undefined, VECTOR), undefined);
  assert.equal(quantizationOf(null, VECTOR), undefined);
});

test('the quantization of a vector goes before that of its collection', () => {
  const vector = { size: 64, distance: 'Cosine' } as const;
  const params: CreateCollection = {
    vectors: { own: { ...vector, quantization_config: { turbo: { bits: 'bits2' } } }, common: vector },
    quantization_config: { binary: {} },
  };
  const quantizations = vectorConfigs(params, initialVectorNumbers(params)).map(
    (config) => config.kind === 'dense' && config.quantization,
  );
  assert.deepEqual(quantizations, [
    codes({ form: 'twoBits', rotatedShare: 1 }),
    codes({ form: 'bits', queryBits: 4 }),
  ]);
});

test('a search uses a quantization and rescores unless it says otherwise', () => {
  const standard = { isIgnored: false, isRescored: true, oversampling: 1 };
  assert.deepEqual(quantizedSearch(undefined), standard);
  assert.deepEqual(quantizedSearch({ quantization: null }), standard);
  assert.deepEqual(
    quantizedSearch({ quantization: { ignore: false, rescore: null, oversampling: null } }),
    standard,
  );
  assert.deepEqual(quantizedSearch({ quantization: { ignore: true, rescore: false, oversampling: 2.5 } }), {
    isIgnored: true,
    isRescored: false,
    oversampling: 2.5,
  });
});
