import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Filter } from '../../../../schemas/filter.ts';
import { type Cancellation, NEVER_CANCELLED } from '../../../../src/engine/segment/cancellation.ts';
import type { FilterBitmap } from '../../../../src/engine/segment/read/filter-cache.ts';
import { ServiceError } from '../../../../src/shared/errors.ts';
import { TestCollection } from '../../../helpers/test-collection.ts';

const PARAMS = { vectors: { size: 1, distance: 'Dot' } } as const;
const FILTERS_MAX = 64;
const atLeast = (n: number): Filter => ({ must: [{ key: 'n', range: { gte: n } }] });
const matching = (key: string, value: number | bigint | string | boolean): Filter => ({
  must: [{ key, match: { value } }],
});
const upsertOf = (from: number, to: number) => ({
  points: Array.from({ length: to - from }, (_, i) => ({
    id: from + i,
    vector: [1],
    payload: { n: from + i },
  })),
});

/** Counts the entries that are read from LMDB. */
function countReads({ collection }: TestCollection): () => number {
  let reads = 0;
  const { env } = collection;
  const { range } = env;
  Object.assign(env, {
    *range(start: Uint8Array, end: Uint8Array) {
      for (const entry of range(start, end)) {
        reads += 1;
        yield entry;
      }
    },
  });
  return () => {
    const sum = reads;
    reads = 0;
    return sum;
  };
}

/** The bitmap as for a search that sees the first `count` rows. */
function bitmapOf(
  { collection }: TestCollection,
  filter: Filter,
  count: number,
  cancel: Cancellation,
): FilterBitmap {
  const [segment] = collection.segments;
  const snapshot = { ...segment!.snapshot(), count };
  collection.env.refresh();
  return collection.filterCache.bitmap(segment!, filter, snapshot, cancel);
}

function bits(collection: TestCollection, filter: Filter, count: number): number[] {
  const bitmap = bitmapOf(collection, filter, count, NEVER_CANCELLED);
  assert.ok(bitmap.rows >= count);
  return Array.from({ length: count }, (_, row) => (bitmap.bits[row >> 3]! >> (row & 7)) & 1);
}

test('a filter reads the payload of a row once', async (t) => {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert(upsertOf(0, 20));
  const readsSoFar = countReads(collection);
  const expected = Array.from({ length: 30 }, (_, row) => (row >= 5 ? 1 : 0));
  assert.deepEqual(bits(collection, atLeast(5), 20), expected.slice(0, 20));
  assert.equal(readsSoFar(), 20);
  assert.deepEqual(bits(collection, atLeast(5), 11), expected.slice(0, 11));
  assert.equal(readsSoFar(), 0);
  collection.upsert(upsertOf(20, 30));
  readsSoFar();
  assert.deepEqual(bits(collection, atLeast(5), 30), expected);
  assert.equal(readsSoFar(), 10);
});

test('after a change of payloads in place all are read again', async (t) => {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert(upsertOf(0, 10));
  assert.deepEqual(bits(collection, atLeast(5), 10), [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  collection.batch([{ task: 'set_payload', body: { payload: { n: 100 }, points: [2] } }]);
  collection.batch([{ task: 'clear_payload', body: { points: [9] } }]);
  assert.deepEqual(bits(collection, atLeast(5), 10), [0, 0, 1, 0, 0, 1, 1, 1, 1, 0]);
});

test('filters that differ in a number beyond 2^53 or in a kind are different filters', async (t) => {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert('{"points":[{"id":0,"vector":[1],"payload":{"n":9007199254740993,"s":"1"}}]}');
  assert.deepEqual(bits(collection, matching('n', 9007199254740993n), 1), [1]);
  assert.deepEqual(bits(collection, matching('n', 9007199254740995n), 1), [0]);
  assert.deepEqual(bits(collection, matching('n', '9007199254740993n'), 1), [0]);
  assert.deepEqual(bits(collection, matching('s', '1'), 1), [1]);
  assert.deepEqual(bits(collection, matching('s', 1), 1), [0]);
});

test('the filters used last are kept', async (t) => {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert(upsertOf(0, 10));
  for (let n = 0; n < FILTERS_MAX; n++) bits(collection, atLeast(n), 10);
  const readsSoFar = countReads(collection);
  bits(collection, atLeast(0), 10);
  assert.equal(readsSoFar(), 0);
  bits(collection, atLeast(1000), 10);
  assert.equal(readsSoFar(), 10);
  bits(collection, atLeast(0), 10);
  assert.equal(readsSoFar(), 0);
  bits(collection, atLeast(1), 10);
  assert.equal(readsSoFar(), 10);
});

test('a filter that is given up leaves nothing half done', async (t) => {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert(upsertOf(0, 3000));
  let checks = 0;
  const cancel = {
    check: () => {
      checks += 1;
      if (checks === 2) throw new ServiceError('NEARIFY_CANCELLED', 'the client has gone');
    },
  };
  assert.throws(() => bitmapOf(collection, atLeast(0), 3000, cancel), { code: 'NEARIFY_CANCELLED' });
  assert.ok(bits(collection, atLeast(0), 3000).every((bit) => bit === 1));
});

test('filters on ids and vectors', async (t) => {
  const collection = await TestCollection.create(t, {
    vectors: { a: { size: 1, distance: 'Dot' }, b: { size: 1, distance: 'Dot' } },
  });
  const uuid = '936da01f-9abd-4d9d-80c7-02af85c822a8';
  collection.upsert({
    points: [
      { id: 1, vector: { a: [1] } },
      { id: uuid, vector: { a: [1], b: [1] } },
      { id: 3, vector: {} },
    ],
  });
  assert.deepEqual(bits(collection, { must: { has_id: [uuid, 3] } }, 3), [0, 1, 1]);
  assert.deepEqual(bits(collection, { must: { has_vector: 'b' } }, 3), [0, 1, 0]);
  assert.deepEqual(bits(collection, { must_not: { has_vector: 'a' } }, 3), [0, 0, 1]);
});
