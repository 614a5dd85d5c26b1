import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

interface Page {
  readonly points: readonly { readonly id: unknown; readonly payload?: unknown; readonly vector?: unknown }[];
  readonly next_page_offset: unknown;
}

const api = await buildTestApp({ after });
const POINTS = '/collections/c/points';
const UUIDS = [
  '00000000-0000-0000-0000-000000000001',
  '80000000-0000-0000-0000-000000000000',
  'ffffffff-0000-0000-0000-000000000000',
];
/** In the order of scrolling: integers ascending, then UUIDs by their bytes. */
const IDS = [0, 3, 10, 200, 3000, 9007199254740993n, 18446744073709551615n, ...UUIDS];

await api.create('c', { size: 1, distance: 'Dot' });
await api.create('empty', { size: 1, distance: 'Dot' });
await api.upsert(
  'c',
  IDS.map((id, i) => ({ id, vector: [i], payload: { i, odd: i % 2 === 1 } })).toReversed(),
);

const scroll = (request: object, name = 'c') =>
  api.result<Page>('POST', `/collections/${name}/points/scroll`, request);

async function pages(request: object): Promise<unknown[][]> {
  const found: unknown[][] = [];
  let offset: unknown;
  do {
    const page = await scroll({ ...request, ...(offset !== undefined && { offset }) });
    found.push(page.points.map(({ id }) => id));
    offset = page.next_page_offset;
  } while (offset !== null);
  return found;
}

test('integers ascending, then UUIDs by their bytes', async () => {
  const { points, next_page_offset } = await scroll({ limit: 100 });
  assert.deepEqual(
    points.map(({ id }) => id),
    IDS,
  );
  assert.equal(next_page_offset, null);
});

test('payload without asking, vectors only when asked for', async () => {
  const { points } = await scroll({ limit: 1 });
  assert.deepEqual(points, [{ id: 0, payload: { i: 0, odd: false } }]);
  const selected = await scroll({ limit: 1, with_payload: false, with_vector: true });
  assert.deepEqual(selected.points, [{ id: 0, vector: [0] }]);
  const renamed = await scroll({ limit: 1, with_payload: false, with_vectors: true });
  assert.deepEqual(renamed.points, [{ id: 0, vector: [0] }]);
});

test('ten points without a limit', async () => {
  assert.equal(IDS.length, 10);
  await api.create('eleven', { size: 1, distance: 'Dot' });
  await api.upsert(
    'eleven',
    Array.from({ length: 11 }, (_, id) => ({ id, vector: [id] })),
  );
  for (const request of [{}, { limit: null }]) {
    const { points, next_page_offset } = await scroll(request, 'eleven');
    assert.deepEqual([points.length, next_page_offset], [10, 10]);
  }
});

for (const limit of [1, 2, 3, 9, 10, 11]) {
  test(`pages of ${limit} cover all points once; the last one says null`, async () => {
    const found = await pages({ limit });
    assert.deepEqual(found.flat(), IDS);
    assert.equal(found.length, Math.ceil(IDS.length / limit));
  });
}

test('pages of what matches a filter', async () => {
  const filter = { must: { key: 'odd', match: { value: true } } };
  const odd = IDS.filter((_, i) => i % 2 === 1);
  assert.deepEqual(await pages({ limit: 2, filter }), [odd.slice(0, 2), odd.slice(2, 4), odd.slice(4)]);
  assert.deepEqual(await pages({ limit: 5, filter }), [odd]);
});

test('next_page_offset is the first id that matches and was not shown', async () => {
  const filter = { must: { key: 'i', match: { any: [0, 4] } } };
  assert.equal((await scroll({ limit: 1, filter })).next_page_offset, 3000);
});

const OFFSETS = [
  [0, IDS],
  [3, IDS.slice(1)],
  [4, IDS.slice(2)],
  [9007199254740992n, IDS.slice(5)],
  [9007199254740993n, IDS.slice(5)],
  [9007199254740994n, IDS.slice(6)],
  [18446744073709551615n, IDS.slice(6)],
  ['00000000-0000-0000-0000-000000000000', UUIDS],
  [UUIDS[1], UUIDS.slice(1)],
  [UUIDS[1]!.replaceAll('-', '').toUpperCase(), UUIDS.slice(1)],
  ['ffffffff-ffff-ffff-ffff-ffffffffffff', []],
  [null, IDS],
] as const;

for (const [offset, expected] of OFFSETS) {
  test(`the offset ${offset} is where the page starts, whether there is such a point or not`, async () => {
    const { points } = await scroll({ offset, limit: 100 });
    assert.deepEqual(
      points.map(({ id }) => id),
      expected,
    );
  });
}

for (const limit of ['18446744073709551615', '9007199254740993', '1000000000']) {
  test(`a limit of ${limit} means all`, async () => {
    const text = await api.resultText('POST', `${POINTS}/scroll`, `{"limit":${limit},"with_payload":false}`);
    const all = IDS.map((id) => `{"id":${typeof id === 'string' ? `"${id}"` : id}}`);
    assert.equal(text, `{"points":[${all.join(',')}],"next_page_offset":null}`);
  });
}

test('an empty collection', async () => {
  assert.deepEqual(await scroll({}, 'empty'), { points: [], next_page_offset: null });
  assert.deepEqual(await scroll({ offset: 5, filter: {} }, 'empty'), { points: [], next_page_offset: null });
});

const FAULTS = [
  [
    { limit: 0 },
    '422 Validation error in JSON body: [scroll_request.limit: value 0 invalid, must be 1 or larger]',
  ],
  [{ limit: -1 }, /^400 Format error in JSON body: invalid value: integer `-1`, expected u64/],
  [{ limit: 1.5 }, /^400 Format error in JSON body: invalid type: floating point `1.5`, expected u64/],
  [{ limit: '5' }, /^400 Format error in JSON body: invalid type: string "5", expected u64/],
  [
    { filter: { must: [{ key: 'a' }] } },
    /^422 Validation error in JSON body: \[scroll_request\.filter\.must\[0\]\.__all__: /,
  ],
  [{ filter: [] }, /^400 Format error in JSON body: /],
  [{ order_by: 'i' }, /^400 Wrong input: No range index for `order_by` key: `i`/],
  [{ order_by: { key: 'i', direction: 'desc' } }, /^400 Wrong input: No range index for `order_by` key: `i`/],
] as const;

for (const [request, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(request)}`, async () => {
    const fault = await api.fault('POST', `${POINTS}/scroll`, request);
    assertFault(fault, expected);
  });
}
