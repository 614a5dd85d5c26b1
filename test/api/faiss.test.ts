import assert from 'node:assert/strict';
import { globSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { buildTestApp, type TestApp } from '../helpers/build-app.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { withApp } from '../helpers/with-app.ts';
import { withFaiss, withoutFaiss } from '../helpers/with-faiss.ts';
import { clustered } from '../recall/measure.ts';

const DIM = 32;
const POINTS = 2500;
const LIMIT = 10;
const BASE = '/collections/c';
const vectors = clustered(POINTS, DIM, 11).map((vector) => Array.from(vector));
const queries = clustered(10, DIM, 12).map((vector) => Array.from(vector));

interface ScoredPoint {
  readonly id: number;
  readonly score: number;
}

/** A collection of any size is indexed. */
const create = (api: TestApp, params: object = {}) =>
  api.result('PUT', BASE, {
    vectors: { size: DIM, distance: 'Cosine' },
    optimizers_config: { indexing_threshold: 1 },
    index: { engine: 'faiss' },
    ...params,
  });

const upsert = (api: TestApp, from: number, to: number) =>
  api.upsert(
    'c',
    vectors.slice(from, to).map((vector, i) => ({ id: from + i, vector, payload: { odd: (from + i) % 2 } })),
  );

async function untilGreen(api: TestApp): Promise<void> {
  for (;;) {
    const { status } = await api.result<{ status: string }>('GET', BASE);
    if (status === 'green') return;
    await new Promise(setImmediate);
  }
}

async function search(api: TestApp, query: number[], params: object = {}): Promise<ScoredPoint[]> {
  const body = { query, limit: LIMIT, ...params };
  return (await api.result<{ points: ScoredPoint[] }>('POST', `${BASE}/points/query`, body)).points;
}

/** Recall of the search that `params` ask for; asserts that its scores are those of the exact search. */
async function recallOf(api: TestApp, params: object = {}): Promise<number> {
  let found = 0;
  for (const query of queries) {
    const exact = await search(api, query, { ...params, limit: POINTS, params: { exact: true } });
    const scores = new Map(exact.map(({ id, score }) => [id, score]));
    const worst = exact[LIMIT - 1]!.score;
    for (const { id, score } of await search(api, query, params)) {
      assert.equal(score, scores.get(id), `score of ${id}`);
      if (score >= worst) found++;
    }
  }
  return found / (LIMIT * queries.length);
}

const indexFiles = (directory: string) => globSync(path.join(directory, '**', 'faiss-*'));

async function fill(api: TestApp): Promise<void> {
  await create(api);
  await upsert(api, 0, POINTS);
  await untilGreen(api);
}

async function filled(t: TestContext): Promise<{ api: TestApp; directory: string }> {
  const directory = tempDir(t);
  const api = await buildTestApp(t, { settings: { 'storage.storage_path': directory } });
  await fill(api);
  return { api, directory };
}

test('searches go by FAISS without a filter, and by the default engine with one', withFaiss, async (t) => {
  const { api, directory } = await filled(t);
  assert.equal(indexFiles(directory).length, 1);
  assert.ok((await recallOf(api)) > 0.97);
  const filter = { must: [{ key: 'odd', match: { value: 1 } }] };
  assert.ok((await recallOf(api, { filter })) > 0.97);
  const small = await search(api, queries[0]!, { params: { hnsw_ef: 16 }, limit: 3 });
  assert.equal(small.length, 3);
});

test(
  'deleted points are not found, nor old vectors of points that were written again',
  withFaiss,
  async (t) => {
    const { api } = await filled(t);
    const gone = Array.from({ length: POINTS / 10 }, (_, i) => i * 10);
    await api.result('POST', `${BASE}/points/delete?wait=true`, { points: gone });
    assert.ok((await recallOf(api)) > 0.97);
    await upsert(api, 0, 101);
    assert.ok((await recallOf(api)) > 0.97);
    for (const id of [10, 20, 100]) {
      const [first, second] = await search(api, vectors[id]!);
      assert.equal(first?.id, id);
      assert.notEqual(second?.id, id);
    }
  },
);

test('new points are found at once, and join the index when they are some', withFaiss, async (t) => {
  const directory = tempDir(t);
  const api = await buildTestApp(t, { settings: { 'storage.storage_path': directory } });
  await create(api);
  await upsert(api, 0, POINTS / 2);
  await untilGreen(api);
  for (let from = POINTS / 2; from < POINTS; from += 50) {
    await upsert(api, from, from + 50);
    const [first] = await search(api, vectors[from]!);
    assert.equal(first?.id, from);
  }
  await untilGreen(api);
  assert.ok((await recallOf(api)) > 0.97);
});

test(
  'it is FAISS that searches: without its file one search fails, and only an unfiltered one',
  withFaiss,
  async (t) => {
    const { api, directory } = await filled(t);
    for (const file of indexFiles(directory)) rmSync(file);
    const query = queries[0]!;
    const isOdd = { must: [{ key: 'odd', match: { value: 1 } }] };
    await search(api, query, { filter: isOdd });
    await search(api, query, { params: { exact: true } });
    await search(api, query, { params: { indexed_only: true } });
    const fault = await api.fault('POST', `${BASE}/points/query`, { query });
    assert.match(fault, /^500 Service internal error: the FAISS index .* cannot be read/);
    assert.ok((await recallOf(api)) > 0.97, 'the default engine does the work');
  },
);

test('the file of an index that was lost is written again', withFaiss, async (t) => {
  const { api, directory } = await filled(t);
  for (const file of indexFiles(directory)) rmSync(file);
  await api.fault('POST', `${BASE}/points/query`, { query: queries[0]! });
  await untilGreen(api);
  assert.equal(indexFiles(directory).length, 1);
});

test('a segment that a vacuum is about to drop is not asked, nor its file', withFaiss, async (t) => {
  const directory = tempDir(t);
  const api = await buildTestApp(t, { settings: { 'storage.storage_path': directory } });
  await create(api, { optimizers_config: { indexing_threshold: 1, vacuum_min_vector_number: 2 * POINTS } });
  await upsert(api, 0, POINTS);
  await untilGreen(api);
  await api.result('POST', `${BASE}/points/delete?wait=true`, { filter: {} });
  for (const file of indexFiles(directory)) rmSync(file);
  assert.deepEqual(await search(api, queries[0]!), []);
});

test('the index survives a restart, and goes with the collection', withFaiss, async (t) => {
  const directory = tempDir(t);
  await withApp(directory, fill);
  const [file] = indexFiles(directory);
  await withApp(directory, async (api) => {
    await untilGreen(api);
    assert.ok((await recallOf(api)) > 0.97);
    assert.deepEqual(indexFiles(directory), [file]);
    await api.result('DELETE', BASE);
    assert.deepEqual(indexFiles(directory), []);
  });
});

test('closing and dropping do not wait for a build', withFaiss, async (t) => {
  const directory = tempDir(t);
  await withApp(directory, async (api) => {
    await create(api);
    await upsert(api, 0, POINTS);
  });
  await withApp(directory, (api) => api.result('DELETE', BASE));
  assert.deepEqual(indexFiles(directory), []);
});

test('the engine of the server serves collections that choose none', withFaiss, async (t) => {
  const directory = tempDir(t);
  const settings = { 'storage.storage_path': directory, 'index.engine': 'faiss' };
  const api = await buildTestApp(t, { settings });
  await create(api, { index: { engine: 'hnsw' } });
  await upsert(api, 0, 200);
  await untilGreen(api);
  assert.deepEqual(indexFiles(directory), []);
  await api.result('DELETE', BASE);
  await create(api, { index: null });
  await upsert(api, 0, 200);
  await untilGreen(api);
  assert.equal(indexFiles(directory).length, 1);
});

test('vectors that FAISS does not serve are left to the default engine', withFaiss, async (t) => {
  const directory = tempDir(t);
  const api = await buildTestApp(t, { settings: { 'storage.storage_path': directory } });
  await create(api, {
    vectors: {
      taxi: { size: DIM, distance: 'Manhattan' },
      half: { size: DIM, distance: 'Dot', datatype: 'float16' },
      whole: { size: DIM, distance: 'Euclid' },
    },
  });
  const points = vectors
    .slice(0, 500)
    .map((vector, id) => ({ id, vector: { taxi: vector, half: vector, ...(id % 3 && { whole: vector }) } }));
  await api.upsert('c', points);
  await untilGreen(api);
  assert.equal(indexFiles(directory).length, 1);
  for (const using of ['taxi', 'half', 'whole'])
    assert.equal((await search(api, queries[0]!, { using })).length, LIMIT);
});

test('where FAISS is not installed a collection that asks for it is refused', withoutFaiss, async (t) => {
  const lines: unknown[] = [];
  const api = await buildTestApp(t, {
    settings: { log_level: 'warn', 'index.engine': 'faiss' },
    logLine: ({ msg }) => lines.push(msg),
  });
  const refusal =
    /^400 Wrong input: index\.engine cannot be faiss on this server\. FAISS is not installed: run /;
  assert.match(await api.fault('PUT', BASE, { index: { engine: 'faiss' } }), refusal);
  await create(api, { index: undefined });
  await upsert(api, 0, 200);
  await untilGreen(api);
  assert.equal((await search(api, queries[0]!)).length, LIMIT);
  assert.equal(lines.length, 1);
  assert.match(
    String(lines[0]),
    /^FAISS is not installed: run .*; until then the default engine does its work$/,
  );
});

test('the info shows the engine that was chosen, and no other', async (t) => {
  const api = await buildTestApp(t);
  const config = async () => (await api.result<{ config: object }>('GET', BASE)).config;
  await create(api, { index: undefined });
  assert.equal('index' in (await config()), false);
  await api.result('DELETE', BASE);
  await create(api, { index: { engine: 'hnsw' } });
  assert.deepEqual(Object.entries(await config()).at(-1), ['index', { engine: 'hnsw' }]);
  const fault = await api.fault('PUT', '/collections/d', { index: { engine: 'annoy' } });
  assert.match(fault, /^400 Format error in JSON body: unknown variant `annoy`/);
});
