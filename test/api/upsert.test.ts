import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

interface UpdateResult {
  readonly operation_id: number;
  readonly status: string;
}

const api = await buildTestApp({ after });
const POINTS = '/collections/c/points';

beforeEach(async () => {
  await api.result('DELETE', '/collections/c');
  await api.create('c', { size: 2, distance: 'Dot' });
});

const upsert = (body: object, query = '?wait=true') =>
  api.result<UpdateResult>('PUT', `${POINTS}${query}`, body);

async function all(): Promise<unknown> {
  const request = { limit: 100, with_vector: true };
  const { points } = await api.result<{ points: unknown }>('POST', `${POINTS}/scroll`, request);
  return points;
}

test('a list of points', async () => {
  const result = await upsert({
    points: [
      { id: 2, vector: [1, 2], payload: { a: 1 } },
      { id: 1, vector: [3, 4] },
    ],
  });
  assert.deepEqual(result, { operation_id: 1, status: 'completed' });
  assert.deepEqual(await all(), [
    { id: 1, payload: {}, vector: [3, 4] },
    { id: 2, payload: { a: 1 }, vector: [1, 2] },
  ]);
});

test('columns of ids, vectors and payloads', async () => {
  const batch = {
    ids: [7, 8],
    vectors: [
      [1, 2],
      [3, 4],
    ],
    payloads: [{ a: 1 }, null],
  };
  assert.deepEqual(await upsert({ batch }), { operation_id: 1, status: 'completed' });
  assert.deepEqual(await all(), [
    { id: 7, payload: { a: 1 }, vector: [1, 2] },
    { id: 8, payload: {}, vector: [3, 4] },
  ]);
});

for (const payloads of [undefined, null]) {
  test(`columns with payloads ${payloads}`, async () => {
    await upsert({ batch: { ids: [7], vectors: [[1, 2]], payloads } });
    assert.deepEqual(await all(), [{ id: 7, payload: {}, vector: [1, 2] }]);
  });
}

test('the unnamed vector is also the one with the empty name', async () => {
  await upsert({ points: [{ id: 1, vector: { '': [1, 2] } }] });
  await upsert({ batch: { ids: [2], vectors: { '': [[3, 4]] } } });
  assert.deepEqual(await all(), [
    { id: 1, payload: {}, vector: [1, 2] },
    { id: 2, payload: {}, vector: [3, 4] },
  ]);
});

test('an upsert replaces vector and payload as a whole', async () => {
  await upsert({ points: [{ id: 1, vector: [1, 2], payload: { a: 1, b: 2 } }] });
  await upsert({ points: [{ id: 1, vector: [3, 4], payload: { b: 3 } }] });
  assert.deepEqual(await all(), [{ id: 1, payload: { b: 3 }, vector: [3, 4] }]);
});

for (const payload of [undefined, null, {}]) {
  test(`an upsert with the payload ${JSON.stringify(payload)} clears it`, async () => {
    await upsert({ points: [{ id: 1, vector: [1, 2], payload: { a: 1 } }] });
    await upsert({ points: [{ id: 1, vector: [1, 2], payload }] });
    assert.deepEqual(await all(), [{ id: 1, payload: {}, vector: [1, 2] }]);
  });
}

test('a point without a vector', async () => {
  await upsert({ points: [{ id: 1, vector: [1, 2] }] });
  await upsert({ points: [{ id: 1, vector: {}, payload: { a: 1 } }] });
  assert.deepEqual(await all(), [{ id: 1, payload: { a: 1 }, vector: {} }]);
  assert.deepEqual(await api.result('POST', `${POINTS}/query`, { query: [1, 1] }), { points: [] });
  assert.deepEqual(await api.result('POST', `${POINTS}/count`, {}), { count: 1 });
});

test('of points with one id in a request the last one wins', async () => {
  await upsert({
    points: [
      { id: 1, vector: [1, 1], payload: { first: true } },
      { id: 2, vector: [2, 2] },
      { id: 1, vector: [3, 3] },
    ],
  });
  await upsert({
    batch: {
      ids: [2, 2],
      vectors: [
        [4, 4],
        [5, 5],
      ],
    },
  });
  assert.deepEqual(await all(), [
    { id: 1, payload: {}, vector: [3, 3] },
    { id: 2, payload: {}, vector: [5, 5] },
  ]);
});

