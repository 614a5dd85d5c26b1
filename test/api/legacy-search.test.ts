import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const POINTS = '/collections/c/points';

await api.create('c', { a: { size: 2, distance: 'Dot' }, b: { size: 1, distance: 'Euclid' } });
await api.create('plain', { size: 2, distance: 'Dot' });
await api.create('other', { size: 2, distance: 'Dot' });
const PLACES = [
  [4, 0],
  [3, 1],
  [1, 3],
  [0, 4],
  [2, 2],
];
await api.upsert(
  'c',
  PLACES.map((a, i) => ({ id: i + 1, vector: { a, b: [i] }, payload: { kind: i % 2 === 0 ? 'x' : 'y' } })),
);
await api.upsert(
  'plain',
  PLACES.map((vector, i) => ({ id: i + 1, vector })),
);
await api.upsert('other', [{ id: 77, vector: [0, 1] }]);

type Hits = { id: number; score: number }[];
const call = <T>(path: string, request: object, name = 'c') =>
  api.result<T>('POST', `/collections/${name}/points/${path}`, request);
const ids = async (path: string, request: object, name = 'c') =>
  (await call<Hits>(path, request, name)).map(({ id }) => id);
const groups = async (path: string, request: object) =>
  (await call<{ groups: { id: unknown; hits: Hits }[] }>(path, request)).groups.map(({ id, hits }) => [
    id,
    hits.map((hit) => hit.id),
  ]);

const vector = { name: 'a', vector: [1, 0] };

test('search: the answer is an array', async () => {
  assert.deepEqual(await call('search', { vector, limit: 2 }), [
    { id: 1, version: 1, score: 4 },
    { id: 2, version: 1, score: 3 },
  ]);
});

test('search: the unnamed vector, another name, aliases', async () => {
  assert.deepEqual(await ids('search', { vector: [0, 1], limit: 2 }, 'plain'), [4, 3]);
  assert.deepEqual(await ids('search', { vector: [0, 1], top: 1 }, 'plain'), [4]);
  assert.deepEqual(await ids('search', { vector: { name: 'b', vector: [3.2] }, limit: 2 }), [4, 5]);
  const [hit] = await call<unknown[]>('search', {
    vector,
    limit: 1,
    with_payload: true,
    with_vectors: ['b'],
  });
  assert.deepEqual(hit, { id: 1, version: 1, score: 4, payload: { kind: 'x' }, vector: { b: [0] } });
});

test('search: filter, offset, threshold, parameters', async () => {
  const filter = { must: { key: 'kind', match: { value: 'x' } } };
  assert.deepEqual(await ids('search', { vector, filter, limit: 5 }), [1, 5, 3]);
  assert.deepEqual(await ids('search', { vector, limit: 2, offset: 1 }), [2, 5]);
  assert.deepEqual(await ids('search', { vector, limit: 5, score_threshold: 2 }), [1, 2]);
  assert.deepEqual(await ids('search', { vector, limit: 1, params: { exact: true, hnsw_ef: 7 } }), [1]);
});

test('search in batches and in groups', async () => {
  const searches = [
    { vector, limit: 1 },
    { vector: { name: 'a', vector: [0, 1] }, limit: 2 },
  ];
  const found = await call<Hits[]>('search/batch', { searches });
  assert.deepEqual(
    found.map((hits) => hits.map(({ id }) => id)),
    [[1], [4, 3]],
  );
  assert.deepEqual(await groups('search/groups', { vector, group_by: 'kind', group_size: 2, limit: 5 }), [
    ['x', [1, 5]],
    ['y', [2, 4]],
  ]);
});

test('recommend', async () => {
  assert.deepEqual(await ids('recommend', { positive: [1], using: 'a', limit: 10 }), [2, 5, 3, 4]);
  const request = { positive: [1, [0, 1]], negative: [4], using: 'a', limit: 2 };
  assert.deepEqual(await ids('recommend', request), [2, 5]);
  for (const strategy of ['best_score', 'sum_scores']) {
    assert.deepEqual(await ids('recommend', { ...request, strategy }), [2, 5]);
    assert.deepEqual(await ids('recommend', { negative: [1], strategy, using: 'a', limit: 1 }), [4]);
  }
});

