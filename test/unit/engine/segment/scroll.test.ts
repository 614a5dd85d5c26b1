import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { TestCollection } from '../../../helpers/test-collection.ts';

const UUIDS = [
  '00000000-0000-0000-0000-000000000001',
  '7f000000-0000-0000-0000-000000000000',
  '80000000-0000-0000-0000-000000000000',
  'ff000000-0000-0000-0000-0000000000ff',
];
/** In the order of scrolling. */
const IDS: readonly unknown[] = [0, 1, 9, 10, 255, 256, 2 ** 32, 2n ** 53n, 2n ** 64n - 1n, ...UUIDS];
/** An id, or null, as JSON. */
const idJson = (id: unknown) => (typeof id === 'string' ? `"${id}"` : String(id));

interface Page {
  readonly points: readonly { readonly id: unknown }[];
  readonly next_page_offset: unknown;
}

async function filled(t: TestContext): Promise<TestCollection> {
  const collection = await TestCollection.create(t, { vectors: { size: 1, distance: 'Dot' } });
  const points = IDS.map(
    (id, i) => `{"id":${idJson(id)},"vector":[1],"payload":{"i":${i},"odd":${i % 2 === 1}}}`,
  );
  // Not in order, and with rows that were replaced in between.
  collection.upsert(`{"points":[${[...points, ...points.toReversed()].join()}]}`);
  return collection;
}

function page(collection: TestCollection, body: string): [unknown[], unknown] {
  const { points, next_page_offset: next } = collection.read('scroll', body) as Page;
  return [points.map(({ id }) => id), next];
}

test('integers ascending, then UUIDs by their bytes', async (t) => {
  const collection = await filled(t);
  assert.deepEqual(page(collection, '{"limit":100}'), [IDS, null]);
});

test('pages of every size join without a gap', async (t) => {
  const collection = await filled(t);
  for (let limit = 1; limit <= IDS.length + 1; limit++) {
    const seen: unknown[] = [];
    let offset: unknown = null;
    do {
      const [ids, next] = page(collection, `{"limit":${limit},"offset":${idJson(offset)}}`);
      seen.push(...ids);
      offset = next;
    } while (offset !== null);
    assert.deepEqual(seen, IDS);
  }
});

test('a page holds 10 points unless told otherwise, and all with the largest limit', async (t) => {
  const collection = await filled(t);
  assert.deepEqual(page(collection, '{}'), [IDS.slice(0, 10), IDS[10]]);
  assert.deepEqual(page(collection, '{"limit":18446744073709551615}'), [IDS, null]);
});

test('the offset is inclusive, and need not be the id of a point', async (t) => {
  const collection = await filled(t);
  assert.deepEqual(page(collection, '{"limit":2,"offset":255}'), [[255, 256], 2 ** 32]);
  assert.deepEqual(page(collection, '{"limit":2,"offset":11}'), [[255, 256], 2 ** 32]);
  assert.deepEqual(page(collection, `{"offset":"${UUIDS[3]}"}`), [[UUIDS[3]], null]);
  assert.deepEqual(page(collection, '{"offset":"ffffffff-ffff-ffff-ffff-ffffffffffff"}'), [[], null]);
  assert.deepEqual(page(collection, '{"offset":18446744073709551615,"limit":1}'), [
    [2n ** 64n - 1n],
    UUIDS[0],
  ]);
});

test('with a filter the next page starts at a point that passes it', async (t) => {
  const collection = await filled(t);
  const filter = '{"must":[{"key":"odd","match":{"value":true}}]}';
  const odd = IDS.filter((_, i) => i % 2 === 1);
  assert.deepEqual(page(collection, `{"filter":${filter}}`), [odd, null]);
  assert.deepEqual(page(collection, `{"filter":${filter},"limit":2}`), [odd.slice(0, 2), odd[2]]);
  assert.deepEqual(page(collection, `{"filter":${filter},"limit":${odd.length}}`), [odd, null]);
  assert.deepEqual(page(collection, `{"filter":{"must":[{"has_id":[1,"${UUIDS[1]}",7]}]}}`), [
    [1, UUIDS[1]],
    null,
  ]);
});

test('payload shows unless told otherwise, vectors only if told', async (t) => {
  const collection = await TestCollection.create(t, { vectors: { a: { size: 1, distance: 'Dot' } } });
  collection.upsert({ points: [{ id: 1, vector: { a: [2] }, payload: { x: 1, y: { z: [1, 2] } } }] });
  const shows = (body: object) =>
    /"points":\[\{"id":1,?(.*)\}\],"next/.exec(collection.readText('scroll', body))?.[1];
  assert.equal(shows({}), '"payload":{"x":1,"y":{"z":[1,2]}}');
  assert.equal(shows({ with_payload: null }), '"payload":{"x":1,"y":{"z":[1,2]}}');
  assert.equal(shows({ with_payload: false }), '');
  assert.equal(shows({ with_payload: ['y.z'] }), '"payload":{"y":{"z":[1,2]}}');
  assert.equal(shows({ with_payload: { exclude: ['y'] } }), '"payload":{"x":1}');
  assert.equal(shows({ with_payload: [] }), '"payload":{}');
  assert.equal(shows({ with_payload: false, with_vector: true }), '"vector":{"a":[2.0]}');
  assert.equal(shows({ with_payload: false, with_vector: ['a'] }), '"vector":{"a":[2.0]}');
  assert.equal(shows({ with_payload: false, with_vector: [] }), '"vector":{}');
  assert.equal(
    collection.refusal('scroll', { with_vector: ['b'] }),
    '400 Wrong input: Not existing vector name error: b',
  );
});

test('an empty collection', async (t) => {
  const collection = await TestCollection.create(t, {});
  assert.equal(collection.readText('scroll'), '{"points":[],"next_page_offset":null}');
});