test('without wait the answer is `acknowledged`, and the next read sees the change', async () => {
  for (let id = 1; id <= 20; id += 1) {
    const { status } = await upsert({ points: [{ id, vector: [id, 0] }] }, id % 2 ? '' : '?wait=false');
    assert.equal(status, 'acknowledged');
    assert.deepEqual(await api.result('POST', `${POINTS}/count`, {}), { count: id });
  }
});

test('operation numbers grow, and hits show the one that wrote them last', async () => {
  const numbers: number[] = [];
  for (const id of [1, 2, 1]) {
    numbers.push((await upsert({ points: [{ id, vector: [id, 0] }] })).operation_id);
  }
  assert.deepEqual(numbers, [1, 2, 3]);
  const { points } = await api.result<{ points: { id: number; version: number }[] }>(
    'POST',
    `${POINTS}/query`,
    {
      query: [1, 0],
    },
  );
  assert.deepEqual(
    points.map(({ id, version }) => [id, version]),
    [
      [2, 2],
      [1, 3],
    ],
  );
});

test('requests at the same time are applied each, in the order of their numbers', async () => {
  const results = await Promise.all(
    Array.from({ length: 30 }, (_, i) => upsert({ points: [{ id: 1, vector: [i, 0], payload: { i } }] })),
  );
  const last = results.findIndex(({ operation_id }) => operation_id === results.length);
  assert.deepEqual(
    results.map(({ operation_id }) => operation_id).toSorted((a, b) => a - b),
    results.map((_, i) => i + 1),
  );
  assert.deepEqual(await all(), [{ id: 1, payload: { i: last }, vector: [last, 0] }]);
});

test('many points in one request', async () => {
  const ids = Array.from({ length: 5000 }, (_, i) => i);
  await upsert({ batch: { ids, vectors: ids.map((id) => [id, 1]), payloads: ids.map((id) => ({ id })) } });
  assert.deepEqual(await api.result('POST', `${POINTS}/count`, {}), { count: 5000 });
  assert.deepEqual(await api.result('GET', `${POINTS}/4321`), {
    id: 4321,
    payload: { id: 4321 },
    vector: [4321, 1],
  });
});

test('unknown fields of a point are ignored', async () => {
  await upsert({ points: [{ id: 1, vector: [1, 2], colour: 'red', version: 'x' }], extra: 1 });
  assert.deepEqual(await all(), [{ id: 1, payload: {}, vector: [1, 2] }]);
});

test('update_mode insert_only leaves existing points as they are', async () => {
  await upsert({ points: [{ id: 1, vector: [1, 1] }] });
  const points = [1, 2].map((id) => ({ id, vector: [9, 9] }));
  await upsert({ points, update_mode: 'insert_only' });
  assert.deepEqual(await all(), [
    { id: 1, payload: {}, vector: [1, 1] },
    { id: 2, payload: {}, vector: [9, 9] },
  ]);
});

test('update_mode update_only inserts nothing', async () => {
  await upsert({ points: [{ id: 1, vector: [1, 1] }] });
  await upsert({
    batch: {
      ids: [1, 2],
      vectors: [
        [9, 9],
        [9, 9],
      ],
    },
    update_mode: 'update_only',
  });
  assert.deepEqual(await all(), [{ id: 1, payload: {}, vector: [9, 9] }]);
});

const FILTERED = [
  [
    'upsert',
    [
      { id: 1, payload: { v: 1 }, vector: [9, 9] },
      { id: 2, payload: { v: 2 }, vector: [1, 1] },
      { id: 3, payload: {}, vector: [9, 9] },
    ],
  ],
  [
    'update_only',
    [
      { id: 1, payload: { v: 1 }, vector: [9, 9] },
      { id: 2, payload: { v: 2 }, vector: [1, 1] },
    ],
  ],
] as const;

for (const [mode, expected] of FILTERED) {
  test(`update_filter with update_mode ${mode}: existing points that fail it stay`, async () => {
    await upsert({ points: [1, 2].map((id) => ({ id, vector: [1, 1], payload: { v: id } })) });
    await upsert({
      points: [
        { id: 1, vector: [9, 9], payload: { v: 1 } },
        { id: 2, vector: [9, 9], payload: { v: 1 } },
        { id: 3, vector: [9, 9] },
      ],
      update_filter: { must: { key: 'v', match: { value: 1 } } },
      update_mode: mode,
    });
    assert.deepEqual(await all(), expected);
  });
}
