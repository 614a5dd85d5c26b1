import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const PATH = '/collections/c';
const POINTS = `${PATH}/points`;

beforeEach(async () => {
  await api.result('DELETE', PATH);
  await api.create('c', { a: { size: 2, distance: 'Dot' } });
  await api.upsert('c', [
    { id: 1, vector: { a: [1, 2] }, payload: { k: 1 } },
    { id: 2, vector: { a: [3, 4] } },
  ]);
});

const create = (name: string, config: object) =>
  api.result('PUT', `${PATH}/vectors/${encodeURIComponent(name)}?wait=true`, config);
const drop = (name: string) => api.result('DELETE', `${PATH}/vectors/${encodeURIComponent(name)}?wait=true`);
const update = (id: number, vector: object) =>
  api.result('PUT', `${POINTS}/vectors?wait=true`, { points: [{ id, vector }] });
const contents = () => api.resultText('POST', `${POINTS}/scroll`, { with_vector: true });

async function params(): Promise<object> {
  const info = await api.result<{ config: { params: object } }>('GET', PATH);
  return info.config.params;
}

async function hits(body: object): Promise<[number, number][]> {
  const { points } = await api.result<{ points: { id: number; score: number }[] }>(
    'POST',
    `${POINTS}/query`,
    body,
  );
  return points.map(({ id, score }) => [id, score]);
}

test('a dense vector is added to a live collection', async () => {
  assert.deepEqual(await create('b', { dense: { size: 1, distance: 'Euclid' } }), {
    operation_id: 2,
    status: 'completed',
  });
  assert.deepEqual(await hits({ query: [0], using: 'b' }), []);
  await update(2, { b: [7] });
  await api.upsert('c', [{ id: 3, vector: { a: [5, 6], b: [8] } }]);
  assert.deepEqual(await hits({ query: [0], using: 'b' }), [
    [2, 7],
    [3, 8],
  ]);
  assert.deepEqual(await hits({ query: [1, 0], using: 'a' }), [
    [3, 5],
    [2, 3],
    [1, 1],
  ]);
  assert.equal(
    await contents(),
    '{"points":[{"id":1,"payload":{"k":1},"vector":{"a":[1.0,2.0]}},{"id":2,"payload":{},"vector":{"a":[3.0,4.0],"b":[7.0]}},' +
      '{"id":3,"payload":{},"vector":{"a":[5.0,6.0],"b":[8.0]}}],"next_page_offset":null}',
  );
  assert.deepEqual((await params()) as { vectors: object }, {
    ...(await params()),
    vectors: { a: { size: 2, distance: 'Dot' }, b: { size: 1, distance: 'Euclid' } },
  });
});

test('a sparse vector, a multivector and other datatypes', async () => {
  await create('s', { sparse: { modifier: 'idf' } });
  await create('m', { dense: { size: 1, distance: 'Dot', multivector_config: { comparator: 'max_sim' } } });
  await create('u', { dense: { size: 2, distance: 'Dot', datatype: 'uint8' } });
  await update(1, { s: { indices: [1], values: [1] }, m: [[1], [2]], u: [300, 1.5] });
  assert.deepEqual(await hits({ query: [3], using: 'm' }), [[1, 6]]);
  assert.deepEqual(
    (await hits({ query: { indices: [1], values: [1] }, using: 's' })).map(([id]) => id),
    [1],
  );
  assert.equal(
    await api.resultText('POST', POINTS, { ids: [1], with_vector: ['u'] }),
    '[{"id":1,"vector":{"u":[255.0,1.0]}}]',
  );
  const { sparse_vectors } = (await params()) as { sparse_vectors: object };
  assert.deepEqual(sparse_vectors, { s: { modifier: 'idf' } });
});

