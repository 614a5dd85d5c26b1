import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

interface Ordered {
  readonly id: number;
  readonly order_value?: number | bigint;
  readonly score?: number;
  readonly version?: number;
}

const api = await buildTestApp({ after });
const SCROLL = '/collections/c/points/scroll';
const QUERY = '/collections/c/points/query';

await api.create('c', { size: 1, distance: 'Dot' });
await api.upsert('c', [
  { id: 1, vector: [1], payload: { n: 3, f: 0.5, at: '2024-01-03T00:00:00Z' } },
  { id: 2, vector: [2], payload: { n: [1, 5, 5], f: 1, at: ['2024-01-01', '2024-01-02T12:00:00+02:00'] } },
  { id: 3, vector: [3], payload: { n: -2, f: -1e300, at: 'never' } },
  { id: 4, vector: [4], payload: { n: 'text', f: true, at: 5 } },
  { id: 5, vector: [5], payload: { n: 4, f: 7, big: 9007199254740993n } },
  { id: 6, vector: [6], payload: { big: '9007199254740993' } },
]);
await api.result(
  'PUT',
  '/collections/c/points?wait=true',
  '{"points":[{"id":7,"vector":[7],"payload":{"big":9007199254740992}},{"id":8,"vector":[8],"payload":{"big":9007199254740993}},' +
    '{"id":9,"vector":[9],"payload":{"big":-9223372036854775808}}]}',
);
const index = (field_name: string, field_schema: unknown) =>
  api.result('PUT', '/collections/c/index?wait=true', { field_name, field_schema });
await index('n', 'integer');
await index('f', 'float');
await index('at', 'datetime');
await index('big', 'integer');
await index('text', 'keyword');
await index('lookup', { type: 'integer', lookup: true, range: false });

const scroll = async (order_by: unknown, rest: object = {}) =>
  (await api.result<{ points: Ordered[] }>('POST', SCROLL, { order_by, ...rest })).points;
const shown = async (...args: Parameters<typeof scroll>) =>
  (await scroll(...args)).map(({ id, order_value }) => [id, order_value]);
const micros = (text: string) => Date.parse(text) * 1000;

test('smallest first, a point once for each of its values, points without a value left out', async () => {
  const expected = [
    [3, -2],
    [2, 1],
    [1, 3],
    [5, 4],
    [2, 5],
  ];
  assert.deepEqual(await shown('n'), expected);
  assert.deepEqual(await shown({ key: 'n' }), expected);
  assert.deepEqual(await shown({ key: 'n', direction: 'asc', start_from: null }), expected);
  assert.deepEqual(await shown({ key: 'n', direction: 'desc' }), expected.toReversed());
});

test('floats take every number, and show as floats', async () => {
  assert.deepEqual(await shown('f'), [
    [3, -1e300],
    [1, 0.5],
    [2, 1],
    [5, 7],
  ]);
  const text = await api.resultText('POST', SCROLL, { order_by: 'f', limit: 3, with_payload: false });
  assert.match(text, /"order_value":1\.0\}/);
});

test('datetimes are ordered by the moment, in microseconds', async () => {
  assert.deepEqual(await shown('at'), [
    [2, micros('2024-01-01')],
    [2, micros('2024-01-02T10:00:00Z')],
    [1, micros('2024-01-03')],
  ]);
});

test('integers that no double tells apart', async () => {
  const [last, first] = [
    [
      [7, 9007199254740992n],
      [5, 9007199254740993n],
      [8, 9007199254740993n],
    ],
    [9, -9223372036854775808n],
  ];
  const found = await shown('big');
  assert.deepEqual(found[0], first);
  assert.deepEqual(found[1], last![0]);
  assert.deepEqual(
    found.slice(2).toSorted(([a], [b]) => Number(a) - Number(b)),
    last!.slice(1),
  );
  assert.deepEqual(
    (await shown({ key: 'big', start_from: 9007199254740993n })).map(([, value]) => value),
    [9007199254740993n, 9007199254740993n],
  );
});

test('start_from is the first value that is wanted', async () => {
  assert.deepEqual(await shown({ key: 'n', start_from: 3 }), [
    [1, 3],
    [5, 4],
    [2, 5],
  ]);
  assert.deepEqual(await shown({ key: 'n', start_from: 3.5 }), [
    [5, 4],
    [2, 5],
  ]);
  assert.deepEqual(await shown({ key: 'n', direction: 'desc', start_from: 1 }), [
    [2, 1],
    [3, -2],
  ]);
  assert.deepEqual(
    (await shown({ key: 'at', start_from: '2024-01-02 10:00' })).map(([id]) => id),
    [2, 1],
  );
});

