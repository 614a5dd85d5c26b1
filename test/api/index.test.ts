import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const C = '/collections/indexed';
const UUID = '936da01f-9abd-4d9d-80c7-02af85c822a8';

beforeEach(async () => {
  await api.result('DELETE', C);
  await api.create('indexed', { size: 1, distance: 'Dot' });
});

const create = (body: object, query = '?wait=true') =>
  api.result<{ operation_id: number; status: string }>('PUT', `${C}/index${query}`, body);
const drop = (key: string, query = '?wait=true') =>
  api.result<{ operation_id: number; status: string }>('DELETE', `${C}/index/${key}${query}`);

async function schema(): Promise<unknown> {
  const info = await api.result<{ payload_schema: unknown }>('GET', C);
  return info.payload_schema;
}

async function ids(filter: object): Promise<unknown[]> {
  const { points } = await api.result<{ points: { id: unknown }[] }>('POST', `${C}/points/query`, {
    query: [1],
    limit: 1000,
    filter,
  });
  return points.map(({ id }) => id).toSorted();
}

const write = (payloads: readonly object[]) =>
  api.upsert(
    'indexed',
    payloads.map((payload, i) => ({ id: i + 1, vector: [1], payload })),
  );

const TYPES = ['keyword', 'integer', 'float', 'bool', 'datetime', 'uuid', 'geo', 'text'];

test('every type of index shows in the info, with the points that have a value of it', async () => {
  await write([
    {
      keyword: 'a',
      integer: 1,
      float: 1.5,
      bool: false,
      datetime: '2024-01-01',
      uuid: UUID,
      geo: { lon: 1, lat: 2 },
      text: 'some words',
    },
    { keyword: ['a', 'b'], integer: [1, 2], float: 1, bool: [true], geo: [], text: ['a', 'b'] },
    // Of other types: skipped silently.
    { keyword: 1, integer: '1', float: 'x', bool: 1, datetime: 'today', uuid: 'x', geo: { lon: 1 }, text: 1 },
  ]);
  for (const [i, type] of TYPES.entries()) {
    assert.deepEqual(await create({ field_name: type, field_schema: type }), {
      operation_id: 2 + i,
      status: 'completed',
    });
  }
  const points = [2, 2, 2, 2, 1, 1, 1, 2];
  assert.deepEqual(
    await schema(),
    Object.fromEntries(TYPES.map((type, i) => [type, { data_type: type, points: points[i] }])),
  );
});

const PARAMS = [
  { type: 'keyword', is_tenant: true, on_disk: false, prefix: true },
  { type: 'integer', lookup: true, range: false, is_principal: false },
  { type: 'float', is_principal: true },
  { type: 'bool', on_disk: true },
  { type: 'datetime', is_principal: true },
  { type: 'uuid', is_tenant: false, enable_hnsw: true },
  { type: 'geo', memory: 'cold' },
  {
    type: 'text',
    tokenizer: 'whitespace',
    min_token_len: 2,
    max_token_len: 10,
    lowercase: false,
    ascii_folding: true,
    phrase_matching: true,
    stopwords: { languages: ['english'], custom: ['foo'] },
    stemmer: { type: 'snowball', language: 'english' },
  },
];

for (const params of PARAMS) {
  test(`parameters of a ${params.type} index show as they were given`, async () => {
    await create({ field_name: 'k', field_schema: params });
    assert.deepEqual(await schema(), { k: { data_type: params.type, params, points: 0 } });
  });
}

test('without wait the answer is `acknowledged`, `field_type` is another name of the schema', async () => {
  await write([{ k: 'a' }]);
  assert.equal((await create({ field_name: 'k', field_type: 'keyword' }, '')).status, 'acknowledged');
  assert.deepEqual(await schema(), { k: { data_type: 'keyword', points: 1 } });
  assert.equal((await drop('k', '')).status, 'acknowledged');
  assert.deepEqual(await schema(), {});
});

async function counts(): Promise<number[]> {
  const shown = (await schema()) as Record<string, { points: number }>;
  return [shown.k!.points, shown['o.n']!.points];
}

test('counts follow the points', async () => {
  await create({ field_name: 'k', field_schema: 'keyword' });
  await create({ field_name: 'o.n', field_schema: 'integer' });
  await write([{ k: 'a', o: { n: 1 } }, { k: ['a', 'b'] }, {}]);
  assert.deepEqual(await counts(), [2, 1]);
  await api.result('POST', `${C}/points/payload?wait=true`, { payload: { k: 'c' }, points: [3, 1] });
  assert.deepEqual(await counts(), [3, 1]);
  await write([{ o: { n: 2 } }]);
  assert.deepEqual(await counts(), [2, 1]);
  await api.result('POST', `${C}/points/delete?wait=true`, { points: [2] });
  assert.deepEqual(await counts(), [1, 1]);
  await api.result('POST', `${C}/points/payload/clear?wait=true`, { filter: {} });
  assert.deepEqual(await counts(), [0, 0]);
});

test('an index that is there already stays; another schema takes its place', async () => {
  await write([{ k: 1 }, { k: 'x' }]);
  await create({ field_name: 'k', field_schema: 'keyword' });
  await create({ field_name: 'k', field_schema: 'keyword' });
  assert.deepEqual(await schema(), { k: { data_type: 'keyword', points: 1 } });
  await create({ field_name: '"k"', field_schema: { type: 'integer' } });
  assert.deepEqual(await schema(), {
    '"k"': {
      data_type: 'integer',
      params: { type: 'integer', lookup: null, range: null, is_principal: null },
      points: 1,
    },
  });
  assert.deepEqual(await ids({ must: { key: 'k', match: { value: 'x' } } }), [2]);
  assert.deepEqual(await ids({ must: { key: 'k', range: { gte: 1 } } }), [1]);
});

