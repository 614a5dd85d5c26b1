import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });

const PLACES = [
  [1, 0],
  [0.99, 0.05],
  [0.98, -0.06],
  [0.7, 0.7],
  [0.6, -0.8],
  [-1, 0],
];
for (const distance of ['Dot', 'Euclid', 'Cosine', 'Manhattan']) {
  await api.create(distance, { size: 2, distance });
  await api.upsert(
    distance,
    PLACES.map((vector, i) => ({ id: i + 1, vector })),
  );
}

const points = async (mmr: object | null, rest: object = {}, name = 'Dot') =>
  (
    await api.result<{ points: { id: number; score: number; vector?: unknown }[] }>(
      'POST',
      `/collections/${name}/points/query`,
      { query: { nearest: [1, 0.01], mmr }, ...rest },
    )
  ).points;
const ids = async (...args: Parameters<typeof points>) => (await points(...args)).map(({ id }) => id);

test('without diversity the order is that of the nearest', async () => {
  for (const name of ['Dot', 'Euclid', 'Cosine', 'Manhattan']) {
    assert.deepEqual(
      await ids({ diversity: 0, candidates_limit: 6 }, { limit: 6 }, name),
      await ids(null, { limit: 6 }, name),
    );
  }
});

test('diversity prefers what differs from the results before', async () => {
  assert.deepEqual(await ids({ diversity: 0.6, candidates_limit: 6 }, { limit: 3 }), [1, 6, 5]);
  assert.deepEqual(await ids({ diversity: 0.5, candidates_limit: 5 }, { limit: 3 }), [1, 4, 2]);
});

test('as many candidates as results if none are asked for', async () => {
  assert.deepEqual(new Set(await ids({ diversity: 1 }, { limit: 3 })), new Set([1, 2, 3]));
  assert.deepEqual(await ids({ candidates_limit: 2 }, { limit: 5 }), [1, 2]);
  assert.deepEqual(await ids({ candidates_limit: 0 }, { limit: 5 }), []);
});

test('scores are those of the nearest, in the order of the choice', async () => {
  const [first, second] = await points({ diversity: 1, candidates_limit: 6 }, { limit: 2 }, 'Manhattan');
  assert.deepEqual([first!.id, second!.id], [1, 6]);
  assert.ok(Math.abs(first!.score - 0.01) < 1e-6 && Math.abs(second!.score - 2.01) < 1e-6);
});

test('the first of all is the same whatever the diversity', async () => {
  for (const diversity of [0, 0.5, 1]) {
    assert.deepEqual(await ids({ diversity, candidates_limit: 6 }, { limit: 1 }), [1]);
  }
});

test('pages are cut from the whole selection', async () => {
  const all = await ids({ candidates_limit: 6 }, { limit: 4 });
  assert.deepEqual(await ids({ candidates_limit: 6 }, { limit: 2, offset: 1 }), all.slice(1, 3));
});

test('threshold, filter, prefetch, vectors', async () => {
  const mmr = { diversity: 1, candidates_limit: 6 };
  assert.deepEqual(await ids(mmr, { score_threshold: 0.9 }), [1, 3, 2]);
  assert.deepEqual(await ids(mmr, { filter: { must: { has_id: [2, 3, 5] } } }), [2, 5, 3]);
  const prefetch = { query: [0, 1], limit: 3 };
  assert.deepEqual(await ids(mmr, { prefetch, limit: 2 }), [1, 4]);
  const [first] = await points(mmr, { limit: 1, with_vector: true });
  assert.deepEqual(first!.vector, [1, 0]);
});

test('an example by id is no result', async () => {
  const query = { nearest: 1, mmr: { candidates_limit: 6 } };
  const { points: found } = await api.result<{ points: { id: number }[] }>(
    'POST',
    '/collections/Dot/points/query',
    { query },
  );
  assert.equal(found.length, 5);
  assert.equal(found[0]!.id, 2);
});
