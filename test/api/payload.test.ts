import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const C = '/collections/payload';
const POINTS = `${C}/points`;
const UUID = '936da01f-9abd-4d9d-80c7-02af85c822a8';

beforeEach(async () => {
  await api.result('DELETE', C);
  await api.create('payload', { size: 1, distance: 'Dot' });
  await api.upsert('payload', [
    { id: 1, vector: [1], payload: { a: 1, city: 'Berlin' } },
    { id: 2, vector: [2], payload: { a: 2, o: { x: 1 }, tags: [{ n: 1 }, { n: 2 }] } },
    { id: UUID, vector: [3] },
  ]);
});

const change = (method: 'POST' | 'PUT', path: string, body: object, query = '?wait=true') =>
  api.result<{ operation_id: number; status: string }>(method, `${POINTS}/payload${path}${query}`, body);
const set = (body: object, query?: string) => change('POST', '', body, query);
const overwrite = (body: object, query?: string) => change('PUT', '', body, query);
const deleteKeys = (body: object, query?: string) => change('POST', '/delete', body, query);
const clear = (body: object, query?: string) => change('POST', '/clear', body, query);

async function payloads(): Promise<unknown[]> {
  const { points } = await api.result<{ points: { payload: unknown }[] }>('POST', `${POINTS}/scroll`, {});
  return points.map(({ payload }) => payload);
}

const [FIRST, SECOND] = [
  { a: 1, city: 'Berlin' },
  { a: 2, o: { x: 1 }, tags: [{ n: 1 }, { n: 2 }] },
];

test('set merges top-level keys into the points that ids name, and null deletes a key', async () => {
  const payload = { a: null, city: { name: 'Rome' }, n: [null] };
  assert.deepEqual(await set({ payload, points: [1, UUID] }), { operation_id: 2, status: 'completed' });
  const changed = { city: { name: 'Rome' }, n: [null] };
  assert.deepEqual(await payloads(), [changed, SECOND, changed]);
});

test('set by a filter changes the points that match', async () => {
  await set({ payload: { b: true }, filter: { must: { key: 'a', range: { gte: 1 } } } });
  assert.deepEqual(await payloads(), [{ ...FIRST, b: true }, { ...SECOND, b: true }, {}]);
  await set({ payload: { all: 1 }, filter: {} });
  assert.deepEqual(await payloads(), [
    { ...FIRST, b: true, all: 1 },
    { ...SECOND, b: true, all: 1 },
    { all: 1 },
  ]);
});

test('ids win over a filter beside them', async () => {
  await set({ payload: { b: 1 }, points: [2], filter: {} });
  assert.deepEqual(await payloads(), [FIRST, { ...SECOND, b: 1 }, {}]);
  await set({ payload: { b: 2 }, points: null, filter: { must: { has_id: [UUID] } } });
  assert.deepEqual(await payloads(), [FIRST, { ...SECOND, b: 1 }, { b: 2 }]);
});

test('set with a key merges into the object there, and makes one where there is none', async () => {
  await set({ payload: { y: 2 }, key: 'o', points: [1, 2] });
  assert.deepEqual(await payloads(), [{ ...FIRST, o: { y: 2 } }, { ...SECOND, o: { x: 1, y: 2 } }, {}]);
  await set({ payload: { m: 0 }, key: 'tags[]', points: [1, 2] });
  const tags = [
    { n: 1, m: 0 },
    { n: 2, m: 0 },
  ];
  assert.deepEqual(await payloads(), [
    { ...FIRST, o: { y: 2 }, tags: [] },
    { ...SECOND, o: { x: 1, y: 2 }, tags },
    {},
  ]);
  await set({ payload: { m: 1 }, key: 'tags[1]', points: [2] });
  await set({ payload: { m: 1 }, key: 'tags[2]', points: [2] });
  const [, second] = (await payloads()) as { tags: unknown }[];
  assert.deepEqual(second!.tags, [tags[0], { n: 2, m: 1 }]);
});

