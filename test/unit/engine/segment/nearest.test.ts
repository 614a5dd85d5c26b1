import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { CreateCollection } from '../../../../schemas/collections.ts';
import { METRIC, type MetricName } from '../../../../src/kernels/memory-layout.ts';
import { referenceNormalise, referenceSimilarity } from '../../../../src/kernels/reference.ts';
import { shortestFloat32 } from '../../../helpers/float32-text.ts';
import { runs } from '../../../helpers/property-runs.ts';
import { TestCollection } from '../../../helpers/test-collection.ts';
import { prng } from '../../../kernels/support.ts';

const METRICS = Object.keys(METRIC) as MetricName[];
/** Sums of fewer terms than this are exact to the last bit. */
const EXACT_DIM_MAX = 15;
const GROUPS = 5;

interface Hit {
  readonly id: number;
  readonly score: number;
}

const isDistance = (metric: MetricName) => metric === 'Euclid' || metric === 'Manhattan';

/** The score that a client sees, from the definition. */
function expectedScore(metric: MetricName, query: Float32Array, stored: Float32Array): number {
  const normalised = metric === 'Cosine' ? referenceNormalise : (vector: Float32Array) => vector;
  const similarity = referenceSimilarity(METRIC[metric], normalised(query), normalised(stored));
  if (metric === 'Euclid') return Math.fround(Math.sqrt(-similarity));
  return metric === 'Manhattan' ? -similarity : similarity;
}

/** A collection of random vectors and the same points in plain JavaScript. */
class Model {
  readonly metric: MetricName;
  readonly dim: number;
  readonly collection: TestCollection;
  readonly vectors = new Map<number, Float32Array>();
  readonly #random: () => number;

  private constructor(collection: TestCollection, metric: MetricName, dim: number) {
    this.collection = collection;
    this.metric = metric;
    this.dim = dim;
    this.#random = prng(runs(1).seed + dim);
  }

  static async create(t: TestContext, metric: MetricName, dim: number, count: number): Promise<Model> {
    const params: CreateCollection = { vectors: { size: dim, distance: metric } };
    const model = new Model(await TestCollection.create(t, params), metric, dim);
    model.put(Array.from({ length: count }, (_, id) => id));
    // Some are replaced and some deleted, so that there are rows to pass over.
    model.put(Array.from({ length: count / 10 }, (_, i) => i * 7));
    model.remove(Array.from({ length: count / 20 }, (_, i) => i * 13));
    return model;
  }

