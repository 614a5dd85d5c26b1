import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestCollection } from '../../../helpers/test-collection.ts';

const dense = (datatype: 'float16' | 'uint8') => ({ size: 5, distance: 'Cosine', datatype }) as const;
const row = (i: number) => [i, 2.5, -i, 300, 0.1];
const everything = (of: TestCollection) => of.readText('scroll', { with_vector: true });

test('vectors of every datatype are the same after a restart', async (t) => {
  const multi = { multivector_config: { comparator: 'max_sim' } } as const;
  const collection = await TestCollection.create(t, {
    vectors: {
      half: dense('float16'),
      byte: dense('uint8'),
      halves: { ...dense('float16'), ...multi },
      bytes: { ...dense('uint8'), ...multi },
    },
  });
  collection.upsert({
    points: [
      { id: 1, vector: { half: row(1), byte: row(1), halves: [row(1)], bytes: [row(1), row(2), row(3)] } },
      { id: 2, vector: { byte: row(2), halves: [row(1), row(2)] } },
      { id: 3, vector: {} },
    ],
  });
  collection.upsert({ points: [{ id: 4, vector: { half: row(4), bytes: [row(4)] } }] });
  collection.batch([{ task: 'update_vectors', body: { points: [{ id: 2, vector: { half: row(9) } }] } }]);
  const before = everything(collection);
  assert.equal(everything(await collection.restart()), before);
});
