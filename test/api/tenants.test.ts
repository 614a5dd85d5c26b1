import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });

interface Found {
  readonly points: readonly { readonly id: number; readonly score: number }[];
}

test('a collection of tenants, without links among the points of all, is indexed and each finds its own', async () => {
  await api.result('PUT', '/collections/tenants', {
    vectors: { size: 8, distance: 'Dot' },
    hnsw_config: { m: 0, payload_m: 16 },
    optimizers_config: { indexing_threshold: 1 },
  });
  await api.result('PUT', '/collections/tenants/index?wait=true', {
    field_name: 'tenant',
    field_schema: { type: 'keyword', is_tenant: true },
  });
  const points = Array.from({ length: 1200 }, (_, id) => ({
    id,
    vector: Array.from({ length: 8 }, (__, i) => Math.sin(id * 13 + i * 7)),
    payload: { tenant: `tenant ${id % 3}` },
  }));
  await api.upsert('tenants', points);
  const info = () =>
    api.result<{ status: string; indexed_vectors_count: number }>('GET', '/collections/tenants');
  while ((await info()).status !== 'green') await new Promise(setImmediate);
  assert.equal((await info()).indexed_vectors_count, 1200);
  for (const tenant of ['tenant 0', 'tenant 1', 'tenant 2', 'nobody']) {
    const search = {
      query: points[7]!.vector,
      limit: 10,
      filter: { must: [{ key: 'tenant', match: { value: tenant } }] },
    };
    const path = '/collections/tenants/points/query';
    const walked = await api.result<Found>('POST', path, { ...search, params: { hnsw_ef: 200 } });
    const exact = await api.result<Found>('POST', path, { ...search, params: { exact: true } });
    assert.deepEqual(walked, exact);
    assert.equal(exact.points.length, tenant === 'nobody' ? 0 : 10);
  }
});
