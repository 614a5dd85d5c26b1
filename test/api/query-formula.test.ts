import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const QUERY = '/collections/c/points/query';

await api.create('c', { size: 1, distance: 'Dot' });
await api.upsert('c', [
  { id: 1, vector: [1], payload: { stars: 5, at: '2024-01-01T00:00:00Z', place: { lon: 13.4, lat: 52.5 } } },
  { id: 2, vector: [2], payload: { stars: 4, at: '2024-01-02T00:00:00Z', place: { lon: 13.4, lat: 53.5 } } },
  { id: 3, vector: [3], payload: { stars: [1], tags: ['new'] } },
  { id: 4, vector: [4], payload: { stars: 2, many: [1, 2] } },
]);

const PREFETCH = { query: [1], limit: 4 };

const scores = async (formula: unknown, rest: object = {}) =>
  (
    await api.result<{ points: { id: number; score: number }[] }>('POST', QUERY, {
      prefetch: PREFETCH,
      query: { formula },
      ...rest,
    })
  ).points.map(({ id, score }) => [id, score]);

test('the score of the prefetch, boosted by a payload value', async () => {
  assert.deepEqual(await scores({ sum: ['$score', { mult: [2, 'stars'] }] }), [
    [1, 11],
    [2, 10],
    [4, 8],
    [3, 5],
  ]);
});

test('a condition counts 1 where it holds', async () => {
  const isNew = { key: 'tags', match: { any: ['new'] } };
  assert.deepEqual(await scores({ sum: ['$score', { mult: [10, isNew] }] }, { limit: 2 }), [
    [3, 13],
    [4, 4],
  ]);
});

test('scores of several prefetches and defaults', async () => {
  const prefetch = [
    { query: [1], limit: 2 },
    { query: [-1], limit: 3 },
  ];
  const query = {
    formula: { sum: ['$score[0]', '$score[1]', 'missing'] },
    defaults: { '$score[1]': 100, missing: 0.5 },
  };
  assert.deepEqual(
    await scores(null, { prefetch, query }),
    [
      [4, 104.5],
      [3, 0.5],
      [2, -1.5],
      [1, -0.5],
    ].toSorted((a, b) => b[1]! - a[1]!),
  );
});

test('dates and places', async () => {
  const filter = { must: { has_id: [1, 2] } };
  const age = { exp_decay: { x: { datetime_key: 'at' }, target: { datetime: '2024-01-02' }, scale: 86_400 } };
  assert.deepEqual(await scores(age, { filter }), [
    [2, 1],
    [1, 0.5],
  ]);
  const distance = { geo_distance: { origin: { lon: 13.4, lat: 52.5 }, to: 'place' } };
  const near = { gauss_decay: { x: distance, scale: 100_000, midpoint: 0.25 } };
  const [first, second] = await scores(near, { filter });
  assert.deepEqual(first, [1, 1]);
  assert.ok(second![1]! > 0.1 && second![1]! < 0.25);
});

test('pages and the inclusive threshold', async () => {
  assert.deepEqual(await scores('$score', { limit: 2, offset: 1 }), [
    [3, 3],
    [2, 2],
  ]);
  assert.deepEqual(await scores('$score', { score_threshold: 3 }), [
    [4, 4],
    [3, 3],
  ]);
});

test('the payload comes with the points', async () => {
  const { points } = await api.result<{ points: object[] }>('POST', QUERY, {
    prefetch: PREFETCH,
    query: { formula: { neg: '$score' } },
    limit: 1,
    with_payload: ['stars'],
    with_vector: true,
  });
  assert.deepEqual(points, [{ id: 1, version: 1, score: -1, payload: { stars: 5 }, vector: [1] }]);
});

const WRONG = 'in the payload and/or in the formula defaults. Error: ';

const FAULTS: readonly (readonly [object, string | RegExp])[] = [
  [{ query: { formula: 1 } }, '400 Wrong input: Validation failed: cannot apply Formula without prefetches'],
  [
    { prefetch: PREFETCH, query: { formula: 'k' } },
    `400 Wrong input: Expected number value for k ${WRONG}No value found in a payload nor defaults`,
  ],
  [
    { prefetch: PREFETCH, query: { formula: 'many' }, filter: { must: { has_id: [4] } } },
    `400 Wrong input: Expected number value for many ${WRONG}Value is not a number`,
  ],
  [
    { prefetch: PREFETCH, query: { formula: '$other' } },
    '400 Wrong input: Validation failed: failed to parse variable ID $other: Invalid reserved word: $other',
  ],
  [
    { prefetch: PREFETCH, query: { formula: '$score', defaults: { $score: 'high' } } },
    '422 Validation error in JSON body: [internal.query.defaults: Validation error: Score default must be a number [{}]]',
  ],
  [
    { prefetch: PREFETCH, query: { formula: { lin_decay: { x: 1, midpoint: 1.5 } } } },
    '400 Wrong input: Validation failed: Linear decay midpoint should be in the range [0.0, 1.0], got 1.5.',
  ],
  [
    { prefetch: PREFETCH, query: { formula: { exp_decay: { x: 1, scale: 0 } } } },
    '400 Wrong input: Validation failed: Decay scale should be non-zero positive, got 0.',
  ],
  [
    { prefetch: PREFETCH, query: { formula: { div: { left: 1, right: 0 } } } },
    '400 Wrong input: The expression 1/0 = inf produced a non-finite number',
  ],
  [
    { prefetch: PREFETCH, query: { formula: { key: 'a' } } },
    /^422 Validation error in JSON body: \[internal\.query\.formula\.__all__: /,
  ],
  [{ prefetch: PREFETCH, query: { formula: { other: 1 } } }, /^400 Format error in JSON body: /],
  [{ prefetch: PREFETCH, query: { formula: true } }, /^400 Format error in JSON body: /],
  [{ prefetch: PREFETCH, query: { formula: { sum: 1 } } }, /^400 Format error in JSON body: /],
  [
    { prefetch: PREFETCH, query: { formula: { datetime_key: 'a..b' } } },
    "400 Format error in JSON body: Invalid json path: 'a..b'",
  ],
];

for (const [request, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(request)}`, async () => {
    assertFault(await api.fault('POST', QUERY, request), expected);
  });
}
