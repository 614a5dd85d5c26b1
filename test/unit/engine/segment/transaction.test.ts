import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endOfPrefix, META, metaKey, PREFIX } from '../../../../src/storage/keys.ts';
import { TestCollection } from '../../../helpers/test-collection.ts';

const PARAMS = { vectors: { size: 1, distance: 'Dot' } } as const;
const upsertOf = (...ids: number[]) => ({ points: ids.map((id) => ({ id, vector: [id] })) });

/** Offsets of the rows whose payload is stored. */
function storedPayloads({ collection }: TestCollection): number[] {
  collection.env.refresh();
  const prefix = Buffer.of(PREFIX.payload);
  return Array.from(collection.env.keys(prefix, endOfPrefix(prefix)), (key) => key.readUInt32BE(5));
}

test('the payload of a hidden row stays for readers until the next transaction, and no longer', async (t) => {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert(upsertOf(1, 2, 3));
  collection.upsert(upsertOf(1, 2));
  assert.deepEqual(storedPayloads(collection), [0, 1, 2, 3, 4]);
  collection.delete({ points: [3] });
  assert.deepEqual(storedPayloads(collection), [2, 3, 4]);
  collection.upsert(upsertOf(9, 9));
  assert.deepEqual(storedPayloads(collection), [3, 4, 5, 6]);
  const restarted = await collection.restart();
  restarted.delete({ points: [77] });
  assert.deepEqual(storedPayloads(restarted), [3, 4, 6]);
  assert.equal(restarted.collection.env.get(metaKey(META.hidden)), undefined);
});

test('what a failed transaction did is neither seen nor in the way of the next', async (t) => {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert(upsertOf(1, 2));
  const { env } = collection.collection;
  const before = collection.readText('scroll', { with_vector: true });
  const { put } = env;
  let putsLeft = 5;
  Object.assign(env, {
    put: (key: Uint8Array, value: Uint8Array) => {
      putsLeft -= 1;
      if (putsLeft < 0) throw new Error('No space left on device');
      put(key, value);
    },
  });
  assert.throws(() => collection.upsert(upsertOf(2, 3, 4, 5)), {
    code: 'NEARIFY_STORAGE',
    message: /the disk is full: free some space/,
  });
  Object.assign(env, { put });
  assert.equal(collection.readText('scroll', { with_vector: true }), before);
  assert.deepEqual(collection.read('count'), { count: 2 });
  collection.upsert(upsertOf(2, 6));
  const after = collection.readText('scroll', { with_vector: true });
  assert.equal(
    after,
    '{"points":[{"id":1,"payload":{},"vector":[1.0]},{"id":2,"payload":{},"vector":[2.0]},{"id":6,"payload":{},"vector":[6.0]}],"next_page_offset":null}',
  );
  assert.equal((await collection.restart()).readText('scroll', { with_vector: true }), after);
});
