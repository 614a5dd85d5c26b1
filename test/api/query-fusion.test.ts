import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const QUERY = '/collections/c/points/query';
const f32 = Math.fround;

await api.create('c', { a: { size: 1, distance: 'Dot' }, b: { size: 1, distance: 'Dot' } });
/** In the order of `a`: 1 to 6; in the order of `b`: 3, 1, 5, 2, 6, 4. */
await api.upsert('c', [
  { id: 1, vector: { a: [60], b: [5] }, payload: { n: 1 } },
  { id: 2, vector: { a: [50], b: [3] } },
  { id: 3, vector: { a: [40], b: [6] } },
  { id: 4, vector: { a: [30], b: [1] } },
  { id: 5, vector: { a: [20], b: [4] } },
  { id: 6, vector: { a: [10], b: [2] } },
]);

const BOTH = [
  { query: [1], using: 'a', limit: 3 },
  { query: [1], using: 'b', limit: 3 },
];

const scores = async (request: object) =>
  (await api.result<{ points: { id: number; score: number }[] }>('POST', QUERY, request)).points.map(
    ({ id, score }) => [id, f32(score)],
  );

/** What rank `rank` of a list adds. */
const part = (rank: number, k = 2, weight = 1) => f32(1 / f32(f32(f32((rank + 1) / weight) + k) - 1));

test('reciprocal ranks, by its short name and by its own', async () => {
  const expected = [
    [1, f32(part(0) + part(1))],
    [3, f32(part(2) + part(0))],
    [2, part(1)],
    [5, part(2)],
  ];
  for (const query of [{ fusion: 'rrf' }, { rrf: {} }, { rrf: { k: null, weights: null } }]) {
    assert.deepEqual(await scores({ prefetch: BOTH, query }), expected);
  }
});

test('k and weights of reciprocal ranks', async () => {
  assert.deepEqual(await scores({ prefetch: BOTH, query: { rrf: { k: 60 } }, limit: 1 }), [
    [1, f32(part(0, 60) + part(1, 60))],
  ]);
  assert.deepEqual(await scores({ prefetch: BOTH, query: { rrf: { weights: [0.5, 3] } } }), [
    [1, f32(part(0, 2, 0.5) + part(1, 2, 3))],
    [3, f32(part(2, 2, 0.5) + part(0, 2, 3))],
    [5, part(2, 2, 3)],
    [2, part(1, 2, 0.5)],
  ]);
  assert.deepEqual((await scores({ prefetch: BOTH, query: { rrf: { weights: [1, 0] } } })).at(-1), [5, 0]);
});

test('distributions of scores', async () => {
  const found = await scores({ prefetch: BOTH, query: { fusion: 'dbsf' } });
  assert.deepEqual(
    found.map(([id]) => id),
    [1, 3, 2, 5],
  );
  const expected = [4 / 6 + 0.5, 2 / 6 + 4 / 6, 0.5, 2 / 6];
  for (const [i, [, score]] of found.entries()) assert.ok(Math.abs(score! - expected[i]!) < 1e-6);
});

test('a list of one point, and one of equal scores, count as a half', async () => {
  const prefetch = [
    { query: [1], using: 'a', limit: 1 },
    { query: [0], using: 'b', limit: 3 },
  ];
  const found = await scores({ prefetch, query: { fusion: 'dbsf' } });
  assert.deepEqual(found[0]!, [1, 1]);
});

test('pages and the inclusive threshold', async () => {
  const query = { fusion: 'rrf' };
  assert.deepEqual(
    (await scores({ prefetch: BOTH, query, limit: 2, offset: 1 })).map(([id]) => id),
    [3, 2],
  );
  assert.deepEqual(
    (await scores({ prefetch: BOTH, query, score_threshold: part(1) })).map(([id]) => id),
    [1, 3, 2],
  );
});

test('payload and version of the points, and fusions of fusions', async () => {
  const { points } = await api.result<{ points: object[] }>('POST', QUERY, {
    prefetch: { prefetch: BOTH, query: { fusion: 'rrf' }, limit: 1 },
    query: { rrf: {} },
    with_payload: true,
  });
  assert.deepEqual(points, [{ id: 1, version: 1, score: 0.5, payload: { n: 1 } }]);
});

test('lists that no vector ranks: points by their ids', async () => {
  const prefetch = [{ limit: 2 }, { query: [1], using: 'b', limit: 1 }];
  assert.deepEqual(await scores({ prefetch, query: { fusion: 'rrf' } }), [
    [1, 0.5],
    [3, 0.5],
    [2, part(1)],
  ]);
});

const FAULTS: readonly (readonly [object, string | RegExp])[] = [
  [
    { prefetch: BOTH, query: { fusion: 'rrf' }, using: 'a' },
    "400 Bad request: Fusion queries cannot be combined with the 'using' field.",
  ],
  [
    { prefetch: BOTH, query: { rrf: {} }, using: 'a' },
    "400 Bad request: Fusion queries cannot be combined with the 'using' field.",
  ],
  [
    { query: { fusion: 'rrf' } },
    '400 Wrong input: Validation failed: cannot apply Fusion without prefetches',
  ],
  [{ query: { rrf: {} } }, '400 Wrong input: Validation failed: cannot apply Fusion without prefetches'],
  [
    { prefetch: { query: { fusion: 'dbsf' } }, query: [1], using: 'a' },
    '400 Wrong input: Validation failed: cannot apply Fusion without prefetches',
  ],
  [
    { prefetch: BOTH, query: { rrf: { weights: [1] } } },
    '400 Bad request: RRF weights length (1) does not match number of prefetches (2)',
  ],
  [
    { prefetch: BOTH, query: { rrf: { k: 0 } } },
    '422 Validation error in JSON body: [internal.query.rrf.k: value 0 invalid, must be 1 or larger]',
  ],
  [{ prefetch: BOTH, query: { fusion: 'other' } }, /^400 Format error in JSON body: /],
];

for (const [request, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(request)}`, async () => {
    assertFault(await api.fault('POST', QUERY, request), expected);
  });
}
