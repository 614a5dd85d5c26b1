import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });

interface Hit {
  readonly id: number;
  readonly score: number;
}

async function collectionWith(vectors: object, points: readonly object[]): Promise<string> {
  await api.result('DELETE', '/collections/c');
  await api.create('c', vectors);
  await api.upsert('c', points);
  return '/collections/c/points';
}

async function hits(path: string, body: object): Promise<[number, number][]> {
  const { points } = await api.result<{ points: Hit[] }>('POST', `${path}/query`, body);
  return points.map(({ id, score }) => [id, Math.fround(score)]);
}

const vectors = (path: string, ids: readonly number[]) =>
  api.resultText('POST', path, { ids, with_vector: true });

test('float16 rounds to half precision', async () => {
  const path = await collectionWith({ size: 3, distance: 'Dot', datatype: 'float16' }, [
    { id: 1, vector: [0.1, 1e-8, -2049] },
    { id: 2, vector: [1e6, -1e6, 0] },
  ]);
  assert.equal(
    await vectors(path, [1, 2]),
    '[{"id":1,"vector":[0.099975586,0.0,-2048.0]},{"id":2,"vector":[65504.0,-65504.0,0.0]}]',
  );
  // The query is rounded, too.
  assert.deepEqual(await hits(path, { query: [0, 0, 1.0001], limit: 2 }), [
    [2, 0],
    [1, -2048],
  ]);
});

test('float16 is normalised for Cosine before it is rounded', async () => {
  const path = await collectionWith({ size: 2, distance: 'Cosine', datatype: 'float16' }, [
    { id: 1, vector: [3, 4] },
    { id: 2, vector: [0, 0] },
  ]);
  assert.equal(
    await vectors(path, [1, 2]),
    '[{"id":1,"vector":[0.60009766,0.7998047]},{"id":2,"vector":[0.0,0.0]}]',
  );
  const [[first, score]] = (await hits(path, { query: [30, 40] })) as [[number, number]];
  assert.equal(first, 1);
  assert.ok(Math.abs(score - 1) < 1e-3);
});

test('uint8 truncates toward zero and saturates', async () => {
  const path = await collectionWith({ size: 4, distance: 'Dot', datatype: 'uint8' }, [
    { id: 1, vector: [1.9, -5, 300, 254.999] },
  ]);
  assert.equal(await vectors(path, [1]), '[{"id":1,"vector":[1.0,0.0,255.0,254.0]}]');
  assert.deepEqual(await hits(path, { query: [1.9, -3, 0, 2] }), [[1, 1 + 508]]);
});

test('Cosine of uint8 is that of the bytes, which come back as they were', async () => {
  const path = await collectionWith({ size: 2, distance: 'Cosine', datatype: 'uint8' }, [
    { id: 1, vector: [3, 4] },
    { id: 2, vector: [100, 0] },
    { id: 3, vector: [0, 0] },
  ]);
  assert.equal(await vectors(path, [1]), '[{"id":1,"vector":[3.0,4.0]}]');
  assert.deepEqual(await hits(path, { query: [0, 9] }), [
    [1, Math.fround(0.8)],
    [2, 0],
    [3, 0],
  ]);
  assert.deepEqual(await hits(path, { query: 1, limit: 1 }), [[2, Math.fround(0.6)]]);
});

for (const [distance, score] of [
  ['Euclid', 5],
  ['Manhattan', 7],
] as const) {
  test(`${distance} of uint8`, async () => {
    const path = await collectionWith({ size: 2, distance, datatype: 'uint8' }, [{ id: 1, vector: [3, 4] }]);
    assert.deepEqual(await hits(path, { query: [0, 0] }), [[1, score]]);
  });
}

const multi = (datatype: string, distance: string) => ({
  size: 3,
  distance,
  datatype,
  multivector_config: { comparator: 'max_sim' },
});

