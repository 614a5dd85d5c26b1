/** The scores that clients see are those of API and kernel: float32 sums from left to right for short vectors. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

type Distance = 'Cosine' | 'Dot' | 'Euclid' | 'Manhattan';

const api = await buildTestApp({ after });
const f32 = Math.fround;

/** Sum of the terms in float32, in order. */
function sum(a: readonly number[], b: readonly number[], term: (x: number, y: number) => number): number {
  return a.reduce((total, x, i) => f32(total + f32(term(f32(x), f32(b[i]!)))), 0);
}

function unit(vector: readonly number[]): number[] {
  const square = sum(vector, vector, (x, y) => x * y);
  if (square === 0 || Math.abs(square - 1) <= 1e-6) return vector.map(f32);
  const length = f32(Math.sqrt(square));
  return vector.map((value) => f32(f32(value) / length));
}

const EXPECTED: Record<Distance, (a: readonly number[], b: readonly number[]) => number> = {
  Dot: (a, b) => sum(a, b, (x, y) => x * y),
  Cosine: (a, b) => sum(unit(a), unit(b), (x, y) => x * y),
  Euclid: (a, b) => f32(Math.sqrt(sum(a, b, (x, y) => f32(x - y) * f32(x - y)))),
  Manhattan: (a, b) => sum(a, b, (x, y) => Math.abs(f32(x - y))),
};

const VECTORS = [
  [0.05, 0.61, 0.76, 0.74],
  [0.19, 0.81, 0.75, 0.11],
  [0.36, 0.55, 0.47, 0.94],
  [0.18, 0.01, 0.85, 0.8],
  [0.24, 0.18, 0.22, 0.44],
  [0.35, 0.08, 0.11, 0.44],
];
const QUERY = [0.2, 0.1, 0.9, 0.7];

async function scores(collection: string, request: object): Promise<[number, number][]> {
  const path = `/collections/${collection}/points/query`;
  const { points } = await api.result<{ points: { id: number; score: number }[] }>('POST', path, request);
  return points.map(({ id, score }) => [id, score]);
}

for (const distance of ['Cosine', 'Dot', 'Euclid', 'Manhattan'] as const) {
  const isLowFirst = distance === 'Euclid' || distance === 'Manhattan';
  const byRank = (a: readonly number[], b: readonly number[]) => (isLowFirst ? a[1]! - b[1]! : b[1]! - a[1]!);

  for (const dim of [1, 2, 3, 4, 7, 8, 15]) {
    test(`${distance} of ${dim} dimensions, digit by digit`, async () => {
      const name = `${distance}-${dim}`;
      const stretch = (vector: readonly number[]) =>
        Array.from({ length: dim }, (_, i) => vector[i % 4]! + (i >> 2));
      await api.create(name, { size: dim, distance });
      await api.upsert(
        name,
        VECTORS.map((vector, id) => ({ id, vector: stretch(vector) })),
      );
      const expected = VECTORS.map((vector, id): [number, number] => [
        id,
        EXPECTED[distance](stretch(QUERY), stretch(vector)),
      ]);
      const text = await api.resultText('POST', `/collections/${name}/points/query`, {
        query: stretch(QUERY),
      });
      const found = (JSON.parse(text) as { points: { id: number; score: number }[] }).points;
      assert.deepEqual(
        found.map(({ id, score }) => [id, f32(score)]).toSorted((a, b) => a[0]! - b[0]!),
        expected,
      );
      const ranked = found.map(({ id, score }) => [id, score]);
      assert.deepEqual(ranked, ranked.toSorted(byRank), 'best first');
    });
  }

  test(`${distance}: the threshold is strict`, async () => {
    const name = `${distance}-threshold`;
    await api.create(name, { size: 4, distance });
    await api.upsert(
      name,
      VECTORS.map((vector, id) => ({ id, vector })),
    );
    const all = await scores(name, { query: QUERY });
    const third = all[2]![1];
    assert.deepEqual(await scores(name, { query: QUERY, score_threshold: third }), all.slice(0, 2));
    assert.deepEqual(await scores(name, { query: QUERY, score_threshold: third, limit: 1 }), all.slice(0, 1));
    assert.deepEqual(
      await scores(name, { query: QUERY, score_threshold: third, offset: 1 }),
      all.slice(1, 2),
    );
    const worst = isLowFirst ? 1e30 : -1e30;
    assert.deepEqual(await scores(name, { query: QUERY, score_threshold: worst }), all);
    assert.deepEqual(await scores(name, { query: QUERY, score_threshold: -worst }), []);
    assert.deepEqual(await scores(name, { query: QUERY, score_threshold: null }), all);
  });
}

test('scores as the tutorials of clients print them', async () => {
  await api.create('tutorial', { size: 4, distance: 'Dot' });
  await api.upsert(
    'tutorial',
    VECTORS.map((vector, i) => ({ id: i + 1, vector })),
  );
  assert.equal(
    await api.resultText('POST', '/collections/tutorial/points/query', { query: QUERY, limit: 3 }),
    '{"points":[{"id":4,"version":1,"score":1.362},{"id":1,"version":1,"score":1.273},{"id":3,"version":1,"score":1.208}]}',
  );
});

test('Cosine of zero and of opposite vectors', async () => {
  await api.create('edges', { size: 2, distance: 'Cosine' });
  await api.upsert('edges', [
    { id: 1, vector: [0, 0] },
    { id: 2, vector: [10, 0] },
    { id: 3, vector: [-2, 0] },
  ]);
  assert.deepEqual(await scores('edges', { query: [5, 0] }), [
    [2, 1],
    [1, 0],
    [3, -1],
  ]);
  const zero = await scores('edges', { query: [0, 0] });
  assert.deepEqual(
    zero.map(([, score]) => Math.abs(score)),
    [0, 0, 0],
  );
});

test('scores of long vectors agree with sums in double precision', async () => {
  const dim = 1536;
  const vector = (seed: number) => Array.from({ length: dim }, (_, i) => f32(Math.sin(seed * 100 + i)));
  for (const distance of ['Cosine', 'Dot', 'Euclid', 'Manhattan'] as const) {
    const name = `long-${distance}`;
    await api.create(name, { size: dim, distance });
    await api.upsert(
      name,
      [1, 2, 3].map((id) => ({ id, vector: vector(id) })),
    );
    for (const [id, score] of await scores(name, { query: vector(9) })) {
      const expected = EXPECTED[distance](vector(9), vector(id));
      assert.ok(
        Math.abs(score - expected) <= 1e-4 * Math.max(1, Math.abs(expected)),
        `${name} ${id}: ${score}, ${expected}`,
      );
    }
  }
});
