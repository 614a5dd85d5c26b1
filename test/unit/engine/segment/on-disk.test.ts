import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { CreateCollection } from '../../../../schemas/collections.ts';
import { linkCollection } from '../../../../src/engine/segment/link.ts';
import { prng } from '../../../kernels/support.ts';
import { DEFAULT_SIZING, Tasks, TestCollection } from '../../../helpers/test-collection.ts';

const DIM = 40;
const SEED = Number(process.env.NEARIFY_TEST_SEED ?? 20_250_101);
const NAMES = ['dot', 'euclid', 'half', 'byte'] as const;

/** The same vectors, on disk or in memory. */
function params(on_disk: boolean): CreateCollection {
  const vector = { size: DIM, on_disk };
  return {
    vectors: {
      dot: { ...vector, distance: 'Dot' },
      euclid: { ...vector, distance: 'Euclid' },
      half: { ...vector, distance: 'Euclid', datatype: 'float16' },
      byte: { ...vector, distance: 'Cosine', datatype: 'uint8' },
      manhattan: { ...vector, distance: 'Manhattan' },
    },
    optimizers_config: { indexing_threshold: 1 },
  };
}

const random = prng(SEED);
const numbers = (scale: number) =>
  Array.from({ length: DIM }, () => Math.round((random() - 0.3) * scale * 100) / 100);

function vectors(): Record<string, number[]> {
  const all = {
    dot: numbers(1),
    euclid: numbers(1),
    half: numbers(1),
    byte: numbers(200),
    manhattan: numbers(1),
  };
  // Some points lack some of the vectors.
  return Object.fromEntries(Object.entries(all).filter(() => random() < 0.9));
}

/** Does the same to all collections. */
function change(collections: readonly TestCollection[]): void {
  const points = Array.from({ length: 1 + Math.floor(random() * 60) }, () => ({
    id: Math.floor(random() * 400),
    vector: vectors(),
    payload: { odd: random() < 0.5 },
  }));
  const batch = [
    { task: 'upsert', body: { points } },
    // A point of the same transaction gets another vector beside those that it has.
    { task: 'update_vectors', body: { points: [{ id: points[0]!.id, vector: { dot: numbers(1) } }] } },
    { task: 'delete_vectors', body: { points: [points.at(-1)!.id], vector: ['euclid'] } },
    { task: 'delete_points', body: { points: [Math.floor(random() * 400)] } },
  ] as const;
  for (const collection of collections) collection.batch(batch);
}

function assertSame([a, b]: readonly [TestCollection, TestCollection]): void {
  const same = (...read: Parameters<TestCollection['read']>) =>
    assert.deepEqual(a.read(...read), b.read(...read));
  same('scroll', { limit: 1000, with_vector: true });
  for (const using of NAMES) {
    const query = numbers(using === 'byte' ? 200 : 1);
    const filter = { must: [{ key: 'odd', match: { value: true } }] };
    same('query', { query, using, limit: 15, params: { exact: true } });
    same('query', { query, using, limit: 15, params: { hnsw_ef: 400 } });
    same('query', { query, using, limit: 15, filter });
    same('query', { query, using, limit: 20_000, params: { exact: true } });
    same('query', { prefetch: { query, using, limit: 50 }, query: numbers(1), using: 'dot', limit: 10 });
  }
}

function link(collection: TestCollection): void {
  while (linkCollection(collection.collection, { msMax: 20 })) {
    // The next slice.
  }
}

async function pair(t: TestContext): Promise<[TestCollection, TestCollection]> {
  return [await TestCollection.create(t, params(true)), await TestCollection.create(t, params(false))];
}

test('vectors on disk answer as those in memory, before and after linking and restarts', async (t) => {
  let collections = await pair(t);
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 4; i++) change(collections);
    assertSame(collections);
    for (const collection of collections) link(collection);
    assertSame(collections);
    collections = [await collections[0].restart(), await collections[1].restart()];
    assertSame(collections);
  }
});

test('only vectors that a graph walks by codes leave memory', async (t) => {
  const [onDisk] = await pair(t);
  change([onDisk]);
  const { layout } = onDisk.collection.segments[0]!;
  assert.deepEqual(
    layout.vectors.map(({ name, isOnDisk, rows }) => [name, isOnDisk, rows === 0]),
    [
      ['dot', true, true],
      ['euclid', true, true],
      ['half', true, true],
      ['byte', true, true],
      ['manhattan', false, false],
    ],
  );
});

test('`memory` goes before `on_disk`, which it replaces', async (t) => {
  for (const [memory, isOnDisk] of [
    ['cold', true],
    ['cached', false],
  ] as const) {
    const vector = { size: DIM, distance: 'Dot', on_disk: !isOnDisk, memory } as const;
    const collection = await TestCollection.create(t, { vectors: vector });
    collection.upsert({ points: [{ id: 1, vector: numbers(1) }] });
    assert.equal(collection.collection.segments[0]!.layout.vectors[0]!.isOnDisk, isOnDisk);
  }
});

test('a thread forgets the rows of a transaction that was rolled back, which another thread writes anew', async (t) => {
  const collection = await TestCollection.create(t, params(true));
  collection.upsert({ points: [{ id: 1, vector: { dot: numbers(1) } }] });
  const { env } = collection.collection;
  const put = t.mock.method(env, 'put', () => {
    throw new Error('the disk is full');
  });
  assert.throws(() => collection.upsert({ points: [{ id: 2, vector: { dot: numbers(1) } }] }));
  put.mock.restore();
  const other = new Tasks(collection.handle, DEFAULT_SIZING, 1);
  t.after(() => other.close());
  const vector = { dot: numbers(1) };
  other.upsert({ points: [{ id: 3, vector }] });
  const [seen, written] = [collection, other].map((tasks) => tasks.read('scroll', { with_vector: true }));
  assert.deepEqual(seen, written);
});
