import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Segment } from '../../../../src/engine/segment/segment.ts';
import { SCRATCH_HEAP_MAX } from '../../../../src/kernels/memory-layout.ts';
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

interface Shown {
  readonly id: number;
  readonly payload: { readonly at?: number };
  readonly vector: ArrayLike<number>;
}

/** What a client sees of each point, after checking that searches and counts agree with it. */
function pointsOf(collection: TestCollection): [number, number | undefined, number][] {
  const all = { with_payload: true, with_vector: true, limit: 10_000 };
  const { points } = collection.read('scroll', all) as { points: Shown[] };
  const found = (collection.read('query', { ...all, query: [1] }) as { points: Shown[] }).points;
  assert.deepEqual(
    found.map(({ id }) => id).toSorted((a, b) => a - b),
    points.map(({ id }) => id),
  );
  assert.deepEqual(collection.read('count'), { count: points.length });
  return points.map(({ id, payload, vector }) => [id, payload.at, vector[0]!]);
}

const pointAt = (id: number, at: number) => ({ id, vector: [at], payload: { at } });

test('what a thread had committed when it died is shown with the next update, and nothing is overwritten', async (t) => {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert({ points: [pointAt(1, 1), pointAt(2, 2), pointAt(3, 3), pointAt(4, 4)] });
  // The thread ends before it shows its rows.
  t.mock.method(Segment.prototype, 'publish', () => {
    throw new Error('the thread died');
  });
  assert.throws(() =>
    collection.batch([
      { task: 'upsert', body: { points: [pointAt(2, 20), pointAt(5, 50)] } },
      { task: 'delete_points', body: { points: [3] } },
    ]),
  );
  t.mock.restoreAll();
  collection.upsert({ points: [pointAt(6, 6)] });
  const expected = [
    [1, 1, 1],
    [2, 20, 20],
    [4, 4, 4],
    [5, 50, 50],
    [6, 6, 6],
  ];
  assert.deepEqual(pointsOf(collection), expected);
  assert.deepEqual(pointsOf(await collection.restart()), expected);
});

test('so is a segment that it had opened and that nobody was told of', async (t) => {
  const sizing = { bytesMax: 16 * SCRATCH_HEAP_MAX + 131_072, scratchCount: 1 };
  const collection = await TestCollection.create(t, { ...PARAMS, hnsw_config: { m: 0 } }, sizing);
  collection.upsert({ points: [pointAt(0, 0)] });
  const { capacity } = collection.collection.segments[0]!;
  const points = Array.from({ length: capacity + 9 }, (_, id) => pointAt(id, id));
  const { handle } = collection;
  collection.upsert({ points });
  assert.equal(collection.handle.segments.length, 2);
  // The reply with the new segment is lost.
  collection.handle = { ...handle, generation: collection.handle.generation + 1 };
  collection.upsert({ points: [pointAt(3, -3)] });
  const expected = points.map(({ id, payload: { at } }) => (id === 3 ? [3, -3, -3] : [id, at, at]));
  assert.deepEqual(pointsOf(collection), expected);
  assert.deepEqual(pointsOf(await collection.restart(sizing)), expected);
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
