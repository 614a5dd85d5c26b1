import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const QUERY = '/collections/c/points/query';
const f32 = Math.fround;

await api.create('c', { size: 2, distance: 'Dot' });
await api.create('metres', { size: 1, distance: 'Euclid' });
await api.create('unit', { size: 2, distance: 'Cosine' });
const PLACES = [
  [4, 0],
  [3, 1],
  [1, 3],
  [0, 4],
  [-4, 0],
  [2, 2],
];
const onPlane = PLACES.map((vector, i) => ({ id: i + 1, vector, payload: { odd: i % 2 === 0 } }));
await api.upsert('c', [...onPlane, { id: 7, vector: {} }]);
await api.upsert('unit', onPlane);
await api.upsert(
  'metres',
  [1, 2, 3, 4, 5, 6].map((id) => ({ id, vector: [id] })),
);

const recommend = async (input: object, rest: object = {}, name = 'c') =>
  (
    await api.result<{ points: { id: number; score: number }[] }>(
      'POST',
      `/collections/${name}/points/query`,
      {
        query: { recommend: input },
        ...rest,
      },
    )
  ).points.map(({ id, score }) => [id, f32(score)]);
const ids = async (...args: Parameters<typeof recommend>) => (await recommend(...args)).map(([id]) => id);

test('near to the average of the positive examples, which are no results', async () => {
  assert.deepEqual(await recommend({ positive: [1, 4] }), [
    [2, 8],
    [3, 8],
    [6, 8],
    [5, -8],
  ]);
  assert.deepEqual(await recommend({ positive: [1, [0, 4]] }, { limit: 1 }), [[2, 8]]);
});

test('away from the average of the negative examples', async () => {
  assert.deepEqual(await recommend({ positive: [1], negative: [4], strategy: 'average_vector' }), [
    [2, 8 * 3 - 4],
    [6, 8 * 2 - 4 * 2],
    [3, 8 - 4 * 3],
    [5, -32],
  ]);
});

test('distances are distances for the average', async () => {
  assert.deepEqual(await recommend({ positive: [1, 3] }, { limit: 2 }, 'metres'), [
    [2, 0],
    [4, 2],
  ]);
  assert.deepEqual(await ids({ positive: [1, 3] }, { score_threshold: 2.5 }, 'metres'), [2, 4]);
});

test('examples of the request are not brought to unit length before the average', async () => {
  const [first] = await recommend(
    {
      positive: [
        [10, 0],
        [0, 1],
      ],
    },
    { limit: 1 },
    'unit',
  );
  assert.equal(first![0], 1);
  assert.ok(Math.abs(first![1]! - 10 / Math.hypot(10, 1)) < 1e-6);
});

/** Into (0, 1). */
const squeezed = (x: number) => f32(0.5 * (x / (1 + Math.abs(x)) + 1));

test('best score: the example that is nearest decides', async () => {
  assert.deepEqual(await recommend({ positive: [1], negative: [4], strategy: 'best_score' }), [
    [2, squeezed(12)],
    [5, -squeezed(0)],
    [6, -squeezed(8)],
    [3, -squeezed(12)],
  ]);
  assert.deepEqual(await ids({ negative: [1], strategy: 'best_score' }), [5, 4, 3, 6, 2]);
});

test('sum of scores', async () => {
  assert.deepEqual(await recommend({ positive: [1, 2], negative: [4], strategy: 'sum_scores' }), [
    [6, 8 + 8 - 8],
    [3, 4 + 6 - 12],
    [5, -16 - 12],
  ]);
});

test('similarities and not distances for the other strategies: best first is the largest', async () => {
  assert.deepEqual(await recommend({ positive: [[1]], strategy: 'sum_scores' }, { limit: 3 }, 'metres'), [
    [1, 0],
    [2, -1],
    [3, -4],
  ]);
});

test('filters, pages, thresholds, prefetches', async () => {
  const filter = { must: { key: 'odd', match: { value: true } } };
  assert.deepEqual(await ids({ positive: [1, 4] }, { filter }), [3, 5]);
  assert.deepEqual(await ids({ positive: [1], strategy: 'best_score' }, { filter }), [3, 5]);
  assert.deepEqual(await ids({ positive: [1], strategy: 'sum_scores' }, { limit: 2, offset: 1 }), [6, 3]);
  assert.deepEqual(await ids({ positive: [1], strategy: 'sum_scores' }, { score_threshold: 4 }), [2, 6]);
  const prefetch = { query: [0, 1], limit: 2 };
  assert.deepEqual(await ids({ positive: [[1, 0]], strategy: 'sum_scores' }, { prefetch }), [3, 4]);
  assert.deepEqual(await ids({ positive: [[1, 0]] }, { prefetch }), [3, 4]);
});

test('a threshold of scores that are no distances goes the way of the metric all the same', async () => {
  const input = { positive: [[1]], strategy: 'sum_scores' };
  assert.deepEqual(await ids(input, { score_threshold: -1 }, 'metres'), []);
  assert.deepEqual(await ids(input, { score_threshold: 1 }, 'metres'), [1, 2, 3, 4, 5, 6]);
});

const FAULTS: readonly (readonly [object, string | RegExp])[] = [
  [
    { recommend: {} },
    '422 Validation error in JSON body: [internal.query.recommend.positives, negatives: Validation error: At least one positive or negative vector/id must be provided [{}]]',
  ],
  [
    { recommend: { positive: [], negative: null, strategy: 'best_score' } },
    /^422 Validation error in JSON body: \[internal\.query\.recommend\./,
  ],
  [
    { recommend: { negative: [1] } },
    '400 Wrong input: Positive vectors should not be empty with `average` strategy',
  ],
  [{ recommend: { positive: [99] } }, '404 Not found: No point with id 99 found'],
  [{ recommend: { positive: [7] } }, '404 Not found: Vector with name "" for point not found'],
  [
    { recommend: { positive: [1], negative: [7], strategy: 'best_score' } },
    '404 Not found: Vector with name "" for point not found',
  ],
  [
    { recommend: { positive: [[1, 2, 3]] } },
    '400 Wrong input: Vector dimension error: expected dim: 2, got 3',
  ],
  [{ recommend: { positive: [1], strategy: 'other' } }, /^400 Format error in JSON body: /],
  [{ recommend: { positive: 1 } }, /^400 Format error in JSON body: /],
];

for (const [query, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(query)}`, async () => {
    assertFault(await api.fault('POST', QUERY, { query }), expected);
  });
}
