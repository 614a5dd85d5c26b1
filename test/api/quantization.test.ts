import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';
import { clustered } from '../recall/measure.ts';

const api = await buildTestApp({ after });
const DIM = 64;
const ROWS = 800;
const LIMIT = 10;
const VECTORS = clustered(ROWS, DIM, 1, 25).map((vector) => [...vector]);
const QUERIES = clustered(10, DIM, 2, 25).map((vector) => [...vector]);

interface Point {
  readonly id: number;
  readonly score: number;
}

const info = (name: string) =>
  api.result<{ status: string; config: { quantization_config: unknown } }>('GET', `/collections/${name}`);

async function untilGreen(name: string): Promise<void> {
  while ((await info(name)).status !== 'green') await new Promise(setImmediate);
}

async function fill(name: string, settings: object, distance = 'Cosine'): Promise<void> {
  await api.result('DELETE', `/collections/${name}`);
  await api.result('PUT', `/collections/${name}`, {
    vectors: { size: DIM, distance },
    optimizers_config: { indexing_threshold: 1 },
    ...settings,
  });
  await api.upsert(
    name,
    VECTORS.map((vector, id) => ({ id, vector, payload: { even: id % 2 === 0 } })),
  );
  await untilGreen(name);
}

async function search(
  name: string,
  query: readonly number[],
  params: object,
  filter?: object,
): Promise<Point[]> {
  const body = { query, limit: LIMIT, params, ...(filter && { filter }) };
  const { points } = await api.result<{ points: Point[] }>('POST', `/collections/${name}/points/query`, body);
  return points;
}

/** The answers to all queries. */
const searchAll = (name: string, params: object, filter?: object): Promise<Point[][]> =>
  Promise.all(QUERIES.map((query) => search(name, query, params, filter)));

function recall(found: readonly Point[][], exact: readonly Point[][]): number {
  const hits = found.map((points, i) => {
    const ids = new Set(exact[i]!.map(({ id }) => id));
    return points.filter(({ id }) => ids.has(id)).length;
  });
  return hits.reduce((sum, count) => sum + count, 0) / (LIMIT * found.length);
}

/** How many of the scores found are not those of the exact search. */
function otherScores(found: readonly Point[][], exact: readonly Point[][]): number {
  const scores = exact.map((points) => new Map(points.map(({ id, score }) => [id, score])));
  return found.flatMap((points, i) =>
    points.filter(({ id, score }) => scores[i]!.has(id) && scores[i]!.get(id) !== score),
  ).length;
}

const quantization = (quantized: object) => ({ hnsw_ef: 64, quantization: quantized });

const CONFIGS = [
  { scalar: { type: 'int8' } },
  { scalar: { type: 'int8', quantile: 0.95, always_ram: true } },
  { binary: {} },
  { binary: { encoding: 'two_bits', query_encoding: 'scalar8bits', memory: 'pinned' } },
  { binary: { encoding: 'one_and_half_bits', query_encoding: 'binary' } },
  { turbo: { bits: 'bits2' } },
  { turbo: {} },
  { turbo: { bits: 'bits8' } },
  { product: { compression: 'x16' } },
];

for (const [i, config] of CONFIGS.entries()) {
  const distance = ['Cosine', 'Dot', 'Euclid'][i % 3]!;
  test(`${distance}, ${JSON.stringify(config)}: rescored scores are exact, others those of the codes`, async () => {
    await fill('q', { quantization_config: config }, distance);
    assert.deepEqual((await info('q')).config.quantization_config, config);
    const exact = await searchAll('q', { exact: true });
    const rescored = await searchAll('q', quantization({ oversampling: 10 }));
    assert.equal(otherScores(rescored, exact), 0);
    assert.ok(recall(rescored, exact) >= 0.95, `recall ${recall(rescored, exact)}`);
    const raw = await searchAll('q', quantization({ rescore: false }));
    assert.ok(otherScores(raw, exact) > 0, 'scores without rescoring are those of the codes');
    assert.ok(raw.flat().every(({ score }) => Number.isFinite(score)));
    const ignored = await searchAll('q', quantization({ ignore: true, rescore: false }));
    assert.equal(otherScores(ignored, exact), 0);
    assert.ok(recall(ignored, exact) >= 0.98, `recall ${recall(ignored, exact)}`);
  });
}

