import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const FACET = '/collections/c/facet';
const UUID = '550e8400-e29b-41d4-a716-446655440000';
const UUID_2 = '00000000-0000-0000-0000-000000000001';

await api.create('c', { size: 1, distance: 'Dot' });
await api.upsert('c', [
  { id: 1, vector: [1], payload: { color: 'red', n: 1, ok: true, ref: UUID } },
  { id: 2, vector: [1], payload: { color: ['red', 'blue', 'red'], n: [2, 3], ok: [true, false] } },
  { id: 3, vector: [1], payload: { color: 'blue', n: 2, ok: false, ref: UUID.toUpperCase() } },
  { id: 4, vector: [1], payload: { color: 'red', n: '2', ok: true, ref: UUID_2 } },
  { id: 5, vector: [1], payload: { color: ['😀', 'ﬀ', 'Red', 5, null, ['red']], n: null } },
  { id: 6, vector: [1], payload: { n: 9007199254740993n, ok: 1, ref: 'text' } },
]);
await api.result(
  'PUT',
  '/collections/c/points?wait=true',
  '{"points":[{"id":7,"vector":[1],"payload":{"n":9007199254740993}},{"id":8,"vector":[1],"payload":{"n":[1.0,1.5]}}]}',
);
const index = (field_name: string, field_schema: unknown) =>
  api.result('PUT', '/collections/c/index?wait=true', { field_name, field_schema });
await index('color', 'keyword');
await index('n', 'integer');
await index('ok', 'bool');
await index('ref', 'uuid');
await index('f', 'float');
await index('range', { type: 'integer', lookup: false, range: true });

const facet = async (request: object) =>
  (await api.result<{ hits: { value: unknown; count: number }[] }>('POST', FACET, request)).hits.map(
    ({ value, count }) => [value, count],
  );

test('texts: a point counts once for each value; largest counts first, then by the bytes of the text', async () => {
  const expected = [
    ['red', 3],
    ['blue', 2],
    ['Red', 1],
    ['ﬀ', 1],
    ['😀', 1],
  ];
  assert.deepEqual(await facet({ key: 'color' }), expected);
  assert.deepEqual(await facet({ key: 'color', exact: true, limit: 3 }), expected.slice(0, 3));
  assert.deepEqual(await facet({ key: 'color', limit: null, exact: null, filter: null }), expected);
});

test('integers, those written as floats too', async () => {
  assert.deepEqual(await facet({ key: 'n' }), [
    [1, 2],
    [2, 2],
    [9007199254740993n, 2],
    [3, 1],
  ]);
});

test('booleans', async () => {
  assert.deepEqual(await facet({ key: 'ok' }), [
    [true, 3],
    [false, 2],
  ]);
});

test('UUIDs, however they are spelled', async () => {
  assert.deepEqual(await facet({ key: 'ref' }), [
    [UUID, 2],
    [UUID_2, 1],
  ]);
  const spellings = [UUID, UUID.replaceAll('-', ''), `urn:uuid:${UUID}`];
  await api.upsert('c', [{ id: 11, vector: [1], payload: { ref: spellings } }]);
  assert.deepEqual((await facet({ key: 'ref' }))[0], [UUID, 3], 'a point counts once');
  await api.result('POST', '/collections/c/points/delete?wait=true', { points: [11] });
});

test('of the points that match a filter, all their values', async () => {
  const filter = { must: { key: 'color', match: { value: 'blue' } } };
  assert.deepEqual(await facet({ key: 'color', filter }), [
    ['blue', 2],
    ['red', 1],
  ]);
  assert.deepEqual(await facet({ key: 'color', filter: { must: { has_id: [6] } } }), []);
});

test('changes show at once', async () => {
  await api.upsert('c', [{ id: 10, vector: [1], payload: { color: 'green' } }]);
  assert.deepEqual((await facet({ key: 'color', limit: 4 })).at(-1), ['green', 1]);
  await api.result('POST', '/collections/c/points/payload?wait=true', {
    payload: { color: 'blue' },
    points: [10],
  });
  assert.deepEqual((await facet({ key: 'color', limit: 2 }))[0], ['blue', 3]);
  await api.result('POST', '/collections/c/points/delete?wait=true', { points: [10] });
  assert.deepEqual((await facet({ key: 'color', limit: 2 }))[1], ['blue', 2]);
});

test('ten values without a limit', async () => {
  await api.create('many', { size: 1, distance: 'Dot' });
  await api.upsert(
    'many',
    Array.from({ length: 30 }, (_, id) => ({ id, vector: [id], payload: { n: id } })),
  );
  await api.result('PUT', '/collections/many/index?wait=true', { field_name: 'n', field_schema: 'integer' });
  const { hits } = await api.result<{ hits: unknown[] }>('POST', '/collections/many/facet', { key: 'n' });
  assert.equal(hits.length, 10);
});

const NO_INDEX = (key: string) =>
  `400 Wrong input: No appropriate index for faceting: \`${key}\`. Please create one to facet on this field.`;

const FAULTS: readonly (readonly [object, string | RegExp])[] = [
  [{ key: 'none' }, NO_INDEX('none')],
  [{ key: 'f' }, NO_INDEX('f')],
  [{ key: 'range' }, NO_INDEX('range')],
  [{}, '400 Format error in JSON body: missing field `key`'],
  [{ key: 'a..b' }, "400 Format error in JSON body: Invalid json path: 'a..b'"],
  [
    { key: 'color', limit: 0 },
    '422 Validation error in JSON body: [facet_request.limit: value 0 invalid, must be 1 or larger]',
  ],
  [
    { key: 'color', filter: { must: [{ key: 'a' }] } },
    /^422 Validation error in JSON body: \[facet_request\.filter\.must\[0\]\.__all__: /,
  ],
];

for (const [request, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(request)}`, async () => {
    assertFault(await api.fault('POST', FACET, request), expected);
  });
}