test('recommend by points of another collection', async () => {
  const lookup_from = { collection: 'other' };
  assert.deepEqual(await ids('recommend', { positive: [77], using: 'a', lookup_from, limit: 1 }), [4]);
});

test('recommend in batches and in groups', async () => {
  const searches = [{ positive: [1], using: 'a', limit: 1 }];
  assert.deepEqual((await call<Hits[]>('recommend/batch', { searches }))[0]![0]!.id, 2);
  const request = { positive: [1], using: 'a', group_by: 'kind', group_size: 1, limit: 1 };
  assert.deepEqual(await groups('recommend/groups', request), [['y', [2]]]);
});

test('discover: a target with or without pairs, or pairs alone', async () => {
  const context = [{ positive: [0, 1], negative: [1, 0] }];
  assert.deepEqual(await ids('discover', { target: [1, 0], using: 'a', limit: 1 }), [1]);
  assert.deepEqual(await ids('discover', { target: [1, 0], context, using: 'a', limit: 2 }), [3, 4]);
  assert.deepEqual((await ids('discover', { context, using: 'a', limit: 2 })).toSorted(), [3, 4]);
  assert.deepEqual(await ids('discover', { target: 3, context, using: 'a', limit: 1 }), [4]);
  const searches = [{ target: [1, 0], using: 'a', limit: 1 }];
  assert.deepEqual((await call<Hits[]>('discover/batch', { searches }))[0]![0]!.id, 1);
});

const TOO_SMALL = 'value 0 invalid, must be 1 or larger';

const FAULTS: readonly (readonly [string, object, string | RegExp])[] = [
  ['search', { vector }, '400 Format error in JSON body: missing field `limit`'],
  ['search', { limit: 1 }, '400 Format error in JSON body: missing field `vector`'],
  ['search', { vector, limit: 0 }, `422 Validation error in JSON body: [search_request.limit: ${TOO_SMALL}]`],
  [
    'search/batch',
    {
      searches: [
        { vector, limit: 1 },
        { vector, limit: 0 },
      ],
    },
    `422 Validation error in JSON body: [searches[1].search_request.limit: ${TOO_SMALL}]`,
  ],
  ['search', { vector: [1, 0], limit: 1 }, '400 Wrong input: Not existing vector name error: '],
  [
    'search/groups',
    { vector, group_by: 'kind', limit: 1 },
    '400 Format error in JSON body: missing field `group_size`',
  ],
  [
    'search/groups',
    { vector, group_by: 'kind', limit: 1, group_size: 0 },
    `422 Validation error in JSON body: [search_group_request.group_request.group_size: ${TOO_SMALL}]`,
  ],
  [
    'recommend',
    { positive: [], using: 'a', limit: 1 },
    '400 Bad request: At least one positive vector ID required with this strategy',
  ],
  [
    'recommend',
    { negative: [1], using: 'a', limit: 1 },
    '400 Bad request: At least one positive vector ID required with this strategy',
  ],
  [
    'recommend',
    { strategy: 'best_score', using: 'a', limit: 1 },
    '400 Bad request: At least one positive or negative vector ID required with this strategy',
  ],
  ['recommend', { positive: [99], using: 'a', limit: 1 }, '404 Not found: No point with id 99 found'],
  [
    'recommend',
    { positive: [1], using: 'a', limit: 0 },
    `422 Validation error in JSON body: [recommend_request.limit: ${TOO_SMALL}]`,
  ],
  [
    'recommend',
    { positive: [1], using: 'a', limit: 1, lookup_from: { collection: 'none' } },
    '404 Not found: Collection none not found',
  ],
  [
    'recommend/groups',
    { positive: [1], using: 'a', group_by: 'kind', group_size: 1, limit: 0 },
    `422 Validation error in JSON body: [recommend_group_request.group_request.limit: ${TOO_SMALL}]`,
  ],
  ['discover', { using: 'a', limit: 1 }, '400 Bad request: target and/or context_pairs must be specified'],
  [
    'discover',
    { target: [1, 0], using: 'a', limit: 0 },
    `422 Validation error in JSON body: [discover_request.limit: ${TOO_SMALL}]`,
  ],
];

for (const [path, request, expected] of FAULTS) {
  test(`${path} refuses ${JSON.stringify(request)}`, async () => {
    assertFault(await api.fault('POST', `${POINTS}/${path}`, request), expected);
  });
}