  vector(): Float32Array {
    return Float32Array.from({ length: this.dim }, () => this.#random() * 2 - 1);
  }

  put(ids: readonly number[]): void {
    const vectors = ids.map(() => this.vector());
    for (const [i, id] of ids.entries()) this.vectors.set(id, vectors[i]!);
    const payloads = ids.map((id) => ({ group: id % GROUPS }));
    this.collection.upsert({
      batch: { ids, vectors: vectors.map((vector) => Array.from(vector)), payloads },
    });
  }

  remove(ids: readonly number[]): void {
    for (const id of ids) this.vectors.delete(id);
    this.collection.delete({ points: ids });
  }

  ask(body: object): Hit[] {
    return (this.collection.read('query', body) as { points: Hit[] }).points;
  }

  /** All points by their distance from the query, best first. */
  ranked(query: Float32Array, isAllowed: (id: number) => boolean = () => true): Hit[] {
    const hits = Array.from(this.vectors, ([id, vector]) => ({
      id,
      score: expectedScore(this.metric, query, vector),
    })).filter(({ id }) => isAllowed(id));
    return hits.toSorted((a, b) => (isDistance(this.metric) ? a.score - b.score : b.score - a.score));
  }

  assertSame(actual: readonly Hit[], expected: readonly Hit[]): void {
    if (this.dim <= EXACT_DIM_MAX) {
      assert.deepEqual(
        actual.map(({ id, score }) => [id, Math.fround(score)]),
        expected.map(({ id, score }) => [id, score]),
      );
      return;
    }
    assert.deepEqual(
      actual.map(({ id }) => id),
      expected.map(({ id }) => id),
    );
    for (const [i, { score }] of actual.entries()) {
      assert.ok(Math.abs(score - expected[i]!.score) < 1e-4, `${score} is not ${expected[i]!.score}`);
    }
  }
}

for (const metric of METRICS) {
  for (const dim of [3, EXACT_DIM_MAX, 33]) {
    test(`${metric}, ${dim} dimensions: as by comparing with every point`, async (t) => {
      const model = await Model.create(t, metric, dim, 400);
      for (let round = 0; round < 3; round++) {
        const query = model.vector();
        const asked = { query: Array.from(query) };
        const ranked = model.ranked(query);
        model.assertSame(model.ask(asked), ranked.slice(0, 10));
        model.assertSame(model.ask({ ...asked, limit: 1 }), ranked.slice(0, 1));
        model.assertSame(model.ask({ ...asked, limit: 1000 }), ranked);
        model.assertSame(model.ask({ ...asked, limit: 7, offset: 5 }), ranked.slice(5, 12));
        model.assertSame(model.ask({ ...asked, offset: ranked.length - 2 }), ranked.slice(-2));
        model.assertSame(model.ask({ ...asked, offset: 100_000 }), []);
        model.assertSame(model.ask({ ...asked, limit: 20, params: { exact: true } }), ranked.slice(0, 20));
      }
    });

    test(`${metric}, ${dim} dimensions: with a filter`, async (t) => {
      const model = await Model.create(t, metric, dim, 400);
      const query = model.vector();
      const asked = { query: { nearest: Array.from(query) }, limit: 30 };
      for (let group = 0; group <= GROUPS; group++) {
        const filter = { must: [{ key: 'group', match: { value: group } }] };
        const ranked = model.ranked(query, (id) => id % GROUPS === group);
        model.assertSame(model.ask({ ...asked, filter }), ranked.slice(0, 30));
        model.assertSame(model.ask({ ...asked, filter, offset: 3 }), ranked.slice(3, 33));
      }
      // What a filter was found to allow holds for rows that come later, too.
      model.put([2, 1001, 1002, 1005]);
      model.remove([7]);
      const filter = { must: [{ key: 'group', match: { value: 2 } }] };
      model.assertSame(
        model.ask({ ...asked, filter, limit: 500 }),
        model.ranked(query, (id) => id % GROUPS === 2),
      );
      const ids = [2, 7, 1001, 3];
      model.assertSame(
        model.ask({ ...asked, filter: { must: [{ has_id: ids }] } }),
        model.ranked(query, (id) => ids.includes(id)),
      );
    });
  }

  test(`${metric}: a threshold keeps what is strictly better`, async (t) => {
    const model = await Model.create(t, metric, 4, 100);
    const query = model.vector();
    const ranked = model.ranked(query);
    for (const kept of [0, 1, 10, 50]) {
      const threshold = ranked[kept]!.score;
      const body = { query: Array.from(query), score_threshold: threshold, limit: 1000 };
      model.assertSame(model.ask(body), ranked.slice(0, kept));
      model.assertSame(model.ask({ ...body, limit: 5, offset: 2 }), ranked.slice(0, kept).slice(2, 7));
    }
  });

  test(`${metric}: a point as the query is no hit itself`, async (t) => {
    const model = await Model.create(t, metric, 4, 100);
    const stored = model.vectors.get(42)!;
    const ranked = model.ranked(stored, (id) => id !== 42);
    model.assertSame(model.ask({ query: 42, limit: 20 }), ranked.slice(0, 20));
    model.assertSame(model.ask({ query: { nearest: 42 }, limit: 5, offset: 5 }), ranked.slice(5, 10));
    model.assertSame(model.ask({ query: 42, limit: 1000 }), ranked);
  });

  test(`${metric}: the same vector as the query`, async (t) => {
    const collection = await TestCollection.create(t, { vectors: { size: 2, distance: metric } });
    collection.upsert({ points: [{ id: 1, vector: [0.6, 0.8] }] });
    const text = collection.readText('query', { query: [0.6, 0.8] });
    const score = isDistance(metric) ? '0.0' : '1.0';
    assert.equal(text, `{"points":[{"id":1,"version":1,"score":${score}}]}`);
  });
}

test('scores are float32 sums in order, printed shortest', async (t) => {
  const model = await Model.create(t, 'Dot', 4, 20);
  for (let round = 0; round < 30; round++) {
    const query = model.vector();
    const [best] = model.ranked(query);
    const text = model.collection.readText('query', { query: Array.from(query), limit: 1 });
    assert.ok(
      text.includes(`"id":${best!.id},`) && text.includes(`"score":${shortestFloat32(best!.score)}}`),
      text,
    );
  }
});

test('only points that have the vector are found', async (t) => {
  const vectors = { a: { size: 1, distance: 'Dot' }, b: { size: 2, distance: 'Cosine' } } as const;
  const collection = await TestCollection.create(t, { vectors });
  collection.upsert({
    points: [
      { id: 1, vector: { a: [1] } },
      { id: 2, vector: { b: [1, 0] } },
      { id: 3, vector: { a: [2], b: [0, 1] } },
      { id: 4, vector: {} },
    ],
  });
  const idsFor = (body: object) =>
    (collection.read('query', body) as { points: Hit[] }).points.map(({ id }) => id);
  assert.deepEqual(idsFor({ query: [1], using: 'a' }), [3, 1]);
  assert.deepEqual(idsFor({ query: [1, 0], using: 'b' }), [2, 3]);
  assert.deepEqual(idsFor({ query: 3, using: 'b' }), [2]);
  assert.equal(
    collection.refusal('query', { query: 1, using: 'b' }),
    '404 Not found: Vector with name "b" for point not found',
  );
  assert.equal(
    collection.refusal('query', { query: 9, using: 'b' }),
    '404 Not found: No point with id 9 found',
  );
});

test('queries that do not fit the collection', async (t) => {
  const collection = await TestCollection.create(t, { vectors: { size: 2, distance: 'Dot' } });
  assert.equal(
    collection.refusal('query', { query: [1, 2, 3] }),
    '400 Wrong input: Vector dimension error: expected dim: 2, got 3',
  );
  assert.equal(
    collection.refusal('query', { query: [1, 2], using: 'x' }),
    '400 Wrong input: Not existing vector name error: x',
  );
  assert.equal(collection.refusal('query', { query: [1, 2] }), '200 {"points":[]}');
  assert.match(
    collection.refusal('query', { score_threshold: 1 }),
    /^400 Bad request: A query is needed to use the score_threshold\./,
  );
});

test('without a query points come in the order of ids', async (t) => {
  const collection = await TestCollection.create(t, { vectors: { size: 1, distance: 'Dot' } });
  const points = Array.from({ length: 15 }, (_, i) => ({
    id: 14 - i,
    vector: [i],
    payload: { even: i % 2 === 0 },
  }));
  collection.upsert({ points });
  const idsFor = (body: object) =>
    (collection.read('query', body) as { points: Hit[] }).points.map(({ id }) => id);
  assert.deepEqual(idsFor({}), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(idsFor({ limit: 3, offset: 2 }), [2, 3, 4]);
  assert.deepEqual(
    idsFor({ filter: { must: [{ key: 'even', match: { value: true } }] }, limit: 3 }),
    [0, 2, 4],
  );
});

test('more hits than a heap holds', async (t) => {
  const collection = await TestCollection.create(t, { vectors: { size: 1, distance: 'Dot' } });
  const ids = Array.from({ length: 17_000 }, (_, i) => i);
  collection.upsert({
    batch: { ids, vectors: ids.map((id) => [id / 4]), payloads: ids.map((id) => ({ third: id % 3 })) },
  });
  collection.delete({ points: [16_999, 0, 500] });
  const idsFor = (body: string) =>
    (collection.read('query', body) as { points: Hit[] }).points.map(({ id }) => id);
  const expected = ids.filter((id) => ![16_999, 0, 500].includes(id)).toReversed();
  assert.deepEqual(idsFor('{"query":[1],"limit":18446744073709551615}'), expected);
  assert.deepEqual(
    idsFor('{"query":[1],"limit":20000,"filter":{"must":[{"key":"third","match":{"value":1}}]}}'),
    expected.filter((id) => id % 3 === 1),
  );
});