test('a filter holds for searches by codes', async () => {
  await fill('q', { quantization_config: { binary: {} } });
  const filter = { must: [{ key: 'even', match: { value: true } }] };
  const exact = await searchAll('q', { exact: true }, filter);
  const found = await searchAll('q', quantization({ oversampling: 10 }), filter);
  assert.ok(found.flat().every(({ id }) => id % 2 === 0));
  assert.ok(recall(found, exact) >= 0.95, `recall ${recall(found, exact)}`);
});

test('oversampling finds what few candidates miss', async () => {
  await fill('q', { quantization_config: { binary: { query_encoding: 'binary' } } });
  const exact = await searchAll('q', { exact: true });
  const few = await searchAll('q', { hnsw_ef: 10, quantization: { oversampling: 1 } });
  const many = await searchAll('q', { hnsw_ef: 10, quantization: { oversampling: 20 } });
  assert.ok(recall(many, exact) > recall(few, exact));
});

test('a quantization can be switched on, changed and disabled while the collection is used', async () => {
  await fill('q', {});
  const exact = await searchAll('q', { exact: true });
  const raw = quantization({ rescore: false });
  assert.equal(otherScores(await searchAll('q', raw), exact), 0);
  for (const config of [{ binary: {} }, { product: { compression: 'x8' } }, { scalar: { type: 'int8' } }]) {
    await api.result('PATCH', '/collections/q', { quantization_config: config });
    assert.deepEqual((await info('q')).config.quantization_config, config);
    // Codes are made in the background; searches are right at any time.
    assert.equal(otherScores(await searchAll('q', quantization({})), exact), 0);
    await untilGreen('q');
    assert.ok(otherScores(await searchAll('q', raw), exact) > 0);
    const rescored = await searchAll('q', quantization({ oversampling: 20 }));
    assert.ok(recall(rescored, exact) >= 0.95, `recall ${recall(rescored, exact)}`);
  }
  await api.result('PATCH', '/collections/q', { quantization_config: 'Disabled' });
  assert.equal((await info('q')).config.quantization_config, null);
  assert.equal(otherScores(await searchAll('q', raw), exact), 0);
});

test('points that are written later are found by their codes, too', async () => {
  await fill('q', { quantization_config: { turbo: { bits: 'bits1_5' } } });
  const vector = QUERIES[0]!;
  await api.upsert('q', [{ id: ROWS, vector }]);
  assert.equal((await search('q', vector, quantization({})))[0]?.id, ROWS);
  await untilGreen('q');
  assert.equal((await search('q', vector, quantization({ rescore: false })))[0]?.id, ROWS);
});

test('a vector of its own quantization goes by that, whatever the collection has', async () => {
  await api.result('DELETE', '/collections/named');
  await api.result('PUT', '/collections/named', {
    vectors: {
      a: { size: DIM, distance: 'Dot', quantization_config: { scalar: { type: 'int8' } } },
      b: { size: DIM, distance: 'Dot' },
    },
    quantization_config: { binary: {} },
    optimizers_config: { indexing_threshold: 1 },
  });
  await api.upsert(
    'named',
    VECTORS.map((vector, id) => ({ id, vector: { a: vector, b: vector } })),
  );
  await untilGreen('named');
  const scores = async (using: string, rescore: boolean) => {
    const body = { query: QUERIES[0], using, limit: LIMIT, params: { quantization: { rescore } } };
    const { points } = await api.result<{ points: Point[] }>('POST', '/collections/named/points/query', body);
    return points.map(({ score }) => score);
  };
  assert.deepEqual(await scores('a', true), await scores('b', true));
  const [a, b] = [await scores('a', false), await scores('b', false)];
  assert.notDeepEqual(a, b);
  assert.notDeepEqual(a, await scores('a', true));
});
