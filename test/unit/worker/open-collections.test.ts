import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { configureSegment } from '../../../src/engine/segment/create-segment.ts';
import { loadKernelModule } from '../../../src/kernels/loader.ts';
import type { CollectionHandle } from '../../../src/protocol/shared-handles.ts';
import { OpenCollections } from '../../../src/worker/open-collections.ts';
import { TestCollection } from '../../helpers/test-collection.ts';

const PARAMS = { vectors: { size: 2, distance: 'Dot' } } as const;
const kernels = loadKernelModule();

/** A collection on disk with one segment in memory. */
async function storedCollection(t: TestContext, id: number): Promise<CollectionHandle> {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert({ points: [{ id: 1, vector: [1, 2] }] });
  await collection.close();
  return { ...collection.handle, id, name: `c${id}`, generation: 0 };
}

/** The handle with a second segment. */
async function grown(
  t: TestContext,
  handle: CollectionHandle,
  generation: number,
): Promise<CollectionHandle> {
  const { segments } = await storedCollection(t, 99);
  return { ...handle, generation, segments: [...handle.segments, { ...segments[0]!, id: 2 }] };
}

function openCollections(t: TestContext): OpenCollections {
  const collections = new OpenCollections(kernels, 1);
  t.after(() => collections.close());
  return collections;
}

test('a collection is opened when it is first asked for, and once', async (t) => {
  const collections = openCollections(t);
  const handle = await storedCollection(t, 1);
  assert.equal(collections.generation(1), -1);
  assert.throws(() => collections.get(1), /collection 1 was announced to this thread/);
  collections.learn(handle);
  assert.equal(collections.generation(1), 0);
  const collection = collections.get(1);
  assert.deepEqual(
    [collection.name, collection.threadIndex, collection.segments.map(({ id }) => id)],
    ['c1', 1, [1]],
  );
  assert.equal(collections.get(1), collection);
});

test('segments that a handle lacks are let go of at once, those that it adds are attached when they are needed', async (t) => {
  const collections = openCollections(t);
  const handle = await storedCollection(t, 1);
  const two = await grown(t, handle, 1);
  collections.learn(two);
  const open = collections.get(1);
  collections.follow({ ...two, generation: 2, segments: two.segments.slice(1) });
  const after = collections.get(1);
  assert.deepEqual([open.segments.length, after.segments.map(({ id }) => id)], [2, [2]]);
  assert.equal(after.segments[0], open.segments[1], 'what stays is not attached again');
  collections.follow({ ...two, generation: 3 });
  assert.deepEqual(
    collections.get(1).segments.map(({ id }) => id),
    [1, 2],
  );
});

test('a newer handle counts, an older one does not', async (t) => {
  const collections = openCollections(t);
  const handle = await storedCollection(t, 1);
  collections.learn(await grown(t, handle, 3));
  collections.learn({ ...handle, generation: 2 });
  assert.equal(collections.generation(1), 3);
  assert.equal(collections.get(1).segments.length, 2);
});

test('a newer handle attaches only what is new', async (t) => {
  const collections = openCollections(t);
  const handle = await storedCollection(t, 1);
  collections.learn(handle);
  const before = collections.get(1);
  collections.learn(await grown(t, handle, 1));
  const after = collections.get(1);
  assert.equal(after.env, before.env);
  assert.equal(after.filterCache, before.filterCache);
  assert.equal(after.segments[0], before.segments[0]);
  assert.equal(after.segments[1]!.id, 2);
});

test('segments are attached once, however often messages tell of them, and anew when they are configured', async (t) => {
  const collections = openCollections(t);
  const handle = await storedCollection(t, 1);
  const learn = (generation: number, segments: CollectionHandle['segments']) => {
    collections.learn({ ...handle, generation, segments: structuredClone(segments) });
    return collections.get(1).segments[0];
  };
  const first = learn(1, handle.segments);
  assert.equal(learn(2, handle.segments), first);
  const { vectors } = collections.get(1);
  const configured = handle.segments.map((segment) => configureSegment(segment, vectors));
  const second = learn(3, configured);
  assert.notEqual(second, first);
  assert.equal(learn(4, configured), second);
});

test('a collection that is forgotten can be announced again', async (t) => {
  const collections = openCollections(t);
  const handle = await storedCollection(t, 1);
  collections.learn(handle);
  const before = collections.get(1);
  await collections.forget(1);
  assert.equal(collections.generation(1), -1);
  collections.learn(handle);
  assert.notEqual(collections.get(1).env, before.env);
  await collections.forget(2);
});

test('collections whose files were removed are forgotten, others are not', async (t) => {
  const collections = openCollections(t);
  const handles = [await storedCollection(t, 1), await storedCollection(t, 2), await storedCollection(t, 3)];
  for (const handle of handles) collections.learn(handle);
  collections.get(1);
  const kept = collections.get(3);
  for (const { directory } of handles.slice(0, 2)) rmSync(directory, { recursive: true });
  await collections.forgetRemoved();
  assert.deepEqual(
    [1, 2, 3].map((id) => collections.generation(id)),
    [-1, -1, 0],
  );
  assert.equal(collections.get(3), kept);
});
