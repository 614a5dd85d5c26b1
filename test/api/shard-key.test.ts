import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
await api.create('c', { size: 1, distance: 'Dot' });
const POINTS = '/collections/c/points';

const READS = [
  [POINTS, { ids: [1] }],
  [`${POINTS}/scroll`, {}],
  [`${POINTS}/count`, {}],
  [`${POINTS}/query`, { query: [1] }],
] as const;

const KEYS = [
  ['zz', '"zz"'],
  [5, '5'],
  [['a', 'b'], '"a"'],
  [{ target: 'a', fallback: 'b' }, '"a"'],
] as const;

for (const [path, body] of READS) {
  test(`${path}: there are no shards with a key to read from`, async () => {
    for (const [shard_key, shown] of KEYS) {
      assert.equal(
        await api.fault('POST', path, { ...body, shard_key }),
        `400 Bad request: Shard key ${shown} not found`,
      );
    }
    await api.result('POST', path, { ...body, shard_key: null });
  });
}

test('nor in a batch of queries', async () => {
  const searches = [{ query: [1] }, { query: [1], shard_key: 'zz' }];
  assert.equal(
    await api.fault('POST', `${POINTS}/query/batch`, { searches }),
    '400 Bad request: Shard key "zz" not found',
  );
});

const WRITES = [
  ['PUT', POINTS, { points: [{ id: 1, vector: [1] }] }],
  ['POST', `${POINTS}/delete`, { points: [1] }],
  ['PUT', `${POINTS}/vectors`, { points: [{ id: 1, vector: [1] }] }],
  ['POST', `${POINTS}/vectors/delete`, { points: [1], vector: [''] }],
  ['POST', `${POINTS}/payload`, { payload: {}, points: [1] }],
  ['POST', `${POINTS}/payload/clear`, { points: [1] }],
] as const;

for (const [method, path, body] of WRITES) {
  test(`${method} ${path}: there are no shards with a key to write to`, async () => {
    assert.equal(
      await api.fault(method, path, { ...body, shard_key: 'zz' }),
      '400 Wrong input: Shard key "zz" not found',
    );
  });
}
