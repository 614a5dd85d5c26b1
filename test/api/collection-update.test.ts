import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });

interface Info {
  status: string;
  indexed_vectors_count: number;
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
  assert.equal(await patch('one', { optimizers_config: { indexing_threshold: 0 } }), true);
  assert.equal(await patch('one', { metadata: { owner: 'me' } }), true);
  const { config } = await info('one');
  assert.equal(config.hnsw_config?.ef_construct, 200);
  assert.equal(config.hnsw_config?.m, 16);
  assert.equal(config.optimizer_config?.indexing_threshold, 0);
  assert.equal(config.params?.read_fan_out_factor, 2);
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
  for (let now = await info('four'); now.status !== 'green'; now = await info('four')) {
    assert.equal(now.status, 'yellow');
    await new Promise(setImmediate);
  }
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