test('dropping an index that is not there is no fault, and filters go on without it', async () => {
  await write([{ k: 'a', 'x.y': 1 }, { k: ['b', 'a'] }]);
  assert.equal((await drop('nope')).status, 'completed');
  await create({ field_name: 'k', field_schema: 'keyword' });
  await create({ field_name: '"x.y"', field_schema: 'integer' });
  assert.deepEqual(await ids({ must: { key: 'k', match: { value: 'a' } } }), [1, 2]);
  assert.equal((await drop('k')).status, 'completed');
  await drop(encodeURIComponent('"x.y"'));
  assert.deepEqual(await schema(), {});
  assert.deepEqual(await ids({ must: { key: 'k', match: { value: 'a' } } }), [1, 2]);
});

test('an index over elements of arrays and over nested keys', async () => {
  await write([
    { a: [{ b: 1 }, { b: [2, 3] }], o: { p: { q: 'x' } } },
    { a: [{ b: 3 }], o: { p: { q: ['y', 'x'] } } },
    { a: { b: 1 }, o: { p: 'x' } },
  ]);
  await create({ field_name: 'a[].b', field_schema: 'integer' });
  await create({ field_name: 'o.p.q', field_schema: 'keyword' });
  assert.deepEqual(await ids({ must: { key: 'a[].b', match: { value: 3 } } }), [1, 2]);
  assert.deepEqual(await ids({ must: { key: 'a[].b', range: { lt: 2 } } }), [1]);
  assert.deepEqual(await ids({ must: { key: 'o.p.q', match: { value: 'x' } } }), [1, 2]);
  assert.deepEqual(
    await ids({ must: { nested: { key: 'a', filter: { must: { key: 'b', match: { value: 3 } } } } } }),
    [1, 2],
  );
});

test('a null inside of an array counts as null once its key has an index', async () => {
  await write([{ k: [null] }, { k: null }, { k: 'a' }]);
  const filter = { must: { is_null: { key: 'k' } } };
  assert.deepEqual(await ids(filter), [2]);
  await create({ field_name: 'k', field_schema: 'keyword' });
  assert.deepEqual(await ids(filter), [1, 2]);
  await drop('k');
  assert.deepEqual(await ids(filter), [2]);
});

const payloads = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({
    id: from + i,
    vector: [1],
    payload: { n: from + i, text: `${from + i} `.repeat(40) },
  }));

test('many points are indexed in the background while others are written and changed', async () => {
  for (let from = 0; from < 12_000; from += 3000) await api.upsert('indexed', payloads(from, from + 3000));
  const created = create({ field_name: 'n', field_schema: 'integer' });
  const set = api.result('POST', `${C}/points/payload?wait=true`, {
    payload: { n: -1 },
    filter: { must: { key: 'n', range: { lt: 100 } } },
  });
  const more = api.upsert('indexed', payloads(12_000, 12_050));
  const gone = api.result('POST', `${C}/points/delete?wait=true`, { points: [11_999, 12_000] });
  await Promise.all([created, set, more, gone]);
  assert.deepEqual(await schema(), { n: { data_type: 'integer', points: 12_048 } });
  const count = async (range: object) =>
    (
      await api.result<{ count: number }>('POST', `${C}/points/count`, {
        filter: { must: { key: 'n', range } },
      })
    ).count;
  assert.equal(await count({ lt: 0 }), 100);
  assert.equal(await count({ gte: 0, lt: 200 }), 100);
  assert.equal(await count({ gte: 11_990 }), 58);
});

const AUTO = "400 Bad request: Can't auto-detect field type, please specify `field_schema` in the request";
const FAULTS: readonly (readonly [object | string, string | RegExp])[] = [
  [{ field_name: 'k' }, AUTO],
  [{ field_name: 'k', field_schema: null }, AUTO],
  [{ field_schema: 'keyword' }, '400 Format error in JSON body: missing field `field_name`'],
  [{ field_name: 'a b', field_schema: 'keyword' }, "400 Format error in JSON body: Invalid json path: 'a b'"],
  [{ field_name: 'k', field_schema: 'words' }, /^400 Format error in JSON body: /],
  [{ field_name: 'k', field_schema: { type: 'words' } }, /^400 Format error in JSON body: /],
  [{ field_name: 'k', field_schema: { is_tenant: true } }, /^400 Format error in JSON body: /],
  [
    { field_name: 'k', field_schema: { type: 'integer', lookup: false, range: false } },
    /^422 .*Validation error: the 'lookup' and 'range' capabilities can't be both disabled/,
  ],
  ['{"field_name":', '400 Format error in JSON body: EOF while parsing a value at line 1 column 14'],
];

for (const [body, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(body)}`, async () => {
    for (const query of ['', '?wait=true']) {
      const fault = await api.fault('PUT', `${C}/index${query}`, body);
      if (typeof expected === 'string') assert.equal(fault, expected);
      else assert.match(fault, expected);
    }
    assert.deepEqual(await schema(), {});
  });
}

test('refuses to drop what is no path, and knows no other collection', async () => {
  assert.equal(
    await api.fault('DELETE', `${C}/index/a%20b`),
    "400 Deserialize error in path parameters: Invalid json path: 'a b'",
  );
  assert.equal(
    await api.fault('PUT', '/collections/none/index', { field_name: 'k', field_schema: 'keyword' }),
    "404 Not found: Collection `none` doesn't exist!",
  );
  assert.equal(
    await api.fault('DELETE', '/collections/none/index/k'),
    "404 Not found: Collection `none` doesn't exist!",
  );
});
