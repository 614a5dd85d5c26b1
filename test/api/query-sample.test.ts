import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const QUERY = '/collections/c/points/query';

await api.create('c', { size: 1, distance: 'Dot' });
await api.upsert(
  'c',
  Array.from({ length: 30 }, (_, id) => ({
    id,
    vector: id < 20 ? [id] : {},
    payload: { odd: id % 2 === 1 },
  })),
);
await api.result('POST', '/collections/c/points/delete?wait=true', { points: [0, 1] });

const points = async (request: object) =>
  (await api.result<{ points: { id: number; score: number; version: number }[] }>('POST', QUERY, request))
    .points;
const ids = async (request: object) => (await points(request)).map(({ id }) => id);
const ascending = (list: readonly number[]) => list.toSorted((a, b) => a - b);

test('as many different points as asked for, all if there are fewer', async () => {
  const query = { sample: 'random' };
  const drawn = await points({ query });
  assert.equal(new Set(drawn.map(({ id }) => id)).size, 10);
  assert.ok(drawn.every(({ score, version }) => score === 1 && version === 0));
  assert.deepEqual(
    ascending(await ids({ query, limit: 100 })),
    Array.from({ length: 28 }, (_, i) => i + 2),
  );
});

test('every point is drawn sooner or later, in any place', async () => {
  const first = new Set<number>();
  for (let i = 0; i < 2000 && first.size < 28; i++) {
    first.add((await ids({ query: { sample: 'random' }, limit: 1 }))[0]!);
  }
  assert.equal(first.size, 28);
});

test('from what matches a filter, from prefetches', async () => {
  const query = { sample: 'random' };
  const filter = { must: { key: 'odd', match: { value: true } } };
  assert.ok((await ids({ query, filter })).every((id) => id % 2 === 1));
  const prefetch = { query: [1], limit: 4 };
  assert.deepEqual(ascending(await ids({ prefetch, query })), [16, 17, 18, 19]);
  assert.equal((await ids({ prefetch, query, offset: 3 })).length, 1);
});

test('there is no offset into a random order', async () => {
  assert.equal((await ids({ query: { sample: 'random' }, limit: 28, offset: 20 })).length, 28);
});

test('as a prefetch', async () => {
  const prefetch = { query: { sample: 'random' }, limit: 100 };
  assert.deepEqual(await ids({ prefetch, query: [1], limit: 3 }), [19, 18, 17]);
});

test('refuses samples of another kind', async () => {
  assertFault(
    await api.fault('POST', QUERY, { query: { sample: 'other' } }),
    /^400 Format error in JSON body: /,
  );
});
