/**
 * Clients that write, overwrite and delete at random while others search and four background threads link and vacuum: every
 * answer is true to what was acknowledged, and the graphs are whole at the end. `NEARIFY_TEST_RUNS=200` runs for ten minutes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertValidGraph } from '../../src/engine/index/hnsw/validate.ts';
import { loadThreadKernels } from '../../src/engine/thread-kernels.ts';
import { OpenCollections } from '../../src/worker/open-collections.ts';
import { closeStorage, openStorage } from '../../src/worker/tasks/storage.ts';
import type { TestApp } from '../helpers/build-app.ts';
import { runs } from '../helpers/property-runs.ts';
import { Random } from '../helpers/random.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { withApp } from '../helpers/with-app.ts';

const C = '/collections/churn';
const SETTINGS = { 'threads.background': '4', 'threads.search': '2', 'storage.segment_bytes_max': '4194304' };
const DIM = 16;
const M = 8;
const EF = 32;
const CLIENTS = 4;
const IDS_PER_CLIENT = 1000;
const SEARCHERS = 2;
const RECALL_MIN = 0.95;
/** A point is the nearest to its own vector, but a walk may miss it. */
const FOUND_SHARE_MIN = 0.97;
const { numRuns: STEPS, seed } = runs(60);

interface Hit {
  readonly id: number;
  readonly score: number;
  readonly payload: { readonly version: number };
}

/** The vector of a version of a point: near one of twenty centres. */
function vectorOf(id: number, version: number): Float32Array {
  const own = new Random(1_000_003 * version + id);
  const centre = new Random(id % 20);
  return Float32Array.from({ length: DIM }, () => 2 * centre.next() - 1 + 0.7 * (own.next() - 0.5));
}

const pointOf = (id: number, version: number) => ({
  id,
  vector: Array.from(vectorOf(id, version)),
  payload: { version },
});

async function search(api: TestApp, query: Float32Array, options: object = {}): Promise<Hit[]> {
  const body = {
    query: Array.from(query),
    limit: 10,
    params: { hnsw_ef: EF },
    with_payload: true,
    ...options,
  };
  const { points } = await api.result<{ points: Hit[] }>('POST', `${C}/points/query`, body);
  assert.equal(new Set(points.map(({ id }) => id)).size, points.length, 'a point was found twice');
  return points;
}

/** Alone writes a range of ids, one request at a time, and knows what it has written. */
class Client {
  readonly versions = new Map<number, number>();
  asked = 0;
  found = 0;
  readonly #api: TestApp;
  readonly #firstId: number;
  readonly #random: Random;
  readonly #halfWay = Promise.withResolvers<void>();
  #version = 0;

  constructor(api: TestApp, client: number) {
    this.#api = api;
    this.#firstId = client * IDS_PER_CLIENT;
    this.#random = new Random(seed + client);
  }

  /** Resolves after half of the steps. */
  get halfWay(): Promise<void> {
    return this.#halfWay.promise;
  }

