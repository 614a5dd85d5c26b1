import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const POINTS = '/collections/c/points';

beforeEach(async () => {
  await api.result('DELETE', '/collections/c');
  await api.create('c', {
    text: { size: 2, distance: 'Dot' },
    image: { size: 3, distance: 'Euclid' },
    payload: { size: 1, distance: 'Manhattan' },
  });
});

async function vectorOf(id: number, withVector: unknown = true): Promise<unknown> {
  const request = { ids: [id], with_vector: withVector };
  const [record] = await api.result<{ vector?: unknown }[]>('POST', POINTS, request);
  return record?.vector;
}

test('a point has all its vectors, some or none', async () => {
  await api.upsert('c', [
    { id: 1, vector: { text: [1, 2], image: [1, 2, 3], payload: [4] } },
    { id: 2, vector: { image: [4, 5, 6] } },
    { id: 3, vector: {} },
  ]);
  assert.deepEqual(await vectorOf(1), { text: [1, 2], image: [1, 2, 3], payload: [4] });
  assert.deepEqual(await vectorOf(2), { image: [4, 5, 6] });
  assert.deepEqual(await vectorOf(3), {});
});

test('columns of each name', async () => {
  const vectors = {
    text: [
      [1, 2],
      [3, 4],
    ],
    payload: [[5], [6]],
  };
  await api.result('PUT', `${POINTS}?wait=true`, { batch: { ids: [1, 2], vectors } });
  assert.deepEqual(await vectorOf(1), { text: [1, 2], payload: [5] });
  assert.deepEqual(await vectorOf(2), { text: [3, 4], payload: [6] });
});

test('an upsert removes the vectors that it does not give', async () => {
  await api.upsert('c', [{ id: 1, vector: { text: [1, 2], image: [1, 2, 3] } }]);
  await api.upsert('c', [{ id: 1, vector: { image: [7, 8, 9] } }]);
  assert.deepEqual(await vectorOf(1), { image: [7, 8, 9] });
  assert.deepEqual(await api.result('POST', `${POINTS}/query`, { query: [1, 2], using: 'text' }), {
    points: [],
  });
});

const SELECTIONS = [
  [false, undefined],
  [[], {}],
  [['text'], { text: [1, 2] }],
  [['image', 'text'], { text: [1, 2], image: [1, 2, 3] }],
  [['text', 'text'], { text: [1, 2] }],
  [['payload'], {}],
] as const;

for (const [selection, expected] of SELECTIONS) {
  test(`with_vector ${JSON.stringify(selection)} shows ${JSON.stringify(expected)}`, async () => {
    await api.upsert('c', [{ id: 1, vector: { text: [1, 2], image: [1, 2, 3] } }]);
    assert.deepEqual(await vectorOf(1, selection), expected);
  });
}

test('an unknown name in with_vector', async () => {
  const expected = '400 Wrong input: Not existing vector name error: nope';
  assert.equal(await api.fault('POST', POINTS, { ids: [], with_vector: ['text', 'nope'] }), expected);
  assert.equal(await api.fault('POST', `${POINTS}/scroll`, { with_vector: ['nope'] }), expected);
  const query = { query: [1, 2], using: 'text', with_vector: ['nope'] };
  assert.equal(await api.fault('POST', `${POINTS}/query`, query), expected);
});

test('a query runs over the vector that it names, by the distance of that vector', async () => {
  await api.upsert('c', [
    { id: 1, vector: { text: [1, 0], image: [0, 0, 1] } },
    { id: 2, vector: { text: [0, 2], payload: [3] } },
    { id: 3, vector: { image: [0, 3, 4] } },
  ]);
  const scores = async (query: number[], using: string) => {
    const { points } = await api.result<{ points: { id: number; score: number }[] }>(
      'POST',
      `${POINTS}/query`,
      {
        query,
        using,
      },
    );
    return points.map(({ id, score }) => [id, score]);
  };
  assert.deepEqual(await scores([1, 1], 'text'), [
    [2, 2],
    [1, 1],
  ]);
  assert.deepEqual(await scores([0, 0, 0], 'image'), [
    [1, 1],
    [3, 5],
  ]);
  assert.deepEqual(await scores([1], 'payload'), [[2, 2]]);
});

for (const using of [undefined, null, '', 'nope']) {
  test(`there is no vector to use with using ${JSON.stringify(using)}`, async () => {
    assert.equal(
      await api.fault('POST', `${POINTS}/query`, { query: [1, 2], using }),
      `400 Wrong input: Not existing vector name error: ${using ?? ''}`,
    );
  });
}

test('has_vector finds the points that have one', async () => {
  await api.upsert('c', [
    { id: 1, vector: { text: [1, 2] } },
    { id: 2, vector: { image: [1, 2, 3] } },
    { id: 3, vector: {} },
  ]);
  const count = async (name: string) => {
    const filter = { must: { has_vector: name } };
    return (await api.result<{ count: number }>('POST', `${POINTS}/count`, { filter })).count;
  };
  assert.deepEqual(await Promise.all(['text', 'image', 'payload', '', 'nope'].map(count)), [1, 1, 0, 0, 0]);
});
