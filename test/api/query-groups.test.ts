import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

interface Group {
  readonly id: unknown;
  readonly hits: readonly { readonly id: number; readonly score: number }[];
  readonly lookup?: unknown;
}

const api = await buildTestApp({ after });
const GROUPS = '/collections/c/points/query/groups';
const UUID = '550e8400-e29b-41d4-a716-446655440000';

await api.create('c', { size: 1, distance: 'Manhattan' });
const KINDS: unknown[] = [
  'a',
  'a',
  ['a', 'b'],
  1,
  'b',
  'a',
  [1, 2, 1],
  1.5,
  true,
  null,
  {},
  [['a']],
  ['a', false],
  1.0,
  'c',
];
await api.upsert('c', [
  ...KINDS.map((kind, i) => ({ id: i + 1, vector: [i + 1], payload: { kind, deep: { kind } } })),
  { id: 100, vector: [100], payload: {} },
]);

const groups = async (request: object, name = 'c') =>
  (await api.result<{ groups: Group[] }>('POST', `/collections/${name}/points/query/groups`, request)).groups;
const shown = async (...args: Parameters<typeof groups>) =>
  (await groups(...args)).map(({ id, hits }) => [id, hits.map((hit) => hit.id)]);

const query = [0];

test('groups by their best hits, hits best first; strings and integers, elements one by one', async () => {
  const expected = [
    ['a', [1, 2, 3]],
    ['b', [3, 5]],
    [1, [4, 7, 14]],
    [2, [7]],
    ['c', [15]],
  ];
  for (const group_by of ['kind', 'deep.kind']) {
    assert.deepEqual(await shown({ query, group_by }), expected);
  }
  // Arrays alone: their elements, and those of arrays in them.
  assert.deepEqual(await shown({ query, group_by: 'kind[]' }), [
    ['a', [3, 12]],
    ['b', [3]],
    [1, [7]],
    [2, [7]],
  ]);
});

test('the number of groups and of hits in each', async () => {
  assert.deepEqual(await shown({ query, group_by: 'kind', limit: 2, group_size: 1 }), [
    ['a', [1]],
    ['b', [3]],
  ]);
  assert.deepEqual(await shown({ query, group_by: 'kind', limit: 1, group_size: 10 }), [['a', [1, 2, 3, 6]]]);
});

test('hits are scored points', async () => {
  const [first] = await groups({
    query,
    group_by: 'kind',
    limit: 1,
    group_size: 1,
    with_payload: ['deep'],
    with_vector: true,
  });
  assert.deepEqual(first, {
    id: 'a',
    hits: [{ id: 1, version: 1, score: 1, payload: { deep: { kind: 'a' } }, vector: [1] }],
  });
});

test('filters, thresholds, examples by id, prefetches, no query', async () => {
  const group_by = 'kind';
  const filter = { must: { has_id: [3, 7, 15] } };
  assert.deepEqual(await shown({ query, group_by, filter, limit: 2 }), [
    ['a', [3]],
    ['b', [3]],
  ]);
  assert.deepEqual(await shown({ query, group_by, score_threshold: 3.5 }), [
    ['a', [1, 2, 3]],
    ['b', [3]],
  ]);
  assert.deepEqual(await shown({ query: 1, group_by, limit: 1 }), [['a', [2, 3, 6]]]);
  assert.deepEqual(await shown({ group_by, limit: 1 }), [['a', [1, 2, 3]]]);
  const prefetch = { query: [16], limit: 100 };
  assert.deepEqual(await shown({ prefetch, query: { fusion: 'rrf' }, group_by, limit: 2 }), [
    ['c', [15]],
    [1, [14, 7, 4]],
  ]);
});

test('a prefetch finds as many points for each group', async () => {
  const prefetch = { query: [0], limit: 3 };
  assert.deepEqual(await shown({ prefetch, query, group_by: 'kind', limit: 2 }), [
    ['a', [1, 2, 3]],
    ['b', [3, 5]],
  ]);
});

test('many points of one group do not hide the others', async () => {
  await api.create('many', { size: 1, distance: 'Manhattan' });
  await api.upsert(
    'many',
    Array.from({ length: 900 }, (_, id) => ({ id, vector: [id], payload: { kind: id < 895 ? 'big' : id } })),
  );
  assert.deepEqual(await shown({ query, group_by: 'kind', limit: 3, group_size: 2 }, 'many'), [
    ['big', [0, 1]],
    [895, [895]],
    [896, [896]],
  ]);
});