test('overwrite replaces the whole payload, as sent, and has no use for a key', async () => {
  const payload = '{ "b": 1.0, "n" : null }';
  await api.result('PUT', `${POINTS}/payload?wait=true`, `{"payload":${payload},"key":"o","points":[1,2]}`);
  const text = await api.resultText('POST', `${POINTS}/scroll`, { limit: 2 });
  assert.equal(
    text,
    `{"points":[{"id":1,"payload":${payload}},{"id":2,"payload":${payload}}],"next_page_offset":"${UUID}"}`,
  );
  await overwrite({ payload: { c: 1 }, filter: { must: { is_null: { key: 'n' } } } });
  assert.deepEqual(await payloads(), [{ c: 1 }, { c: 1 }, {}]);
});

test('delete removes what key paths lead to', async () => {
  await deleteKeys({ keys: ['a', 'nope', 'o.x', 'tags[].n'], points: [1, 2] });
  assert.deepEqual(await payloads(), [{ city: 'Berlin' }, { o: {}, tags: [{}, {}] }, {}]);
  await deleteKeys({ keys: ['tags[0]'], filter: {} });
  await deleteKeys({ keys: ['city'], filter: { must: { key: 'city', match: { value: 'Berlin' } } } });
  assert.deepEqual(await payloads(), [{}, { o: {}, tags: [{}, {}] }, {}]);
  await deleteKeys({ keys: ['tags[]'], filter: {} });
  assert.deepEqual(await payloads(), [{}, { o: {}, tags: [] }, {}]);
  assert.equal((await deleteKeys({ keys: [], points: [1] })).status, 'completed');
});

test('clear empties payloads by ids and by filter', async () => {
  await clear({ points: [2] });
  assert.deepEqual(await payloads(), [FIRST, {}, {}]);
  await clear({ filter: { must: { key: 'a', match: { value: 1 } } } });
  assert.deepEqual(await payloads(), [{}, {}, {}]);
});

async function versions(): Promise<unknown[]> {
  const body = { query: [1], with_vector: true };
  const { points } = await api.result<{ points: { id: unknown; version: number; vector: number[] }[] }>(
    'POST',
    `${POINTS}/query`,
    body,
  );
  return points.map(({ version, vector }) => [version, ...vector]);
}

test('vectors stay, and the version of a changed point is the number of the operation', async () => {
  assert.equal((await set({ payload: { b: 1 }, points: [1] })).operation_id, 2);
  assert.equal((await clear({ points: [2] })).operation_id, 3);
  assert.equal((await clear({ filter: { must: { key: 'nope', match: { value: 1 } } } })).operation_id, 4);
  assert.deepEqual(await versions(), [
    [1, 3],
    [3, 2],
    [2, 1],
  ]);
});

test('filters that were asked before see the change', async () => {
  const filter = { must: { key: 'a', match: { value: 5 } } };
  const count = async () =>
    (await api.result<{ count: number }>('POST', `${POINTS}/count`, { filter })).count;
  assert.equal(await count(), 0);
  await set({ payload: { a: 5 }, points: [1] });
  assert.equal(await count(), 1);
  await set({ payload: { a: 5 }, filter: {} });
  assert.equal(await count(), 3);
  await deleteKeys({ keys: ['a'], points: [2] });
  assert.equal(await count(), 2);
});

test('unknown ids are a 404 after the known ones were changed', async () => {
  const missing = '404 Not found: No point with id 77 found';
  const points = [1, 77, 78, 2];
  assert.equal(
    await api.fault('POST', `${POINTS}/payload?wait=true`, { payload: { b: 1 }, points }),
    missing,
  );
  assert.deepEqual(await payloads(), [{ ...FIRST, b: 1 }, { ...SECOND, b: 1 }, {}]);
  assert.equal(await api.fault('PUT', `${POINTS}/payload?wait=true`, { payload: { b: 2 }, points }), missing);
  assert.equal(
    await api.fault('POST', `${POINTS}/payload/delete?wait=true`, { keys: ['b'], points }),
    missing,
  );
  assert.deepEqual(await payloads(), [{}, {}, {}]);
  const other = UUID.replace('9', '8');
  assert.equal(
    await api.fault('POST', `${POINTS}/payload/clear?wait=true`, { points: [other, 1] }),
    `404 Not found: No point with id ${other} found`,
  );
  assert.equal((await clear({ filter: { must: { has_id: [77] } } })).status, 'completed');
});