test('multivectors of every datatype', async () => {
  const path = await collectionWith(
    { half: multi('float16', 'Cosine'), byte: multi('uint8', 'Dot'), raw: multi('uint8', 'Cosine') },
    [
      {
        id: 1,
        vector: {
          half: [
            [3, 4, 0],
            [0, 0, 2],
          ],
          byte: [
            [1.5, -1, 300],
            [2, 2, 2],
            [3, 3, 3],
          ],
          raw: [
            [3, 4, 0],
            [0, 0, 2],
          ],
        },
      },
    ],
  );
  assert.equal(
    await vectors(path, [1]),
    '[{"id":1,"vector":{"half":[[0.60009766,0.7998047,0.0],[0.0,0.0,1.0]],' +
      '"byte":[[1.0,0.0,255.0],[2.0,2.0,2.0],[3.0,3.0,3.0]],"raw":[[3.0,4.0,0.0],[0.0,0.0,2.0]]}}]',
  );
  assert.deepEqual(await hits(path, { query: [[0, 0, 5]], using: 'half' }), [[1, 1]]);
  assert.deepEqual(
    await hits(path, {
      query: [
        [0, 1, 0],
        [0, 0, 2.9],
      ],
      using: 'byte',
    }),
    [[1, 3 + 510]],
  );
  assert.deepEqual(
    await hits(path, {
      query: [
        [0, 7, 0],
        [0, 0, 5],
      ],
      using: 'raw',
    }),
    [[1, Math.fround(1.8)]],
  );
});

for (const size of [1, 65_536]) {
  test(`vectors of ${size} numbers, in every datatype`, async () => {
    for (const datatype of ['float32', 'float16', 'uint8']) {
      const vector = Array.from({ length: size }, (_, i) => (i === size - 1 ? 3 : 0));
      const path = await collectionWith({ size, distance: 'Dot', datatype }, [
        { id: 1, vector },
        { id: 2, vector: Array(size).fill(1) },
      ]);
      assert.deepEqual(await hits(path, { query: vector }), [
        [1, 9],
        [2, 3],
      ]);
    }
  });
}

const wave = (id: number) =>
  Array.from({ length: 24 }, (_, i) => Math.floor(100 * (1 + Math.sin(id * (i + 1) * 0.37 + i))));

test('a graph over half floats and bytes finds what an exact search finds', async () => {
  const names = ['half', 'byte', 'cosine'];
  await api.result('DELETE', '/collections/c');
  await api.result('PUT', '/collections/c', {
    vectors: {
      half: { size: 24, distance: 'Euclid', datatype: 'float16' },
      byte: { size: 24, distance: 'Dot', datatype: 'uint8' },
      cosine: { size: 24, distance: 'Cosine', datatype: 'uint8' },
    },
    optimizers_config: { indexing_threshold: 1 },
    hnsw_config: { full_scan_threshold: 10 },
  });
  const path = '/collections/c/points';
  const points = Array.from({ length: 1500 }, (_, id) => ({
    id,
    vector: Object.fromEntries(names.map((name) => [name, wave(id)])),
  }));
  await api.upsert('c', points);
  const info = () => api.result<{ status: string; indexed_vectors_count: number }>('GET', '/collections/c');
  let state = await info();
  while (state.status !== 'green') {
    await new Promise((resolve) => setImmediate(resolve));
    state = await info();
  }
  assert.equal(state.indexed_vectors_count, 4500);
  for (const using of names) {
    let found = 0;
    for (let id = 0; id < 20; id++) {
      const query = { query: wave(id + 0.5), using, limit: 10 };
      const exact = await hits(path, { ...query, params: { exact: true } });
      const scores = new Map(exact);
      for (const [hit, score] of await hits(path, { ...query, params: { hnsw_ef: 200 } })) {
        if (scores.has(hit)) {
          found++;
          assert.equal(score, scores.get(hit));
        }
      }
    }
    assert.ok(found >= 190, `${using}: ${found} of 200`);
  }
});

test('the lossy datatypes of a quantization keep vectors as they are', async () => {
  for (const datatype of ['turbo4', 'turbo8', 'turbo16']) {
    const path = await collectionWith({ size: 2, distance: 'Dot', datatype }, [{ id: 1, vector: [0.1, -3] }]);
    assert.equal(await vectors(path, [1]), '[{"id":1,"vector":[0.1,-3.0]}]');
  }
  assert.match(
    await api.fault('PUT', '/collections/s', { sparse_vectors: { x: { index: { datatype: 'turbo16' } } } }),
    /^422 .*sparse vectors do not support the `turbo16` datatype/,
  );
});
