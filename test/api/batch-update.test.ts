import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const POINTS = '/collections/c/points';

beforeEach(async () => {
  await api.result('DELETE', '/collections/c');
  await api.create('c', { a: { size: 1, distance: 'Dot' }, b: { size: 1, distance: 'Dot' } });
  await api.upsert('c', [{ id: 1, vector: { a: [1] }, payload: { k: 1 } }]);
});

const batch = (operations: readonly object[], wait = true) =>
  api.result('POST', `${POINTS}/batch?wait=${wait}`, { operations });
const fault = (operations: readonly object[]) =>
  api.fault('POST', `${POINTS}/batch?wait=true`, { operations });
const contents = () => api.resultText('POST', `${POINTS}/scroll`, { with_vector: true });
const put = (id: number, value: number) => ({ upsert: { points: [{ id, vector: { a: [value] } }] } });

test('operations of every kind apply in order, each with a number of its own', async () => {
  const results = await batch([
    { upsert: { batch: { ids: [2, 3], vectors: { a: [[2], [3]] }, payloads: [{ k: 2 }, { k: 3, x: 1 }] } } },
    { update_vectors: { points: [{ id: 2, vector: { b: [9] } }] } },
    { delete_vectors: { points: [2], vector: ['a'] } },
    { set_payload: { payload: { y: 2 }, points: [1, 3] } },
    { overwrite_payload: { payload: { z: 3 }, filter: { must: { key: 'k', match: { value: 2 } } } } },
    { delete_payload: { keys: ['x'], points: [3] } },
    { clear_payload: { points: [1] } },
    { delete: { filter: { must: { key: 'nothing', match: { value: 1 } } } } },
    put(4, 4),
    { delete: { points: [4] } },
  ]);
  assert.deepEqual(
    results,
    Array.from({ length: 10 }, (_, i) => ({ operation_id: i + 2, status: 'completed' })),
  );
  assert.equal(
    await contents(),
    '{"points":[{"id":1,"payload":{},"vector":{"a":[1.0]}},{"id":2,"payload":{"z":3},"vector":{"b":[9.0]}},' +
      '{"id":3,"payload":{"k":3,"y":2},"vector":{"a":[3.0]}}],"next_page_offset":null}',
  );
});

test('without operations there is nothing to do', async () => {
  assert.deepEqual(await batch([]), []);
  assert.equal(
    await api.fault('POST', `${POINTS}/batch`, {}),
    '400 Format error in JSON body: missing field `operations`',
  );
});

const WRONG_FROM_THE_START = [
  [
    { update_vectors: { points: [{ id: 1, vector: {} }] } },
    '422 Validation error in JSON body: [operations[1].update_vectors.points[0].vector: must specify vectors to update for point]',
  ],
  [
    { upsert: { points: [{ id: 3, vector: { a: [1, 2] } }] } },
    '400 Wrong input: Vector dimension error: expected dim: 1, got 2',
  ],
  [
    { upsert: { points: [{ id: 3, vector: { x: [1] } }] } },
    '400 Wrong input: Not existing vector name error: x',
  ],
  [{ delete_vectors: { points: [1], vector: ['x'] } }, '400 Wrong input: Not existing vector name error: x'],
  [
    { set_payload: { payload: {} } },
    '400 Format error in JSON body: Either list of point ids or filter must be provided',
  ],
  [{ set_payload: { payload: {}, points: [1], key: 'a[' } }, /^400 .*Invalid json path: 'a\['/],
  [{ delete: { points: ['x'] } }, /^400 Format error in JSON body: value x is not a valid point ID/],
  [
    { frobnicate: {} },
    '400 Format error in JSON body: data did not match any variant of untagged enum UpdateOperation',
  ],
  [{ upsert: { points: [], shard_key: 'zz' } }, '400 Wrong input: Shard key "zz" not found'],
] as const;

for (const [bad, expected] of WRONG_FROM_THE_START) {
  test(`nothing is applied where one of them is ${JSON.stringify(bad)}`, async () => {
    const before = await contents();
    const told = await fault([put(2, 2), bad]);
    if (typeof expected === 'string') assert.equal(told, expected);
    else assert.match(told, expected);
    assert.equal(await contents(), before);
  });
}

const WRONG_IN_ITS_TURN = [
  [{ set_payload: { payload: {}, points: [77] } }, '404 Not found: No point with id 77 found'],
  [
    { update_vectors: { points: [{ id: 77, vector: { a: [1] } }] } },
    '404 Not found: No point with id 77 found',
  ],
  [{ delete: { points: [] } }, '400 Bad request: Empty update request'],
  [{ upsert: { points: [] } }, '400 Bad request: Empty update request'],
  [{ delete_vectors: { vector: ['a'] } }, '400 Bad request: No filter or points provided'],
] as const;

for (const [bad, expected] of WRONG_IN_ITS_TURN) {
  test(`what came before stays, and the rest is left out, after ${JSON.stringify(bad)}`, async () => {
    assert.equal(await fault([put(2, 2), bad, put(3, 3)]), expected);
    assert.equal(
      await contents(),
      '{"points":[{"id":1,"payload":{"k":1},"vector":{"a":[1.0]}},{"id":2,"payload":{},"vector":{"a":[2.0]}}],' +
        '"next_page_offset":null}',
    );
  });
}

test('who does not wait is told that all is logged', async () => {
  const bad = { set_payload: { payload: {}, points: [77] } };
  assert.deepEqual(await batch([bad, put(2, 2)], false), [
    { operation_id: 2, status: 'acknowledged' },
    { operation_id: 3, status: 'acknowledged' },
  ]);
  assert.match(await contents(), /"id":2/);
});
