import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { META, metaKey, tombstoneKey } from '../../../../src/storage/keys.ts';
import { openEnv } from '../../../../src/storage/env.ts';
import { runs } from '../../../helpers/property-runs.ts';
import { TestCollection } from '../../../helpers/test-collection.ts';

const NAMED = {
  vectors: { a: { size: 2, distance: 'Cosine' }, b: { size: 1, distance: 'Euclid' } },
} as const;
const everything = { limit: 100_000, with_payload: true, with_vector: true };

/** All that a client can see of a collection. */
function view(collection: TestCollection): string[] {
  return [
    collection.readText('scroll', everything),
    collection.readText('count'),
    ...['a', 'b'].map((using) =>
      collection.readText('query', { ...everything, query: using === 'a' ? [1, 0.5] : [0.5], using }),
    ),
  ];
}

const UUIDS = [0, 1, 2].map((i) => `936da01f-9abd-4d9d-80c7-02af85c822a${i}`);
const id = fc.oneof(fc.nat(8), fc.constantFrom(...UUIDS));
const number = fc.integer({ min: -4, max: 4 }).map((quarter) => quarter / 4);
const point = fc.record({
  id,
  vector: fc.record({ a: fc.tuple(number, number), b: fc.tuple(number) }, { requiredKeys: [] }),
  payload: fc.record({ n: fc.nat(3) }, { requiredKeys: [] }),
});
const update = fc.oneof(
  fc.record({
    task: fc.constant('upsert' as const),
    body: fc.record({ points: fc.array(point, { minLength: 1, maxLength: 6 }) }),
  }),
  fc.record({
    task: fc.constant('delete_points' as const),
    body: fc.oneof(
      fc.record({ points: fc.array(id, { minLength: 1, maxLength: 3 }) }),
      fc.nat(3).map((n) => ({ filter: { must: [{ key: 'n', match: { value: n } }] } })),
    ),
  }),
);

test('whatever was done, a restart shows the same, and goes on from there', async (t) => {
  const batches = fc.array(fc.array(update, { minLength: 1, maxLength: 3 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(batches, batches, async (before, after) => {
      const untouched = await TestCollection.create(t, NAMED);
      const first = await TestCollection.create(t, NAMED);
      for (const batch of before) assert.deepEqual(first.batch(batch), untouched.batch(batch));
      const second = await first.restart();
      assert.deepEqual(view(second), view(untouched));
      for (const batch of after) assert.deepEqual(second.batch(batch), untouched.batch(batch));
      assert.deepEqual(view(second), view(untouched));
      const third = await second.restart();
      assert.deepEqual(view(third), view(untouched));
      await Promise.all([third.close(), untouched.close()]);
    }),
    runs(15),
  );
});

test('deletes are kept in blocks of 4,096 rows, also where a batch spans several', async (t) => {
  const collection = await TestCollection.create(t, { vectors: { size: 1, distance: 'Dot' } });
  const ids = Array.from({ length: 9000 }, (_, i) => i);
  collection.upsert({ batch: { ids, vectors: ids.map(() => [1]) } });
  const gone = [0, 7, 8, 4095, 4096, 4097, 8191, 8192, 8999];
  collection.delete({ points: gone.slice(0, 4) });
  collection.delete({ points: gone.slice(4) });
  const { env } = collection.collection;
  env.refresh();
  for (const block of [0, 1, 2]) assert.equal(env.get(tombstoneKey(1, block))?.length, 512);
  assert.equal(env.get(tombstoneKey(1, 3)), undefined);
  const block = env.get(tombstoneKey(1, 0))!;
  assert.deepEqual([block[0], block[1], block[511]], [0b1000_0001, 0b1, 0b1000_0000]);
  const restarted = await collection.restart();
  const { points } = restarted.read('scroll', { limit: 10_000, with_payload: false }) as {
    points: { id: number }[];
  };
  const left = new Set(points.map((one) => one.id));
  assert.deepEqual(
    ids.filter((one) => !left.has(one)),
    gone,
  );
  assert.deepEqual(restarted.read('count'), { count: 9000 - gone.length });
});

test('batches of rows of every length come back, whatever row they begin at', async (t) => {
  const collection = await TestCollection.create(t, NAMED);
  let next = 0;
  for (let length = 1; length <= 20; length++) {
    const points = Array.from({ length }, () => {
      const vector = next % 3 === 0 ? { a: [next, 1] } : next % 3 === 1 ? { b: [next] } : {};
      const row = {
        id: next % 2 === 0 ? next : `936da01f-9abd-4d9d-80c7-${String(next).padStart(12, '0')}`,
        vector,
      };
      next += 1;
      return row;
    });
    collection.upsert({ points });
  }
  const before = view(collection);
  assert.deepEqual(view(await collection.restart()), before);
});

test('a collection of another format is refused', async (t) => {
  const collection = await TestCollection.create(t, NAMED);
  await collection.close();
  const env = openEnv(collection.handle.directory);
  env.write(() => env.put(metaKey(META.formatVersion), Buffer.from('99')));
  await env.close();
  await assert.rejects(collection.restart(), { code: 'NEARIFY_STORAGE', message: /format version 99/ });
});