  async run(): Promise<void> {
    for (let step = 0; step < STEPS; step++) {
      this.#version++;
      await (this.#random.chance(0.25) ? this.#delete() : this.#upsert());
      if (step === STEPS >> 1) this.#halfWay.resolve();
    }
  }

  async #upsert(): Promise<void> {
    const ids = this.#someIds(150);
    await this.#api.upsert(
      'churn',
      ids.map((id) => pointOf(id, this.#version)),
    );
    for (const id of ids) this.versions.set(id, this.#version);
    const id = ids[0]!;
    const [nearest] = await search(this.#api, vectorOf(id, this.#version), { limit: 1 });
    this.asked++;
    if (nearest?.id === id && nearest.payload.version === this.#version) this.found++;
  }

  async #delete(): Promise<void> {
    const ids = this.#someIds(60);
    await this.#api.result('POST', `${C}/points/delete?wait=true`, { points: ids });
    for (const id of ids) this.versions.delete(id);
    const hits = await search(this.#api, vectorOf(ids[0]!, this.#version));
    assert.ok(
      hits.every((hit) => !ids.includes(hit.id)),
      'a deleted point was found',
    );
  }

  #someIds(most: number): number[] {
    const count = this.#random.between(1, most);
    const start = this.#firstId + this.#random.between(0, IDS_PER_CLIENT - count);
    return Array.from({ length: count }, (_, i) => start + i);
  }
}

/** Searches while clients write; what is found is a whole point, whichever version. */
async function searchOn(api: TestApp, random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const options = { with_vector: true, params: { hnsw_ef: EF, exact: random.chance(0.2) } };
    const hits = await search(api, vectorOf(random.between(0, 4000), 0), options);
    for (const [i, hit] of hits.entries()) {
      const { vector } = hit as unknown as { vector: ArrayLike<number> };
      assert.deepEqual(
        Float32Array.from(vector),
        vectorOf(hit.id, hit.payload.version),
        'a mixture of two versions',
      );
      assert.ok(i === 0 || hits[i - 1]!.score <= hit.score, 'not in order');
    }
  }
}

/** Makes all graphs outdated when a client is half way: they are built anew with other links. */
async function changeLinks(api: TestApp, client: Client): Promise<void> {
  await client.halfWay;
  await api.result('PATCH', C, { hnsw_config: { m: M + 2 } });
}

/** All points are there, each in the version that was acknowledged last. */
async function checkPoints(api: TestApp, versions: ReadonlyMap<number, number>): Promise<void> {
  const all = { limit: CLIENTS * IDS_PER_CLIENT + 1, with_payload: true };
  const { points } = await api.result<{ points: Hit[] }>('POST', `${C}/points/scroll`, all);
  const stored = points.map(({ id, payload }): [number, number] => [id, payload.version]);
  assert.deepEqual(new Map(stored), versions);
}

async function recallOf(api: TestApp): Promise<number> {
  const random = new Random(seed);
  let found = 0;
  const queries = 200;
  for (let i = 0; i < queries; i++) {
    const query = vectorOf(random.between(0, CLIENTS * IDS_PER_CLIENT), 1e6 + i);
    const exact = await search(api, query, { params: { exact: true } });
    const worst = exact.at(-1)!.score;
    const hits = await search(api, query);
    found += hits.filter(({ score }) => score <= worst).length / exact.length;
  }
  return found / queries;
}

/** Opens what is stored as the next start does, and checks the graphs. */
async function checkGraphs(storagePath: string, points: number): Promise<void> {
  const { segmentModule } = loadThreadKernels();
  const sizing = { bytesMax: Number(SETTINGS['storage.segment_bytes_max']), scratchCount: 1 };
  const { opened } = await openStorage({ storagePath, sizing }, segmentModule);
  const collections = new OpenCollections(segmentModule, 0);
  let living = 0;
  let linked = 0;
  for (const segment of collections.latest({ ...opened[0]!, generation: 0 }).segments) {
    const { linkedCount } = assertValidGraph(segment.graph(segment.vectors[0]!, 0)!);
    assert.ok(linkedCount === segment.count || linkedCount === 0);
    living += segment.count - segment.deletedCount;
    linked += linkedCount;
  }
  assert.equal(living, points);
  assert.ok(linked >= points - 16, 'all points are in a graph');
  await collections.close();
  closeStorage({ storagePath });
}

test(`clients that write and search at random under four background threads (seed ${seed})`, async (t) => {
  const directory = tempDir(t);
  const versions = await withApp(
    directory,
    async (api) => {
      await api.result('PUT', C, {
        vectors: { size: DIM, distance: 'Euclid' },
        hnsw_config: { m: M, ef_construct: 64 },
        optimizers_config: { deleted_threshold: 0.1, vacuum_min_vector_number: 100, indexing_threshold: 1 },
      });
      const clients = Array.from({ length: CLIENTS }, (_, i) => new Client(api, i));
      let isOver = false;
      const searching = Array.from({ length: SEARCHERS }, (_, i) =>
        searchOn(api, new Random(seed + 100 + i), () => isOver),
      );
      const writing = clients.map((client) => client.run()).concat(changeLinks(api, clients[0]!));
      await Promise.all([
        Promise.all(writing).finally(() => {
          isOver = true;
        }),
        ...searching,
      ]);
      const asked = clients.reduce((sum, client) => sum + client.asked, 0);
      const found = clients.reduce((sum, client) => sum + client.found, 0);
      t.diagnostic(`${found} of ${asked} points were found by their vector as soon as they were written`);
      assert.ok(found >= FOUND_SHARE_MIN * asked);
      const info = () => api.result<{ status: string; segments_count: number }>('GET', C);
      while ((await info()).status !== 'green') await new Promise(setImmediate);
      const known = new Map(clients.flatMap((client) => [...client.versions]));
      await checkPoints(api, known);
      const recall = await recallOf(api);
      t.diagnostic(`${known.size} points, recall ${recall}, ${(await info()).segments_count} segments`);
      assert.ok(recall >= RECALL_MIN, `recall ${recall}`);
      return known;
    },
    SETTINGS,
  );
  await checkGraphs(directory, versions.size);
});
