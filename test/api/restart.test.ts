import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { TestApp } from '../helpers/build-app.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { withApp } from '../helpers/with-app.ts';

const READS = [
  ['GET', '/collections/c', undefined],
  ['GET', '/collections/named', undefined],
  ['POST', '/collections/c/points/scroll', { limit: 1000, with_vector: true }],
  ['POST', '/collections/named/points/scroll', { limit: 1000, with_vector: true }],
  ['POST', '/collections/c/points/query', { query: [1, 2], limit: 1000, with_payload: true }],
  ['POST', '/collections/c/points/query', { query: 18446744073709551615n }],
  ['POST', '/collections/c/points/count', { filter: { must: { key: 'f', match: { value: 1 } } } }],
  ['POST', '/collections/named/points/count', { filter: { must: { has_vector: 'b' } } }],
] as const;

async function everything(api: TestApp): Promise<string[]> {
  const { collections } = await api.result<{ collections: { name: string }[] }>('GET', '/collections');
  const names = JSON.stringify(collections.map(({ name }) => name).toSorted());
  const answers: string[] = [names];
  for (const [method, path, body] of READS) answers.push(await api.resultText(method, path, body));
  return answers;
}

async function fill(api: TestApp): Promise<void> {
  const metadata = '{"z":18446744073709551615,"a":[1]}';
  await api.result(
    'PUT',
    '/collections/c',
    `{"vectors":{"size":2,"distance":"Euclid"},"metadata":${metadata}}`,
  );
  await api.create('named', { a: { size: 2, distance: 'Cosine' }, b: { size: 3, distance: 'Dot' } });
  await api.create('gone', { size: 1, distance: 'Dot' });
  await api.result('DELETE', '/collections/gone');
  const ids = Array.from({ length: 300 }, (_, i) => i);
  await api.upsert(
    'c',
    ids.map((id) => ({ id, vector: [id, 0.1] })),
  );
  const special = '{"id":18446744073709551615,"vector":[0.1,0.2],"payload":{"i":1,"f":1.0,"9":1,"1":2}}';
  await api.result('PUT', '/collections/c/points?wait=true', `{"points":[${special}]}`);
  await api.upsert('c', [{ id: 7, vector: [-7, 7], payload: { replaced: true } }]);
  await api.result('POST', '/collections/c/points/delete?wait=true', { points: [8, 9] });
  await api.upsert('named', [
    { id: '550e8400-e29b-41d4-a716-446655440000', vector: { a: [3, 4] } },
    { id: 2, vector: { b: [1, 2, 3] }, payload: { k: null } },
    { id: 3, vector: {} },
  ]);
}

test('after a restart all is as it was', async (t: TestContext) => {
  const directory = tempDir(t);
  const before = await withApp(directory, async (api) => {
    await fill(api);
    return everything(api);
  });
  const after = await withApp(directory, everything);
  assert.deepEqual(after, before);
});

test('after a restart updates go on where they were', async (t: TestContext) => {
  const directory = tempDir(t);
  const path = '/collections/c/points?wait=true';
  await withApp(directory, fill);
  await withApp(directory, async (api) => {
    const { operation_id } = await api.result<{ operation_id: number }>('PUT', path, {
      points: [{ id: 8, vector: [8, 8] }],
    });
    assert.equal(operation_id, 5);
    assert.deepEqual(await api.result('POST', '/collections/c/points/count', {}), { count: 300 });
  });
  await withApp(directory, async (api) => {
    assert.deepEqual(await api.result('GET', '/collections/c/points/8'), {
      id: 8,
      payload: {},
      vector: [8, 8],
    });
    assert.equal(await api.result('PUT', '/collections/gone', {}), true);
  });
});
