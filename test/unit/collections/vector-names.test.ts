import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkVectorNames,
  renumberVectors,
  vectorNames,
  withoutVector,
  withVector,
} from '../../../src/collections/vector-names.ts';
import type { CollectionSettings } from '../../../schemas/collection-update.ts';

const DENSE = { size: 2, distance: 'Dot' } as const;
const SETTINGS: CollectionSettings = { vectors: { a: DENSE }, sparse_vectors: { s: { modifier: 'idf' } } };
const fault = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
};

test('names in the order in which they are numbered', () => {
  assert.deepEqual(vectorNames({}), []);
  assert.deepEqual(vectorNames({ vectors: DENSE }), ['']);
  assert.deepEqual(vectorNames({ vectors: { size: DENSE, b: DENSE }, sparse_vectors: { c: {} } }), [
    'size',
    'b',
    'c',
  ]);
});

test('what stays keeps its number, and a number never returns', () => {
  const first = renumberVectors(
    {
      ids: [
        ['a', 1],
        ['b', 2],
      ],
      next: 3,
    },
    ['b', 'c'],
  );
  assert.deepEqual(first, {
    vectorNumbers: {
      ids: [
        ['b', 2],
        ['c', 3],
      ],
      next: 4,
    },
    dropped: [1],
  });
  const second = renumberVectors(first.vectorNumbers, ['b', 'a']);
  assert.deepEqual(second, {
    vectorNumbers: {
      ids: [
        ['b', 2],
        ['a', 4],
      ],
      next: 5,
    },
    dropped: [3],
  });
});

test('adding a vector keeps the others', () => {
  assert.deepEqual(withVector(SETTINGS, 'b', { dense: { ...DENSE, datatype: null } }), {
    vectors: { a: DENSE, b: DENSE },
    sparse_vectors: { s: { modifier: 'idf' } },
  });
  assert.deepEqual(withVector({}, 'x', { sparse: { datatype: 'float16' } }), {
    sparse_vectors: { x: { index: { datatype: 'float16' } } },
  });
  assert.deepEqual(withVector({ vectors: DENSE }, 'b', { dense: DENSE }), {
    vectors: { '': DENSE, b: DENSE },
  });
});

test('the same vector again is no change, whatever else was set of it since', () => {
  const tuned = {
    ...SETTINGS,
    vectors: { a: { ...DENSE, hnsw_config: { m: 8 }, datatype: 'float32' } },
  } as const;
  assert.equal(withVector(tuned, 'a', { dense: DENSE }), tuned);
  assert.equal(withVector(SETTINGS, 's', { sparse: { modifier: 'idf' } }), SETTINGS);
  assert.match(fault(() => withVector(SETTINGS, 's', { sparse: {} })) ?? '', /different configuration/);
});

test('dropping', () => {
  assert.deepEqual(withoutVector(SETTINGS, 'a'), { vectors: {}, sparse_vectors: { s: { modifier: 'idf' } } });
  assert.deepEqual(withoutVector(SETTINGS, 's'), { vectors: { a: DENSE }, sparse_vectors: {} });
  assert.equal(withoutVector(SETTINGS, 'nope'), SETTINGS);
  const unnamed = { vectors: DENSE };
  assert.equal(withoutVector(unnamed, 'x'), unnamed);
  assert.equal(
    fault(() => withoutVector(unnamed, '')),
    'Wrong input: Cannot delete the unnamed vector when it is the only dense vector in the collection',
  );
});

test('names that cannot be', () => {
  assert.equal(
    fault(() => checkVectorNames({ vectors: { '.': DENSE } })),
    'Wrong input: Invalid dense vector name `.`',
  );
  assert.equal(
    fault(() => withVector(SETTINGS, '', { sparse: {} })),
    'Wrong input: Sparse vector name cannot be empty',
  );
  assert.equal(
    fault(() => checkVectorNames({ vectors: DENSE, sparse_vectors: { s: {} } })),
    undefined,
  );
});
