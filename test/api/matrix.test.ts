import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

interface Pairs {
  readonly pairs: readonly { readonly a: unknown; readonly b: unknown; readonly score: number }[];
}
interface Offsets {
  readonly offsets_row: readonly number[];
  readonly offsets_col: readonly number[];
  readonly scores: readonly number[];
  readonly ids: readonly unknown[];
}

const api = await buildTestApp({ after });
const MATRIX = '/collections/c/points/search/matrix';
const UUID = '550e8400-e29b-41d4-a716-446655440000';

await api.create('c', { '': { size: 1, distance: 'Manhattan' }, named: { size: 1, distance: 'Dot' } });
/** Places 0, 1, 3, 7 and 15 on a line. */
await api.upsert('c', [
  { id: UUID, vector: { '': [15], named: [1] }, payload: { odd: true } },
  { id: 30, vector: { '': [7], named: [3] }, payload: { odd: true } },
  { id: 4, vector: { '': [3] }, payload: { odd: false } },
  { id: 18446744073709551615n, vector: { '': [1] }, payload: { odd: true } },
  { id: 1, vector: { '': [0], named: [2] }, payload: { odd: false } },
  { id: 2, vector: {} },
]);

const pairs = async (request: object, name = 'c') =>
  (await api.result<Pairs>('POST', `/collections/${name}/points/search/matrix/pairs`, request)).pairs.map(
    ({ a, b, score }) => [a, b, score],
  );
const offsets = (request: object, name = 'c') =>
  api.result<Offsets>('POST', `/collections/${name}/points/search/matrix/offsets`, request);

const LARGEST = 18446744073709551615n;

test('every point in the order of the ids, with its nearest, best first', async () => {
  assert.deepEqual(await pairs({ sample: 100, limit: 2 }), [
    [1, LARGEST, 1],
    [1, 4, 3],
    [4, LARGEST, 2],
    [4, 1, 3],
    [30, 4, 4],
    [30, LARGEST, 6],
    [LARGEST, 1, 1],
    [LARGEST, 4, 2],
    [UUID, 30, 8],
    [UUID, 4, 12],
  ]);
});

test('the same as a sparse matrix', async () => {
  assert.deepEqual(await offsets({ sample: 100, limit: 2 }), {
    offsets_row: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4],
    offsets_col: [3, 1, 3, 0, 1, 3, 0, 1, 2, 1],
    scores: [1, 3, 2, 3, 4, 6, 1, 2, 8, 12],
    ids: [1, 4, 30, LARGEST, UUID],
  });
});

test('a named vector: points without it are not in the sample; larger is better', async () => {
  assert.deepEqual(await pairs({ using: 'named', limit: 1 }), [
    [1, 30, 6],
    [30, 1, 6],
    [UUID, 30, 3],
  ]);
});

test('a filter', async () => {
  const filter = { must: { key: 'odd', match: { value: false } } };
  assert.deepEqual(await pairs({ filter }), [
    [1, 4, 3],
    [4, 1, 3],
  ]);
});

test('ten points and three neighbours without being asked for', async () => {
  await api.create('many', { size: 1, distance: 'Euclid' });
  await api.upsert(
    'many',
    Array.from({ length: 40 }, (_, id) => ({ id, vector: [id] })),
  );
  for (const request of [{}, { sample: null, limit: null, using: null, filter: null }]) {
    const { ids, offsets_row, offsets_col } = await offsets(request, 'many');
    assert.deepEqual([ids.length, offsets_row.length, offsets_col.length], [10, 30, 30]);
    assert.deepEqual(
      ids,
      (ids as number[]).toSorted((a, b) => a - b),
    );
  }
  const samples = await Promise.all([1, 2, 3, 4, 5].map(() => offsets({ sample: 5 }, 'many')));
  assert.ok(new Set(samples.map(({ ids }) => ids.join())).size > 1, 'the samples differ');
});

test('fewer than two points: nothing to compare', async () => {
  const nothing = { offsets_row: [], offsets_col: [], scores: [], ids: [] };
  const filter = { must: { has_id: [1] } };
  assert.deepEqual(await pairs({ filter }), []);
  assert.deepEqual(await offsets({ filter }), nothing);
  await api.create('empty', { size: 1, distance: 'Dot' });
  assert.deepEqual(await offsets({}, 'empty'), nothing);
});

const FAULTS: readonly (readonly [object, string | RegExp])[] = [
  [{ using: 'x' }, '400 Wrong input: Not existing vector name error: x'],
  [
    { sample: 1 },
    '422 Validation error in JSON body: [search_request.sample: value 1 invalid, must be 2 or larger]',
  ],
  [
    { limit: 0 },
    '422 Validation error in JSON body: [search_request.limit: value 0 invalid, must be 1 or larger]',
  ],
  [
    { filter: { must: [{ key: 'a' }] } },
    /^422 Validation error in JSON body: \[search_request\.filter\.must\[0\]\.__all__: /,
  ],
  [{ sample: 'all' }, /^400 Format error in JSON body: /],
];

for (const [request, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(request)}`, async () => {
    for (const form of ['pairs', 'offsets']) {
      assertFault(await api.fault('POST', `${MATRIX}/${form}`, request), expected);
    }
  });
}