test('a name is dropped with its vectors, and can come back in another shape', async () => {
  await create('b', { dense: { size: 1, distance: 'Dot' } });
  await update(1, { b: [7] });
  const filter = { must: { has_vector: 'b' } };
  assert.deepEqual(await api.result('POST', `${POINTS}/count`, { filter }), { count: 1 });
  await drop('b');
  assert.deepEqual(await api.result('POST', `${POINTS}/count`, { filter }), { count: 0 });
  assert.equal(
    await api.fault('POST', `${POINTS}/query`, { query: [1], using: 'b' }),
    '400 Wrong input: Not existing vector name error: b',
  );
  assert.equal(
    await api.fault('PUT', POINTS, { points: [{ id: 1, vector: { b: [1] } }] }),
    '400 Wrong input: Not existing vector name error: b',
  );
  await create('b', { dense: { size: 3, distance: 'Euclid' } });
  assert.deepEqual(await api.result('POST', `${POINTS}/count`, { filter }), { count: 0 });
  await update(2, { b: [1, 2, 3] });
  assert.deepEqual(await hits({ query: [1, 2, 3], using: 'b' }), [[2, 0]]);
  await drop('b');
  await create('b', { sparse: {} });
  await update(1, { b: { indices: [5], values: [2] } });
  assert.deepEqual(await hits({ query: { indices: [5], values: [2] }, using: 'b' }), [[1, 4]]);
  assert.equal(
    await contents(),
    '{"points":[{"id":1,"payload":{"k":1},"vector":{"a":[1.0,2.0],"b":{"indices":[5],"values":[2.0]}}},' +
      '{"id":2,"payload":{},"vector":{"a":[3.0,4.0]}}],"next_page_offset":null}',
  );
});

test('doing it again changes nothing', async () => {
  const config = { dense: { size: 1, distance: 'Dot' } };
  await create('b', config);
  await update(1, { b: [7] });
  assert.deepEqual(await create('b', config), { operation_id: 4, status: 'completed' });
  assert.deepEqual(await hits({ query: [1], using: 'b' }), [[1, 7]]);
  await drop('b');
  assert.deepEqual(await drop('b'), { operation_id: 6, status: 'completed' });
  assert.deepEqual(await drop('never was'), { operation_id: 7, status: 'completed' });
});

test('without wait the change is acknowledged, and there', async () => {
  assert.deepEqual(await api.result('PUT', `${PATH}/vectors/b`, { dense: { size: 1, distance: 'Dot' } }), {
    operation_id: 2,
    status: 'acknowledged',
  });
  await update(1, { b: [7] });
  assert.deepEqual(await hits({ query: [1], using: 'b' }), [[1, 7]]);
});

test('beside the unnamed vector', async () => {
  await api.result('DELETE', PATH);
  await api.create('c', { size: 1, distance: 'Dot' });
  await api.upsert('c', [{ id: 1, vector: [1] }]);
  await create('s', { sparse: {} });
  await create('b', { dense: { size: 1, distance: 'Dot' } });
  await update(1, { b: [2] });
  assert.equal(
    await contents(),
    '{"points":[{"id":1,"payload":{},"vector":{"":[1.0],"b":[2.0]}}],"next_page_offset":null}',
  );
  assert.deepEqual(await hits({ query: [3] }), [[1, 3]]);
});

const REFUSED = [
  [
    'a',
    { dense: { size: 3, distance: 'Dot' } },
    '400 Wrong input: Vector a already exists with a different configuration',
  ],
  ['a', { sparse: {} }, '400 Wrong input: Vector a already exists as a dense vector'],
  [
    'b',
    { dense: { size: 65_537, distance: 'Dot' } },
    /^422 Validation error in JSON body: \[dense\.size: value 65537 invalid, must be from 1 to 65536\]$/,
  ],
  ['b', { dense: { size: 0, distance: 'Dot' } }, /^400 Format error in JSON body: /],
  ['b', { dense: { distance: 'Dot' } }, '400 Format error in JSON body: missing field `size`'],
  ['b', {}, /^400 Format error in JSON body: /],
  ['b', { sparse: { datatype: 'turbo4' } }, /^422 .*sparse vectors do not support the `turbo4` datatype/],
  ['x<y', { sparse: {} }, "400 Wrong input: Invalid sparse vector name `x<y`: cannot contain '<' char"],
  ['é'.repeat(101), { dense: { size: 1, distance: 'Dot' } }, /: must be at most 200 bytes long$/],
] as const;

for (const [name, config, expected] of REFUSED) {
  test(`refuses the vector ${name.slice(0, 5)} ${JSON.stringify(config)}`, async () => {
    const before = await params();
    const fault = await api.fault('PUT', `${PATH}/vectors/${encodeURIComponent(name)}`, config);
    if (typeof expected === 'string') assert.equal(fault, expected);
    else assert.match(fault, expected);
    assert.deepEqual(await params(), before);
  });
}

test('an unknown collection', async () => {
  const expected = "404 Not found: Collection `nope` doesn't exist!";
  assert.equal(await api.fault('PUT', '/collections/nope/vectors/b', { sparse: {} }), expected);
  assert.equal(await api.fault('DELETE', '/collections/nope/vectors/b'), expected);
});
