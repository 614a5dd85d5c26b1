import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const VECTORS = { size: 2, distance: 'Dot' };

async function names(): Promise<string[]> {
  const { collections } = await api.result<{ collections: { name: string }[] }>('GET', '/collections');
  return collections.map(({ name }) => name).toSorted();
}

test('the list starts empty and follows creates and deletes', async () => {
  assert.deepEqual(await api.result('GET', '/collections'), { collections: [] });
  await api.create('b', VECTORS);
  await api.create('a', VECTORS);
  assert.deepEqual(await names(), ['a', 'b']);
  await api.result('DELETE', '/collections/b');
  assert.deepEqual(await names(), ['a']);
});

test('exists answers 200 both ways', async () => {
  await api.create('there', VECTORS);
  assert.deepEqual(await api.result('GET', '/collections/there/exists'), { exists: true });
  assert.deepEqual(await api.result('GET', '/collections/none/exists'), { exists: false });
});

test('deleting answers true, and false if there was nothing to delete', async () => {
  await api.create('gone', VECTORS);
  assert.equal(await api.result('DELETE', '/collections/gone'), true);
  assert.equal(await api.result('DELETE', '/collections/gone'), false);
  assert.deepEqual(await api.result('GET', '/collections/gone/exists'), { exists: false });
});

test('a collection created again after its deletion is empty and may have other vectors', async () => {
  await api.create('again', VECTORS);
  await api.upsert('again', [{ id: 1, vector: [1, 2], payload: { old: true } }]);
  await api.result('DELETE', '/collections/again');
  await api.create('again', { size: 3, distance: 'Euclid' });
  assert.deepEqual(await api.result('POST', '/collections/again/points/count', {}), { count: 0 });
  await api.upsert('again', [{ id: 1, vector: [1, 2, 3] }]);
  assert.deepEqual(
    await api.result('POST', '/collections/again/points', {
      ids: [1],
      with_payload: true,
      with_vector: true,
    }),
    [{ id: 1, payload: {}, vector: [1, 2, 3] }],
  );
});

test('operation numbers of a collection created again start anew', async () => {
  for (let round = 0; round < 2; round += 1) {
    await api.create('numbers', VECTORS);
    const first = await api.result<{ operation_id: number }>('PUT', '/collections/numbers/points?wait=true', {
      points: [{ id: 1, vector: [1, 2] }],
    });
    assert.equal(first.operation_id, 1);
    await api.result('DELETE', '/collections/numbers');
  }
});

test('one collection knows nothing of the points of another', async () => {
  await api.create('left', VECTORS);
  await api.create('right', VECTORS);
  await api.upsert('left', [{ id: 1, vector: [1, 2] }]);
  assert.deepEqual(await api.result('POST', '/collections/right/points/count', {}), { count: 0 });
  await api.result('DELETE', '/collections/left');
  await api.upsert('right', [{ id: 2, vector: [1, 2] }]);
  assert.deepEqual(await api.result('POST', '/collections/right/points/count', {}), { count: 1 });
});

test('writes that meet a deletion succeed or find no collection', async () => {
  for (let round = 0; round < 5; round += 1) {
    await api.create('busy', VECTORS);
    const upsert = (id: number) =>
      api.send('PUT', '/collections/busy/points?wait=true', { points: [{ id, vector: [id, 1] }] });
    const before = [1, 2, 3].map(upsert);
    await before[0];
    const statuses = await Promise.all([
      ...before,
      api.send('DELETE', '/collections/busy'),
      ...[4, 5, 6].map(upsert),
    ]);
    assert.equal(statuses[3]?.status, 200);
    for (const { status, text } of statuses) assert.ok(status === 200 || status === 404, text);
    assert.equal((await api.send('GET', '/collections/busy')).status, 404);
  }
});

const REQUESTS = [
  ['PUT', '/points', { points: [{ id: 1, vector: [1, 2] }] }],
  ['POST', '/points', { ids: [1] }],
  ['GET', '/points/1', undefined],
  ['POST', '/points/delete', { points: [1] }],
  ['POST', '/points/scroll', {}],
  ['POST', '/points/count', {}],
  ['POST', '/points/query', { query: [1, 2] }],
  ['POST', '/points/query/batch', { searches: [{ query: [1, 2] }] }],
  ['GET', '', undefined],
] as const;

for (const [method, path, body] of REQUESTS) {
  test(`${method} ${path} of a collection that does not exist`, async () => {
    assert.equal(
      await api.fault(method, `/collections/none${path}`, body),
      "404 Not found: Collection `none` doesn't exist!",
    );
  });
}
