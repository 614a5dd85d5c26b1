/** Tables of requests that must be refused, with the whole message. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from './build-app.ts';

/** Method, path, body, and status with message. */
export type Refusal = readonly ['GET' | 'POST' | 'PUT' | 'DELETE', string, object | undefined, string];

/**
 * One test for each request, all to the same application. It has the collections `c`, of an unnamed vector, and `n`, of the
 * vector `a`, the multivector `m` and the sparse vectors `s` and `i`, the latter with idf. The points 1 of `c` and of `n` have
 * the unnamed vector or `a`; point 2 of `c` has none.
 */
export async function refusals(all: readonly Refusal[]): Promise<void> {
  const api = await buildTestApp({ after });
  const plane = { size: 2, distance: 'Dot' };
  await api.create('c', plane);
  await api.result('PUT', '/collections/n', {
    vectors: { a: plane, m: { ...plane, multivector_config: { comparator: 'max_sim' } } },
    sparse_vectors: { s: {}, i: { modifier: 'idf' } },
  });
  await api.upsert('c', [
    { id: 1, vector: [1, 0], payload: { k: 'x', arr: [1, 2] } },
    { id: 2, vector: {} },
  ]);
  await api.upsert('n', [{ id: 1, vector: { a: [1, 0] } }]);
  for (const [method, path, body, expected] of all) {
    test(`${method} ${path} ${JSON.stringify(body) ?? ''}`, async () => {
      assert.equal(await api.fault(method, path, body), expected);
    });
  }
}