test('with an index on the key the groups are the same', async () => {
  const before = await shown({ query, group_by: 'kind' });
  for (const field_schema of ['keyword', 'integer', 'float']) {
    await api.result('PUT', '/collections/c/index?wait=true', { field_name: 'kind', field_schema });
    assert.deepEqual(await shown({ query, group_by: 'kind' }), before, field_schema);
  }
  await api.result('DELETE', '/collections/c/index/kind?wait=true');
});

/** Few points have the keys of most groups, some have several, most of the nearest have one and the same, or none. */
function skewedKinds(id: number): unknown {
  if (id < 200) return id % 3 === 0 ? undefined : 'big';
  if (id % 7 === 0) return [`k${id % 100}`, 'big'];
  if (id % 5 === 0) return id;
  return `k${(id * 7919) % 400}`;
}

function expectedGroups(points: readonly { id: number; kind: unknown }[], limit: number, size: number) {
  const expected = new Map<unknown, number[]>();
  for (const { id, kind } of points) {
    for (const key of kind === undefined ? [] : [kind].flat()) {
      if (!expected.has(key) && expected.size < limit) expected.set(key, []);
      const hits = expected.get(key);
      if (hits !== undefined && hits.length < size) hits.push(id);
    }
  }
  return [...expected];
}

test('an index finds what is missing in groups, wherever it is', async () => {
  await api.create('skewed', { size: 1, distance: 'Manhattan' });
  const points = Array.from({ length: 2500 }, (_, id) => ({ id, kind: skewedKinds(id) }));
  await api.upsert(
    'skewed',
    points.map(({ id, kind }) => ({ id, vector: [id], payload: { kind } })),
  );
  const path = '/collections/skewed/index?wait=true';
  for (const field_schema of [undefined, 'keyword', 'integer']) {
    if (field_schema !== undefined) await api.result('PUT', path, { field_name: 'kind', field_schema });
    for (const [limit, size] of [
      [1, 300],
      [3, 4],
      [5, 1],
      [40, 6],
      [900, 20],
    ] as const) {
      const found = await shown({ query, group_by: 'kind', limit, group_size: size }, 'skewed');
      assert.deepEqual(found, expectedGroups(points, limit, size), `${field_schema} ${limit} ${size}`);
    }
  }
});

const foundFar = (limit: number) => shown({ query, group_by: 'kind', limit, group_size: 3 }, 'far');

test('groups without an index are whole however far away their points are, and follow changes', async () => {
  await api.create('far', { size: 1, distance: 'Manhattan' });
  const kinds = Array.from({ length: 6000 }, (_, id) =>
    id < 5000 ? 'big' : id % 2 === 0 ? 'even' : [id, 'odd'],
  );
  const write = (from: number, to: number) =>
    api.upsert(
      'far',
      kinds.slice(from, to).map((kind, i) => ({ id: from + i, vector: [from + i], payload: { kind } })),
    );
  await write(1, 3000);
  await write(3000, 6000);
  await api.upsert('far', [{ id: 0, vector: [0], payload: { kind: 'even' } }]);
  assert.deepEqual(await foundFar(5), [
    ['even', [0, 5000, 5002]],
    ['big', [1, 2, 3]],
    [5001, [5001]],
    ['odd', [5001, 5003, 5005]],
    [5003, [5003]],
  ]);
  await api.result('POST', '/collections/far/points/payload?wait=true', {
    payload: { kind: 'even' },
    points: [5901],
  });
  await api.result('POST', '/collections/far/points/delete?wait=true', {
    points: Array.from({ length: 450 }, (_, i) => 5000 + 2 * i),
  });
  await api.upsert('far', [{ id: 7000, vector: [5900], payload: { kind: 'even' } }]);
  assert.deepEqual((await foundFar(2))[0], ['even', [0, 5900, 7000]]);
  await api.result('POST', '/collections/far/points/delete?wait=true', { points: [7000] });
  assert.deepEqual((await foundFar(2))[0], ['even', [0, 5900, 5901]]);
});

test('a text is another group than the integer that it spells, however far away it is', async () => {
  await api.create('spelled', { size: 1, distance: 'Manhattan' });
  await api.upsert('spelled', [
    ...Array.from({ length: 100 }, (_, id) => ({ id, vector: [id], payload: { k: 1 } })),
    { id: 100, vector: [100], payload: { k: '1' } },
  ]);
  assert.deepEqual(await shown({ query, group_by: 'k', limit: 2, group_size: 1 }, 'spelled'), [
    [1, [0]],
    ['1', [100]],
  ]);
});