test('without wait the answer is `acknowledged`, and the next read sees the change', async () => {
  assert.equal((await set({ payload: { b: 1 }, points: [1] }, '')).status, 'acknowledged');
  assert.equal((await overwrite({ payload: { c: 1 }, points: [2] }, '')).status, 'acknowledged');
  assert.deepEqual(await payloads(), [{ ...FIRST, b: 1 }, { c: 1 }, {}]);
  assert.equal((await deleteKeys({ keys: ['b'], points: [1, 99] }, '')).status, 'acknowledged');
  assert.equal((await clear({ points: [2] }, '?wait=false')).status, 'acknowledged');
  assert.deepEqual(await payloads(), [FIRST, {}, {}]);
});

test('a deleted point has no payload to change', async () => {
  await api.result('POST', `${POINTS}/delete?wait=true`, { points: [1] });
  assert.equal(
    await api.fault('POST', `${POINTS}/payload?wait=true`, { payload: { b: 1 }, points: [1] }),
    '404 Not found: No point with id 1 found',
  );
  await set({ payload: { b: 1 }, filter: {} });
  assert.deepEqual(await payloads(), [{ ...SECOND, b: 1 }, { b: 1 }]);
});

const NEITHER = '400 Format error in JSON body: Either list of point ids or filter must be provided';
const EMPTY = '400 Bad request: Empty update request';
const FAULTS: readonly (readonly ['POST' | 'PUT', string, object | string, string | RegExp])[] = [
  ['POST', '', { payload: {} }, NEITHER],
  ['PUT', '', { payload: {}, points: null, filter: null }, NEITHER],
  ['POST', '/delete', { keys: ['a'] }, NEITHER],
  ['POST', '', { payload: { b: 1 }, points: [] }, EMPTY],
  ['PUT', '', { payload: { b: 1 }, points: [] }, EMPTY],
  ['POST', '/delete', { keys: ['a'], points: [] }, EMPTY],
  ['POST', '/clear', { points: [] }, EMPTY],
  ['POST', '', { points: [1] }, '400 Format error in JSON body: missing field `payload`'],
  ['POST', '/delete', { points: [1] }, '400 Format error in JSON body: missing field `keys`'],
  ['POST', '', { payload: [1], points: [1] }, /^400 Format error in JSON body: invalid type: /],
  ['POST', '', { payload: 'x', points: [1] }, /^400 Format error in JSON body: invalid type: /],
  [
    'POST',
    '',
    { payload: {}, points: [-1] },
    /^400 Format error in JSON body: value -1 is not a valid point ID/,
  ],
  [
    'POST',
    '',
    { payload: {}, points: [1], key: 'a b' },
    "400 Format error in JSON body: Invalid json path: 'a b'",
  ],
  [
    'POST',
    '/delete',
    { keys: ['a..b'], points: [1] },
    "400 Format error in JSON body: Invalid json path: 'a..b'",
  ],
  [
    'POST',
    '',
    { payload: {}, filter: { musst: [] } },
    /^400 Format error in JSON body: unknown field `musst`/,
  ],
  ['POST', '/clear', {}, /^400 Format error in JSON body: /],
  [
    'POST',
    '',
    '{"payload":{',
    '400 Format error in JSON body: EOF while parsing an object at line 1 column 12',
  ],
];

for (const [method, path, body, expected] of FAULTS) {
  test(`refuses ${method} payload${path} of ${JSON.stringify(body)}`, async () => {
    for (const query of ['', '?wait=true']) {
      const fault = await api.fault(method, `${POINTS}/payload${path}${query}`, body);
      if (typeof expected === 'string') assert.equal(fault, expected);
      else assert.match(fault, expected);
    }
    assert.deepEqual(await payloads(), [FIRST, SECOND, {}]);
  });
}

test('an unknown collection is a 404', async () => {
  assert.equal(
    await api.fault('POST', '/collections/none/points/payload', { payload: {}, points: [1] }),
    "404 Not found: Collection `none` doesn't exist!",
  );
});
