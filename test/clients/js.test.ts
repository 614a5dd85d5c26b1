/** The operations of `@qdrant/js-client-rest`, unchanged, against a server over a socket. */
import assert from 'node:assert/strict';
import { mock, type TestContext, test } from 'node:test';
import { QdrantClient } from '@qdrant/js-client-rest';
import { startServer } from '../helpers/server.ts';

const UUID = '5c56c793-69f3-4fbf-87e6-c4bf54c28c26';
/** The client's types know ids as numbers only, its code knows bigint too. */
const LARGEST_ID = 18446744073709551615n as unknown as number;

const CITIES: readonly [id: number, city: string, vector: number[]][] = [
  [1, 'Berlin', [0.05, 0.61, 0.76, 0.74]],
  [2, 'London', [0.19, 0.81, 0.75, 0.11]],
  [3, 'Moscow', [0.36, 0.55, 0.47, 0.94]],
  [4, 'New York', [0.18, 0.01, 0.85, 0.8]],
  [5, 'Beijing', [0.24, 0.18, 0.22, 0.44]],
  [6, 'Mumbai', [0.35, 0.08, 0.11, 0.44]],
];

async function startClient(t: TestContext): Promise<QdrantClient> {
  const { url } = await startServer(t);
  return new QdrantClient({ url, checkCompatibility: false });
}

/** A collection of the six cities. */
async function fillCities(client: QdrantClient, name: string): Promise<void> {
  assert.equal(await client.createCollection(name, { vectors: { size: 4, distance: 'Dot' } }), true);
  const points = CITIES.map(([id, city, vector]) => ({ id, vector, payload: { city, rank: id } }));
  const { status } = await client.upsert(name, { wait: true, points });
  assert.equal(status, 'completed');
}

const hasStatus = (status: number) => (error: unknown) =>
  error instanceof Error && 'status' in error && error.status === status;

test('the tutorial prints the point with its score', async (t) => {
  const client = await startClient(t);
  await client.createCollection('tutorial', { vectors: { size: 4, distance: 'Cosine' } });
  const point = { id: UUID, vector: [0.9, 0.1, 0.1, 0.2], payload: { color: 'red' } };
  await client.upsert('tutorial', { wait: true, points: [point] });
  const { points } = await client.query('tutorial', {
    query: [0.9, 0.1, 0.1, 0.2],
    limit: 2,
    with_payload: true,
  });
  t.diagnostic(JSON.stringify(points));
  assert.equal(points.length, 1);
  assert.equal(points[0]!.id, UUID);
  assert.deepEqual(points[0]!.payload, { color: 'red' });
  assert.ok(Math.abs(points[0]!.score - 1) < 1e-6);
});

test('the client finds the version of the server compatible', async (t) => {
  const { url } = await startServer(t);
  const warn = mock.method(console, 'warn', () => {});
  t.after(() => warn.mock.restore());
  const client = new QdrantClient({ url });
  const { title, version, commit } = await client.versionInfo();
  assert.equal(title, 'qdrant - vector search engine');
  assert.match(version, /^1\.19\.\d+$/);
  assert.match(commit ?? '', /^[0-9a-f]{40}$/);
  // The check was sent before the call above, and one more call lets its answer in.
  await client.versionInfo();
  assert.deepEqual(
    warn.mock.calls.map(({ arguments: args }) => args),
    [],
  );
});

test('collections are created, listed, described and deleted', async (t) => {
  const client = await startClient(t);
  assert.deepEqual(await client.collectionExists('named'), { exists: false });
  const vectors = {
    text: { size: 3, distance: 'Euclid' as const },
    image: { size: 2, distance: 'Manhattan' as const },
  };
  assert.equal(await client.createCollection('named', { vectors }), true);
  assert.deepEqual(await client.collectionExists('named'), { exists: true });
  assert.deepEqual(await client.getCollections(), { collections: [{ name: 'named' }] });
  const info = await client.getCollection('named');
  assert.deepEqual(info.config.params.vectors, vectors);
  assert.equal(info.points_count, 0);
  assert.equal(info.status, 'green');
  await assert.rejects(client.createCollection('named', { vectors }), hasStatus(409));
  assert.equal(await client.deleteCollection('named'), true);
  assert.equal(await client.deleteCollection('named'), false);
  await assert.rejects(client.getCollection('named'), hasStatus(404));
});

