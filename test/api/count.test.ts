import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const COUNT = '/collections/c/points/count';
await api.create('c', { size: 1, distance: 'Dot' });
await api.create('empty', { size: 1, distance: 'Dot' });
await api.upsert(
  'c',
  Array.from({ length: 1000 }, (_, id) => ({ id, vector: [id], payload: { tens: Math.floor(id / 10) } })),
);

const count = async (request: object) => (await api.result<{ count: number }>('POST', COUNT, request)).count;

test('all points', async () => {
  assert.deepEqual(await api.result('POST', COUNT, {}), { count: 1000 });
  assert.equal(await count({ filter: null }), 1000);
  assert.equal(await count({ filter: {} }), 1000);
});

test('points that match a filter, exactly in either mode', async () => {
  const filter = { must: { key: 'tens', range: { gte: 10, lt: 20 } } };
  assert.equal(await count({ filter }), 100);
  assert.equal(await count({ filter, exact: true }), 100);
  assert.equal(await count({ filter, exact: false }), 100);
});

test('replaced points count once, also under the filter that their old payload passed', async () => {
  const filter = { must: { key: 'tens', match: { value: 0 } } };
  assert.equal(await count({ filter }), 10);
  await api.upsert('c', [{ id: 0, vector: [0], payload: { tens: 1 } }]);
  assert.equal(await count({ filter }), 9);
  assert.equal(await count({}), 1000);
  await api.upsert('c', [{ id: 0, vector: [0], payload: { tens: 0 } }]);
  assert.equal(await count({ filter }), 10);
});

test('an empty collection', async () => {
  assert.deepEqual(await api.result('POST', '/collections/empty/points/count', {}), { count: 0 });
  const filter = { must_not: { has_id: [1] } };
  assert.deepEqual(await api.result('POST', '/collections/empty/points/count', { filter }), { count: 0 });
});

test('faults', async () => {
  assert.equal(
    await api.fault('POST', COUNT, { exact: 1 }),
    '400 Format error in JSON body: invalid type: integer `1`, expected a boolean',
  );
  assert.equal(
    await api.fault('POST', COUNT, { filter: { min_should: { conditions: [], min_count: 0 } } }),
    '422 Validation error in JSON body: ' +
      '[count_request.filter.min_should.min_count: min_count must be greater than 0]',
  );
});