test('points without a group take no room in prefetches', async () => {
  await api.create('sparse-kinds', { size: 1, distance: 'Manhattan' });
  await api.upsert(
    'sparse-kinds',
    Array.from({ length: 100 }, (_, id) => ({
      id,
      vector: [id],
      payload: id % 10 === 9 ? { kind: id % 20 } : { other: 1 },
    })),
  );
  const prefetch = { query: [0], limit: 2 };
  assert.deepEqual(
    await shown({ prefetch, query, group_by: 'kind', limit: 2, group_size: 2 }, 'sparse-kinds'),
    [
      [9, [9, 29]],
      [19, [19, 39]],
    ],
  );
});

test('an empty collection has no groups', async () => {
  await api.create('empty', { size: 1, distance: 'Dot' });
  assert.deepEqual(await groups({ query, group_by: 'kind' }, 'empty'), []);
});

const lookups = async (with_lookup: unknown) =>
  (await groups({ query, group_by: 'kind', with_lookup }, 'd')).map(({ id, lookup }) => [id, lookup]);

test('groups are looked up in another collection', async () => {
  await api.create('kinds', { size: 1, distance: 'Dot' });
  await api.upsert('kinds', [
    { id: 1, vector: [7], payload: { name: 'one', more: 1 } },
    { id: UUID, vector: [8], payload: {} },
  ]);
  await api.create('d', { size: 1, distance: 'Manhattan' });
  await api.upsert(
    'd',
    [1, -1, UUID, 'x', 2 ** 40].map((kind, i) => ({ id: i, vector: [i], payload: { kind } })),
  );
  const none = [-1, UUID, 'x', 2 ** 40];
  assert.deepEqual(await lookups('kinds'), [
    [1, { id: 1, payload: { name: 'one', more: 1 } }],
    [-1, undefined],
    [UUID, { id: UUID, payload: {} }],
    ['x', undefined],
    [2 ** 40, undefined],
  ]);
  const selected = { collection: 'kinds', with_payload: ['name'], with_vectors: true };
  assert.deepEqual((await lookups(selected))[0], [1, { id: 1, payload: { name: 'one' }, vector: [7] }]);
  assert.deepEqual((await lookups({ collection: 'kinds', with_payload: false, with_vector: true }))[0], [
    1,
    { id: 1, vector: [7] },
  ]);
  assert.deepEqual(
    (await lookups(null)).map(([id]) => id),
    [1, ...none],
  );
});

const FAULTS: readonly (readonly [object, string | RegExp])[] = [
  [{ query }, '400 Format error in JSON body: missing field `group_by`'],
  [{ query, group_by: '' }, "400 Format error in JSON body: Invalid json path: ''"],
  [{ query, group_by: 'a..b' }, "400 Format error in JSON body: Invalid json path: 'a..b'"],
  [
    { query, group_by: 'kind', limit: 0 },
    '422 Validation error in JSON body: [search_group_request.group_request.limit: value 0 invalid, must be 1 or larger]',
  ],
  [
    { query, group_by: 'kind', group_size: 0 },
    '422 Validation error in JSON body: [search_group_request.group_request.group_size: value 0 invalid, must be 1 or larger]',
  ],
  [
    { query, group_by: 'kind', prefetch: { limit: 0 } },
    '422 Validation error in JSON body: [search_group_request.prefetch[0].limit: value 0 invalid, must be 1 or larger]',
  ],
  [{ query, group_by: 'kind', with_lookup: 'none' }, '404 Not found: Collection none not found'],
  [
    { query, group_by: 'kind', with_lookup: { collection: 'none' } },
    '404 Not found: Collection none not found',
  ],
  [{ query, group_by: 'kind', using: 'x' }, '400 Wrong input: Not existing vector name error: x'],
  [{ query, group_by: 'kind', with_lookup: {} }, /^400 Format error in JSON body: /],
];

for (const [request, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(request)}`, async () => {
    assertFault(await api.fault('POST', GROUPS, request), expected);
  });
}

test('a collection that is not there', async () => {
  assert.equal(
    await api.fault('POST', '/collections/none/points/query/groups', { query, group_by: 'kind' }),
    "404 Not found: Collection `none` doesn't exist!",
  );
});