test('points', async (t) => {
  const client = await startClient(t);
  await fillCities(client, 'cities');

  await t.test('are written in columns too', async () => {
    await client.createCollection('columns', { vectors: { size: 2, distance: 'Dot' } });
    const batch = {
      ids: [7, UUID],
      vectors: [
        [1, 2],
        [3, 4],
      ],
      payloads: [{ n: 1 }, { n: 2 }],
    };
    assert.equal((await client.upsert('columns', { wait: false, batch })).status, 'acknowledged');
    assert.deepEqual(await client.retrieve('columns', { ids: [UUID, 7], with_vector: true }), [
      { id: UUID, payload: { n: 2 }, vector: [3, 4] },
      { id: 7, payload: { n: 1 }, vector: [1, 2] },
    ]);
  });

  await t.test('keep ids and payload numbers beyond 2^53', async () => {
    await client.createCollection('large', { vectors: { size: 1, distance: 'Dot' } });
    const points = [{ id: LARGEST_ID, vector: [1], payload: { n: LARGEST_ID } }];
    await client.upsert('large', { points });
    const expected = [{ id: LARGEST_ID, payload: { n: LARGEST_ID } }];
    assert.deepEqual(await client.retrieve('large', { ids: [LARGEST_ID] }), expected);
    assert.deepEqual((await client.scroll('large', { limit: LARGEST_ID })).points, expected);
    const { points: found } = await client.query('large', { query: [1], limit: LARGEST_ID });
    assert.deepEqual(
      found.map(({ id, score }) => ({ id, score })),
      [{ id: LARGEST_ID, score: 1 }],
    );
  });

  await t.test('are retrieved one by one', async () => {
    const one = await client.api().getPoint({ collection_name: 'cities', id: 2 });
    assert.deepEqual(one.data.result, {
      id: 2,
      payload: { city: 'London', rank: 2 },
      vector: [0.19, 0.81, 0.75, 0.11],
    });
    await assert.rejects(client.api().getPoint({ collection_name: 'cities', id: 99 }), hasStatus(404));
  });

  await t.test('are counted', async () => {
    const filter = { must: [{ key: 'rank', range: { gte: 3 } }] };
    assert.deepEqual(await client.count('cities'), { count: 6 });
    assert.deepEqual(await client.count('cities', { filter, exact: true }), { count: 4 });
  });

  await t.test('are scrolled page by page', async () => {
    const seen: unknown[] = [];
    let offset: string | number | Record<string, unknown> | null | undefined;
    do {
      const page = await client.scroll('cities', {
        limit: 4,
        with_payload: ['city'],
        ...(offset != null && { offset: offset as number }),
      });
      seen.push(...page.points.map(({ payload }) => payload?.city));
      offset = page.next_page_offset;
    } while (offset != null);
    assert.deepEqual(
      seen,
      CITIES.map(([, city]) => city),
    );
  });

  await t.test('are found by vector, with filter, offset and threshold', async () => {
    const query = [0.2, 0.1, 0.9, 0.7];
    const scores = async (options: Parameters<QdrantClient['query']>[1]) =>
      (await client.query('cities', { query, ...options })).points.map(({ id, score }) => [id, score]);
    assert.deepEqual(await scores({ limit: 3 }), [
      [4, 1.362],
      [1, 1.273],
      [3, 1.208],
    ]);
    assert.deepEqual(await scores({ limit: 1, offset: 1 }), [[1, 1.273]]);
    assert.deepEqual(await scores({ score_threshold: 1.25, params: { exact: true } }), [
      [4, 1.362],
      [1, 1.273],
    ]);
    const filter = { must: [{ key: 'city', match: { value: 'London' } }] };
    assert.deepEqual(await scores({ filter }), [[2, 0.871]]);
  });

  await t.test('are found by id, which is no hit itself', async () => {
    const { points } = await client.query('cities', { query: 4, limit: 2, with_vector: true });
    assert.deepEqual(
      points.map(({ id }) => id),
      [1, 3],
    );
    assert.deepEqual(points[0]!.vector, [0.05, 0.61, 0.76, 0.74]);
    await assert.rejects(client.query('cities', { query: 99 }), hasStatus(404));
  });

  await t.test('are found by several queries in one request', async () => {
    const searches = [
      { query: [1, 0, 0, 0], limit: 1 },
      { query: [0, 1, 0, 0], limit: 1, with_payload: ['city'] },
    ];
    const answers = await client.queryBatch('cities', { searches });
    assert.deepEqual(
      answers.map(({ points }) => points.map(({ id, payload }) => [id, payload])),
      [[[3, undefined]], [[2, { city: 'London' }]]],
    );
  });

  await t.test('are deleted by id and by filter', async () => {
    await fillCities(client, 'shrinking');
    assert.equal((await client.delete('shrinking', { wait: true, points: [1, 99] })).status, 'completed');
    const filter = { must_not: [{ key: 'city', match: { any: ['London', 'Moscow'] } }] };
    assert.equal((await client.delete('shrinking', { wait: true, filter })).status, 'completed');
    const { points } = await client.scroll('shrinking', { with_payload: false });
    assert.deepEqual(points, [{ id: 2 }, { id: 3 }]);
  });

  await t.test('of a wrong shape are refused as a whole', async () => {
    const points = [
      { id: 100, vector: [1, 2, 3, 4] },
      { id: 101, vector: [1, 2, 3] },
    ];
    await assert.rejects(client.upsert('cities', { points }), hasStatus(400));
    assert.deepEqual(await client.retrieve('cities', { ids: [100, 101] }), []);
  });
});
