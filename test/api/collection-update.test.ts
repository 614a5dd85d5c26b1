import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });

interface Info {
  status: string;
  indexed_vectors_count: number;
  segments_count: number;
  config: Record<string, Record<string, unknown>>;
}
const info = (name: string) => api.result<Info>('GET', `/collections/${name}`);
const patch = (name: string, body: object) => api.result('PATCH', `/collections/${name}`, body);

test('settings change one by one and the rest stays', async () => {
  await api.create('one', { size: 4, distance: 'Dot' });
  assert.equal(
    await patch('one', { hnsw_config: { ef_construct: 200 }, params: { read_fan_out_factor: 2 } }),
    true,
  );
  assert.equal(await patch('one', { params: { id_tracker: { memory: 'pinned' } } }), true);
  assert.equal(await patch('one', { optimizers_config: { indexing_threshold: 0 } }), true);
  assert.equal(await patch('one', { metadata: { owner: 'me' } }), true);
  const { config } = await info('one');
  assert.equal(config.hnsw_config?.ef_construct, 200);
  assert.equal(config.hnsw_config?.m, 16);
  assert.equal(config.optimizer_config?.indexing_threshold, 0);
  assert.equal(config.params?.read_fan_out_factor, 2);
  assert.deepEqual(config.params?.id_tracker, { memory: 'pinned' });
  assert.deepEqual(config.metadata, { owner: 'me' });
  assert.equal(await patch('one', {}), true);
  assert.deepEqual((await info('one')).config, config);
});

test('settings of one vector, the unnamed one being ""', async () => {
  await api.create('two', { size: 4, distance: 'Dot' });
  await patch('two', { vectors: { '': { hnsw_config: { m: 32 }, on_disk: true } } });
  const { config } = await info('two');
  assert.deepEqual(config.params?.vectors, {
    size: 4,
    distance: 'Dot',
    hnsw_config: { m: 32 },
    on_disk: true,
  });
});

test('a quantization comes and goes', async () => {
  await api.create('three', { size: 4, distance: 'Dot' });
  await patch('three', { quantization_config: { scalar: { type: 'int8', always_ram: true } } });
  assert.deepEqual((await info('three')).config.quantization_config, {
    scalar: { type: 'int8', always_ram: true },
  });
  await patch('three', { quantization_config: 'Disabled' });
  assert.equal((await info('three')).config.quantization_config, null);
});

test('a lower indexing threshold makes an index of what is there, and points stay what they were', async () => {
  await api.create('four', { size: 8, distance: 'Cosine' });
  const points = Array.from({ length: 200 }, (_, id) => ({
    id,
    vector: Array.from({ length: 8 }, (__, i) => Math.sin(id * 8 + i)),
  }));
  await api.upsert('four', points);
  const search = { query: points[7]!.vector, limit: 5 };
  const before = await api.result('POST', '/collections/four/points/query', search);
  assert.equal((await info('four')).indexed_vectors_count, 0);
  await patch('four', { optimizers_config: { indexing_threshold: 1 } });
  await untilGreen('four');
  assert.equal((await info('four')).indexed_vectors_count, 200);
  assert.deepEqual(await api.result('POST', '/collections/four/points/query', search), before);
  await patch('four', { hnsw_config: { m: 0 } });
  assert.deepEqual(await api.result('POST', '/collections/four/points/query', search), before);
});

test('what does not exist or is out of bounds is refused, and nothing changes', async () => {
  await api.create('five', { size: 4, distance: 'Dot' });
  const { config } = await info('five');
  const faults: [body: object, expected: string][] = [
    [{ vectors: { zz: {} } }, '400 Wrong input: Not existing vector name error: zz'],
    [{ sparse_vectors: { zz: {} } }, '400 Wrong input: Not existing vector name error: zz'],
    [
      { hnsw_config: { ef_construct: 2 } },
      '422 Validation error in JSON body: [hnsw_config.ef_construct: value 2 invalid, must be 4 or larger]',
    ],
  ];
  for (const [body, expected] of faults) {
    assertFault(await api.fault('PATCH', '/collections/five', body), expected);
  }
  assert.deepEqual((await info('five')).config, config);
  assertFault(
    await api.fault('PATCH', '/collections/nowhere', {}),
    "404 Not found: Collection `nowhere` doesn't exist!",
  );
});

test('more links make new segments, and every point moves', async () => {
  const settings = { optimizers_config: { indexing_threshold: 1 } };
  const vectors = { size: 8, distance: 'Cosine' };
  await api.result('PUT', '/collections/six', { vectors, ...settings });
  const points = Array.from({ length: 300 }, (_, id) => ({
    id,
    vector: Array.from({ length: 8 }, (__, i) => Math.sin(id * 8 + i)),
    payload: { id },
  }));
  await api.upsert('six', points);
  const all = { limit: 300, with_payload: true, with_vector: true };
  const before = await api.resultText('POST', '/collections/six/points/scroll', all);
  await patch('six', { hnsw_config: { m: 32 } });
  await untilGreen('six');
  const { indexed_vectors_count, segments_count } = await info('six');
  assert.equal(indexed_vectors_count, 300);
  assert.equal(segments_count, 1);
  assert.equal(await api.resultText('POST', '/collections/six/points/scroll', all), before);
});

test('deleted points are cleared away, and what is left stays what it was', async () => {
  const optimizers_config = { deleted_threshold: 0.1, vacuum_min_vector_number: 100, indexing_threshold: 1 };
  const vectors = { size: 8, distance: 'Euclid' };
  await api.result('PUT', '/collections/seven', { vectors, optimizers_config });
  const points = Array.from({ length: 400 }, (_, id) => ({
    id,
    vector: Array.from({ length: 8 }, (__, i) => Math.cos(id * 8 + i)),
    payload: { id },
  }));
  await api.upsert('seven', points);
  const even = {
    filter: { must_not: [{ has_id: points.map(({ id }) => id).filter((id) => id % 2 === 0) }] },
  };
  await api.result('POST', '/collections/seven/points/delete?wait=true', even);
  const search = { query: points[100]!.vector, limit: 20, with_vector: true, with_payload: true };
  const before = await api.resultText('POST', '/collections/seven/points/query', search);
  await untilGreen('seven');
  assert.equal((await info('seven')).indexed_vectors_count, 200);
  assert.equal(await api.resultText('POST', '/collections/seven/points/query', search), before);
  assert.deepEqual(await api.result('POST', '/collections/seven/points/count', {}), { count: 200 });
});

async function untilGreen(name: string): Promise<void> {
  while ((await info(name)).status !== 'green') await new Promise(setImmediate);
}
