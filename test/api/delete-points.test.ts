import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const POINTS = '/collections/c/points';

beforeEach(async () => {
  await api.result('DELETE', '/collections/c');
  await api.create('c', { size: 1, distance: 'Dot' });
  await api.upsert(
    'c',
    [1, 2, 3, 4, 5].map((id) => ({ id, vector: [id], payload: { even: id % 2 === 0 } })),
  );
});

const remove = (selector: object, query = '?wait=true') =>
  api.result<{ status: string }>('POST', `${POINTS}/delete${query}`, selector);

async function ids(): Promise<unknown[]> {
  const { points } = await api.result<{ points: { id: unknown }[] }>('POST', `${POINTS}/scroll`, {
    limit: 100,
  });
  return points.map(({ id }) => id);
}

test('by ids, unknown ones and repetitions included', async () => {
  assert.deepEqual(await remove({ points: [2, 99, 4, 2] }), { operation_id: 2, status: 'completed' });
  assert.deepEqual(await ids(), [1, 3, 5]);
});

test('by a filter', async () => {
  await remove({ filter: { must: { key: 'even', match: { value: false } } } });
  assert.deepEqual(await ids(), [2, 4]);
});

test('by a filter of ids', async () => {
  await remove({ filter: { must_not: { has_id: [1, 5] } } });
  assert.deepEqual(await ids(), [1, 5]);
});

test('by the empty filter: all', async () => {
  await remove({ filter: {} });
  assert.deepEqual(await ids(), []);
  assert.deepEqual(await api.result('POST', `${POINTS}/count`, {}), { count: 0 });
});

test('nothing to delete is no fault', async () => {
  assert.equal((await remove({ points: [77] })).status, 'completed');
  assert.equal(
    (await remove({ filter: { must: { key: 'nope', match: { value: 1 } } } })).status,
    'completed',
  );
  assert.deepEqual(await ids(), [1, 2, 3, 4, 5]);
});

test('points win over a filter beside them', async () => {
  await remove({ points: [1], filter: {} });
  assert.deepEqual(await ids(), [2, 3, 4, 5]);
});

test('without wait the answer is `acknowledged`, and the next read sees the change', async () => {
  assert.equal((await remove({ points: [1] }, '')).status, 'acknowledged');
  assert.deepEqual(await ids(), [2, 3, 4, 5]);
});

test('deleted points are gone from every read', async () => {
  await remove({ points: [5] });
  assert.equal((await api.send('GET', `${POINTS}/5`)).status, 404);
  assert.deepEqual(await api.result('POST', POINTS, { ids: [5, 1] }), [{ id: 1 }]);
  assert.deepEqual(await api.result('POST', `${POINTS}/count`, {}), { count: 4 });
  const filter = { must: { has_id: [5] } };
  assert.deepEqual(await api.result('POST', `${POINTS}/count`, { filter }), { count: 0 });
  const { points } = await api.result<{ points: { id: number }[] }>('POST', `${POINTS}/query`, {
    query: [1],
  });
  assert.deepEqual(
    points.map(({ id }) => id),
    [4, 3, 2, 1],
  );
  assert.equal(
    await api.fault('POST', `${POINTS}/query`, { query: 5 }),
    '404 Not found: No point with id 5 found',
  );
});

test('a deleted point can be written again', async () => {
  await remove({ points: [3] });
  await api.upsert('c', [{ id: 3, vector: [33] }]);
  assert.deepEqual(await api.result('GET', `${POINTS}/3`), { id: 3, payload: {}, vector: [33] });
  assert.deepEqual(await ids(), [1, 2, 3, 4, 5]);
});

test('an update and a deletion sent together are applied in that order', async () => {
  const results = await Promise.all([
    api.send('PUT', `${POINTS}?wait=true`, { points: [{ id: 9, vector: [9] }] }),
    api.send('POST', `${POINTS}/delete?wait=true`, { points: [9] }),
    api.send('PUT', `${POINTS}?wait=true`, { points: [{ id: 10, vector: [10] }] }),
  ]);
  const numbers = results.map(({ text }) => JSON.parse(text).result.operation_id);
  assert.deepEqual(
    numbers.toSorted((a, b) => a - b),
    [2, 3, 4],
  );
  const isDeletedLast = numbers[1] > numbers[0];
  assert.deepEqual(await ids(), isDeletedLast ? [1, 2, 3, 4, 5, 10] : [1, 2, 3, 4, 5, 9, 10]);
});

const FAULTS = [
  [{ points: [] }, '400 Bad request: Empty update request'],
  [{}, /^400 Format error in JSON body: /],
  [{ filter: null }, /^400 Format error in JSON body: /],
  [{ points: null }, /^400 Format error in JSON body: /],
  [{ points: 1 }, /^400 Format error in JSON body: /],
  [[1], /^400 Format error in JSON body: /],
  [{ filter: { must: 1 } }, /^400 Format error in JSON body: /],
  [{ filter: { musst: [] } }, /^400 Format error in JSON body: unknown field `musst`, expected one of /],
  [
    { filter: { must: { key: 'a b', match: { value: 1 } } } },
    "400 Format error in JSON body: Invalid json path: 'a b'",
  ],
  [{ filter: { must: { key: 'a' } } }, /^422 .*At least one field condition must be specified \[\{\}\]\]$/],
] as const;

for (const [selector, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(selector)}`, async () => {
    for (const query of ['', '?wait=true']) {
      const fault = await api.fault('POST', `${POINTS}/delete${query}`, selector);
      assertFault(fault, expected);
    }
    assert.deepEqual(await ids(), [1, 2, 3, 4, 5]);
  });
}
