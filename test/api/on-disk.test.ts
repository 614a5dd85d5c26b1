import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';
import { clustered } from '../recall/measure.ts';

const api = await buildTestApp({ after });
const DIM = 32;
const ROWS = 600;
const VECTORS = clustered(ROWS, DIM, 1).map((vector) => [...vector]);
const QUERY = [...clustered(1, DIM, 2)[0]!];
const C = '/collections/c';

interface Info {
  readonly status: string;
  readonly indexed_vectors_count: number;
  readonly config: { readonly params: { readonly vectors: object } };
}

const info = () => api.result<Info>('GET', C);

async function untilGreen(): Promise<void> {
  while ((await info()).status !== 'green') await new Promise(setImmediate);
}

async function answers(): Promise<unknown[]> {
  const query = { query: QUERY, limit: 20, with_vector: true, params: { hnsw_ef: ROWS } };
  return [
    await api.result('POST', `${C}/points/query`, query),
    await api.result('POST', `${C}/points/query`, { ...query, params: { exact: true } }),
    await api.result('POST', `${C}/points/query`, {
      ...query,
      params: { hnsw_ef: ROWS, quantization: { ignore: true } },
    }),
    await api.result('POST', `${C}/points`, { ids: [0, 5, ROWS - 1], with_vector: true }),
  ];
}

test('a vector goes to disk and comes back by PATCH, and answers stay what they were', async () => {
  const vectors = { size: DIM, distance: 'Dot' };
  await api.result('PUT', C, {
    vectors,
    quantization_config: { binary: { encoding: 'two_bits' } },
    optimizers_config: { indexing_threshold: 1 },
    hnsw_config: { ef_construct: 200 },
  });
  await api.upsert(
    'c',
    VECTORS.map((vector, id) => ({ id, vector })),
  );
  await untilGreen();
  const before = await answers();
  for (const on_disk of [true, false]) {
    await api.result('PATCH', C, { vectors: { '': { on_disk } } });
    assert.deepEqual((await info()).config.params.vectors, { ...vectors, on_disk });
    await untilGreen();
    assert.equal((await info()).indexed_vectors_count, ROWS);
    assert.deepEqual(await answers(), before);
  }
});

test('points that are written to disk are found at once', async () => {
  await api.result('PATCH', C, { vectors: { '': { memory: 'cold' } } });
  await api.upsert('c', [{ id: ROWS, vector: QUERY.map((value) => 2 * value) }]);
  const { points } = await api.result<{ points: { id: number }[] }>('POST', `${C}/points/query`, {
    query: QUERY,
    limit: 1,
  });
  assert.equal(points[0]?.id, ROWS);
});
