import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const QUERY = '/collections/c/points/query';

/** Two orders of the same points: `up` grows with the id, `down` falls. */
await api.create('c', {
  up: { size: 1, distance: 'Dot' },
  down: { size: 1, distance: 'Dot' },
  far: { size: 1, distance: 'Euclid' },
});
await api.upsert(
  'c',
  Array.from({ length: 20 }, (_, i) => ({
    id: i + 1,
    vector: { up: [i + 1], down: [-(i + 1)], ...(i < 10 && { far: [i + 1] }) },
    payload: { even: i % 2 === 1, third: (i + 1) % 3 === 0, n: i + 1 },
  })),
);

const points = async (request: object) =>
  (await api.result<{ points: { id: number; score: number }[] }>('POST', QUERY, request)).points;
const ids = async (request: object) => (await points(request)).map(({ id }) => id);

const even = { must: { key: 'even', match: { value: true } } };
const third = { must: { key: 'third', match: { value: true } } };

test('the query runs over what the prefetch found, and no further', async () => {
  const prefetch = { query: [1], using: 'up', limit: 4 };
  assert.deepEqual(await ids({ prefetch, query: [1], using: 'down' }), [17, 18, 19, 20]);
  assert.deepEqual(await ids({ prefetch, query: [1], using: 'down', limit: 2, offset: 1 }), [18, 19]);
});

test('ten points of a prefetch that says no limit', async () => {
  assert.equal(
    (await ids({ prefetch: { query: [1], using: 'up' }, query: [1], using: 'down', limit: 50 })).length,
    10,
  );
});

test('several prefetches: each point once', async () => {
  const prefetch = [
    { query: [1], using: 'up', limit: 2 },
    { query: [1], using: 'down', limit: 2 },
    { query: [1], using: 'up', limit: 1 },
  ];
  assert.deepEqual(await ids({ prefetch, query: [1], using: 'up' }), [20, 19, 2, 1]);
});

test('an empty list of prefetches is none', async () => {
  assert.deepEqual(await ids({ prefetch: [], query: [1], using: 'up', limit: 1 }), [20]);
  assert.deepEqual(await ids({ prefetch: null, query: [1], using: 'up', limit: 1 }), [20]);
});

test('prefetches without a query list points in the order of their ids', async () => {
  assert.deepEqual(await ids({ prefetch: { limit: 3 }, query: [1], using: 'up' }), [3, 2, 1]);
});

test('a prefetch that finds nothing leaves nothing', async () => {
  const prefetch = { query: [1], using: 'up', filter: { must: { has_id: [99] } } };
  assert.deepEqual(await ids({ prefetch, query: [1], using: 'up' }), []);
});

test('points without the vector of the query are left out', async () => {
  const prefetch = { query: [1], using: 'up', limit: 12 };
  assert.deepEqual(await ids({ prefetch, query: [1], using: 'far' }), [9, 10]);
});

test('filters of all levels hold for the innermost prefetch', async () => {
  const inner = { query: [1], using: 'up', limit: 2 };
  const middle = { prefetch: inner, query: [1], using: 'up', filter: third };
  assert.deepEqual(await ids({ prefetch: inner, query: [1], using: 'up', filter: even }), [20, 18]);
  assert.deepEqual(await ids({ prefetch: middle, query: [1], using: 'up', filter: even }), [18, 12]);
});

test('a filter of one prefetch does not hold for its neighbour', async () => {
  const prefetch = [
    { query: [1], using: 'up', limit: 2, filter: even },
    { query: [1], using: 'up', limit: 2 },
  ];
  assert.deepEqual(await ids({ prefetch, query: [1], using: 'up' }), [20, 19, 18]);
});

test('thresholds of prefetches', async () => {
  const prefetch = { query: [1], using: 'up', limit: 20, score_threshold: 18 };
  assert.deepEqual(await ids({ prefetch, query: [1], using: 'down' }), [19, 20]);
  const near = { query: [1], using: 'far', limit: 20, score_threshold: 2 };
  assert.deepEqual(await ids({ prefetch: near, query: [1], using: 'down' }), [1, 2]);
});

test('examples anywhere in a request are results nowhere', async () => {
  const prefetch = [
    { query: 20, using: 'up', limit: 3 },
    { query: [1], using: 'up', limit: 3 },
  ];
  assert.deepEqual(await ids({ prefetch, query: [1], using: 'up' }), [19, 18, 17]);
  assert.deepEqual(await ids({ prefetch, query: 19, using: 'up' }), [18, 17, 16]);
  const listed = { prefetch: { limit: 3 }, query: 1, using: 'up' };
  assert.deepEqual(await ids(listed), [4, 3, 2]);
});

test('scores are those of the outer query, in its own metric', async () => {
  const prefetch = { query: [1], using: 'up', limit: 20 };
  assert.deepEqual(
    (await points({ prefetch, query: [3.25], using: 'far', limit: 3 })).map(({ id, score }) => [id, score]),
    [
      [3, 0.25],
      [4, 0.75],
      [2, 1.25],
    ],
  );
});

/** Prefetches nested to a depth, each level one deeper. */
function nested(depth: number): object {
  const leaf = { query: [1], using: 'up', limit: 3 };
  return depth === 0 ? leaf : { ...leaf, prefetch: nested(depth - 1) };
}

test('prefetches nest to a depth of 64', async () => {
  assert.deepEqual(await ids(nested(64)), [20, 19, 18]);
  assert.equal(
    await api.fault('POST', QUERY, nested(65)),
    '400 Wrong input: Validation failed: prefetches depth 65 exceeds max depth 64',
  );
});

const FAULTS: readonly (readonly [object, string])[] = [
  [
    { prefetch: { query: [1], using: 'up' } },
    "400 Bad request: A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
  ],
  [
    { prefetch: { prefetch: { limit: 1 } }, query: [1], using: 'up' },
    "400 Bad request: A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
  ],
  [
    { score_threshold: 1 },
    "400 Bad request: A query is needed to use the score_threshold. Can't have score_threshold without defining a query.",
  ],
  [
    { prefetch: { score_threshold: 1 }, query: [1], using: 'up' },
    "400 Bad request: A query is needed to use the score_threshold. Can't have score_threshold without defining a query.",
  ],
  [
    { prefetch: { query: [1], using: 'x' }, query: [1], using: 'up' },
    '400 Wrong input: Not existing vector name error: x',
  ],
  [
    { prefetch: { query: [1, 2], using: 'up' }, query: [1], using: 'up' },
    '400 Wrong input: Vector dimension error: expected dim: 1, got 2',
  ],
  [
    { prefetch: { query: 99, using: 'up' }, query: [1], using: 'up' },
    '404 Not found: No point with id 99 found',
  ],
  [
    { prefetch: { query: 20, using: 'far' }, query: [1], using: 'up' },
    '404 Not found: Vector with name "far" for point not found',
  ],
  [
    { prefetch: [{ limit: 1 }, { limit: 0 }], query: [1], using: 'up' },
    '422 Validation error in JSON body: [internal.prefetch[1].limit: value 0 invalid, must be 1 or larger]',
  ],
];

for (const [request, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(request)}`, async () => {
    assertFault(await api.fault('POST', QUERY, request), expected);
  });
}