test('pages: start_from and the ids that were seen', async () => {
  const first = await scroll('n', { limit: 2 });
  assert.deepEqual(
    first.map(({ id }) => id),
    [3, 2],
  );
  const filter = { must_not: { has_id: [3] } };
  assert.deepEqual(await shown({ key: 'n', start_from: 1 }, { filter, limit: 2 }), [
    [2, 1],
    [1, 3],
  ]);
});

test('filter, selectors, no next page', async () => {
  const filter = { must: { has_id: [2, 5] } };
  const page = await api.result('POST', SCROLL, {
    order_by: 'n',
    filter,
    limit: 2,
    with_payload: ['f'],
    with_vector: true,
  });
  assert.deepEqual(page, {
    points: [
      { id: 2, payload: { f: 1 }, vector: [2], order_value: 1 },
      { id: 5, payload: { f: 7 }, vector: [5], order_value: 4 },
    ],
    next_page_offset: null,
  });
});

test('as a query: score 1, the value beside it', async () => {
  const { points } = await api.result<{ points: Ordered[] }>('POST', QUERY, {
    query: { order_by: { key: 'n', direction: 'desc' } },
    limit: 2,
    offset: 1,
  });
  assert.deepEqual(points, [
    { id: 5, version: 0, score: 1, order_value: 4 },
    { id: 1, version: 0, score: 1, order_value: 3 },
  ]);
});

const ids = async (request: object) =>
  (await api.result<{ points: Ordered[] }>('POST', QUERY, request)).points.map(({ id }) => id);

test('as a prefetch, and over prefetches', async () => {
  const prefetch = { query: { order_by: 'n' }, limit: 3 };
  assert.deepEqual(await ids({ prefetch, query: [1] }), [3, 2, 1]);
  assert.deepEqual(await ids({ prefetch, query: { fusion: 'rrf' } }), [3, 2, 1]);
  assert.deepEqual(await ids({ prefetch: { query: [1], limit: 6 }, query: { order_by: 'n' } }), [5]);
  assert.deepEqual(await ids({ prefetch: { query: [-1], limit: 3 }, query: { order_by: 'f' } }), [3, 1, 2]);
  assert.deepEqual(await ids({ prefetch: { query: 2, limit: 9 }, query: { order_by: 'n' } }), [3, 1, 5]);
});

test('what is written later is in order too', async () => {
  await api.upsert('c', [{ id: 10, vector: [10], payload: { n: 2 } }]);
  assert.deepEqual(await shown({ key: 'n', start_from: 1 }, { limit: 2 }), [
    [2, 1],
    [10, 2],
  ]);
  await api.result('POST', '/collections/c/points/payload?wait=true', { payload: { n: 100 }, points: [10] });
  assert.deepEqual(await shown({ key: 'n', direction: 'desc' }, { limit: 1 }), [[10, 100]]);
  await api.result('POST', '/collections/c/points/delete?wait=true', { points: [10] });
  assert.deepEqual(await shown({ key: 'n', direction: 'desc' }, { limit: 1 }), [[2, 5]]);
});

const NO_INDEX = (key: string) =>
  `400 Wrong input: No range index for \`order_by\` key: \`${key}\`. Please create one to use \`order_by\`.`;

const FAULTS: readonly (readonly [object, string | RegExp])[] = [
  [{ order_by: 'none' }, NO_INDEX('none')],
  [{ order_by: { key: 'text', direction: 'desc' } }, NO_INDEX('text')],
  [{ order_by: 'lookup' }, NO_INDEX('lookup')],
  [{ order_by: 'n', offset: 1 }, /^400 Wrong input: Cannot use an `offset` when using `order_by`/],
  [{ order_by: { key: 'n', direction: 'up' } }, /^400 Format error in JSON body: /],
  [{ order_by: { key: 'n', start_from: 'soon' } }, /^400 Format error in JSON body: /],
  [{ order_by: 'a..b' }, "400 Format error in JSON body: Invalid json path: 'a..b'"],
];

for (const [request, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(request)}`, async () => {
    assertFault(await api.fault('POST', SCROLL, request), expected);
  });
}

test('refuses to query what has no order, and thresholds', async () => {
  assert.equal(await api.fault('POST', QUERY, { query: { order_by: 'none' } }), NO_INDEX('none'));
  assert.equal(
    await api.fault('POST', QUERY, { query: { order_by: 'n' }, score_threshold: 1 }),
    "400 Bad request: Can't use score_threshold with an order_by query.",
  );
});
