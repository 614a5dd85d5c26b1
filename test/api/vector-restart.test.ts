import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { TestApp } from '../helpers/build-app.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { withApp } from '../helpers/with-app.ts';

const POINTS = '/collections/c/points';
const sparse = (indices: number[], values: number[]) => ({ indices, values });

const update = (api: TestApp, id: number, vector: object) =>
  api.result('PUT', `${POINTS}/vectors?wait=true`, { points: [{ id, vector }] });
const vectorName = (api: TestApp, method: 'PUT' | 'DELETE', name: string, config?: object) =>
  api.result(method, `/collections/c/vectors/${name}?wait=true`, config);

async function fill(api: TestApp): Promise<void> {
  await api.result('PUT', '/collections/c', {
    vectors: {
      d: { size: 2, distance: 'Cosine' },
      m: { size: 2, distance: 'Euclid', multivector_config: { comparator: 'max_sim' } },
    },
    sparse_vectors: { s: { modifier: 'idf' } },
  });
  const ids = Array.from({ length: 200 }, (_, id) => id);
  await api.upsert(
    'c',
    ids.map((id) => ({
      id,
      vector: {
        d: [id, 1],
        m: Array.from({ length: 1 + (id % 3) }, (_, i) => [id, i]),
        s: sparse([id % 7, 99], [1, id]),
      },
    })),
  );
  await update(api, 3, { s: sparse([5], [2]) });
  await api.result('POST', `${POINTS}/vectors/delete?wait=true`, { points: [4], vector: ['s', 'd'] });
  await api.result('POST', `${POINTS}/delete?wait=true`, { points: [5, 6] });
  await vectorName(api, 'PUT', 'late', { dense: { size: 1, distance: 'Dot', datatype: 'float16' } });
  await update(api, 7, { late: [0.1] });
  await vectorName(api, 'PUT', 'gone', { sparse: {} });
  await update(api, 8, { gone: sparse([1], [1]) });
  await vectorName(api, 'DELETE', 'gone');
  await vectorName(api, 'PUT', 'gone', { dense: { size: 3, distance: 'Dot' } });
  await update(api, 9, { gone: [1, 2, 3] });
}

const QUERIES = [
  { query: [1, 1], using: 'd' },
  {
    query: [
      [3, 1],
      [2, 2],
    ],
    using: 'm',
  },
  { query: sparse([2, 5, 99], [1, 1, 1]), using: 's' },
  { query: [1], using: 'late' },
  { query: [1, 1, 1], using: 'gone' },
];

async function everything(api: TestApp): Promise<string[]> {
  const answers = [
    await api.resultText('POST', `${POINTS}/scroll`, { limit: 1000, with_vector: true }),
    JSON.stringify((await api.result<{ config: object }>('GET', '/collections/c')).config),
  ];
  for (const query of QUERIES) {
    answers.push(await api.resultText('POST', `${POINTS}/query`, { ...query, limit: 300 }));
  }
  return answers;
}

test('vectors of every kind, and names that came and went, survive restarts', async (t: TestContext) => {
  const directory = tempDir(t);
  const before = await withApp(directory, async (api) => {
    await fill(api);
    return everything(api);
  });
  assert.deepEqual(await withApp(directory, everything), before);
  const later = await withApp(directory, async (api) => {
    await vectorName(api, 'DELETE', 'd');
    await vectorName(api, 'PUT', 'd', { dense: { size: 2, distance: 'Dot' } });
    await update(api, 10, { d: [5, 5], s: sparse([5], [7]), late: [2] });
    return everything(api);
  });
  assert.deepEqual(await withApp(directory, everything), later);
});
