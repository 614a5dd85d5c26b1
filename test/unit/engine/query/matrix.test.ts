import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neighboursInSample } from '../../../../src/engine/query/matrix.ts';

test('the nearest in a sample, best first, without the point itself', () => {
  const similarities = Float32Array.of(0.5, 9, 0.75, 0.25);
  assert.deepEqual(neighboursInSample(similarities, 1, 2), [
    { column: 2, similarity: 0.75 },
    { column: 0, similarity: 0.5 },
  ]);
  assert.equal(neighboursInSample(similarities, 0, 10).length, 3);
  assert.deepEqual(neighboursInSample(Float32Array.of(1), 0, 10), []);
  assert.deepEqual(neighboursInSample(Float32Array.of(1, Number.NaN), 0, 10), []);
});
