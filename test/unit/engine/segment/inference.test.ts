import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embedded, isInference } from '../../../../src/engine/segment/inference.ts';

test('vectors, and vectors by name, are no inputs of a model', () => {
  const vectors = [
    [1, 2],
    Float32Array.of(1),
    [[1]],
    { indices: [1], values: [1] },
    { text: [1], model: [2] },
    {},
  ];
  for (const vector of vectors) {
    assert.equal(isInference(vector), false);
    assert.equal(embedded(vector, 'query'), vector);
  }
  for (const nothing of [null, undefined, 'text', 5]) assert.equal(isInference(nothing), false);
});

test('a model that is not built in', () => {
  assert.throws(() => embedded({ text: 'x', model: 'other' }, 'query'), {
    code: 'NEARIFY_NO_INFERENCE',
    httpStatus: 500,
  });
});

test('documents and queries have the same positions and other weights', () => {
  const input = { text: 'cats and a cat', model: 'bm25' };
  const document = embedded(input, 'document') as { indices: Uint32Array; values: Float32Array };
  const query = embedded(input, 'query') as typeof document;
  assert.deepEqual(document.indices, query.indices);
  assert.deepEqual(query.values, Float32Array.of(1));
  assert.ok(document.values[0]! > 1);
});
