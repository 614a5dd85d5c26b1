import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const VALIDATION = '422 Validation error in JSON body: ';
const multi = (distance: string, size = 2) => ({
  size,
  distance,
  multivector_config: { comparator: 'max_sim' },
});

async function collectionWith(name: string, vectors: object, points: readonly object[]): Promise<string> {
  await api.result('DELETE', `/collections/${name}`);
  await api.create(name, vectors);
  await api.upsert(name, points);
  return `/collections/${name}/points`;
}

async function hits(path: string, body: object): Promise<[number, number][]> {
  const { points } = await api.result<{ points: { id: number; score: number }[] }>(
    'POST',
    `${path}/query`,
    body,
  );
  return points.map(({ id, score }) => [id, Math.fround(score)]);
}

const ROWS = [
  {
    id: 1,
    vector: [
      [1, 0],
      [0, 2],
    ],
  },
  { id: 2, vector: [[3, 4]] },
  {
    id: 3,
    vector: [
      [-1, 0],
      [0, -1],
      [1, 1],
    ],
  },
];

/** By hand: for each of the two rows of the query the best row of the point, added up. */
const SCORES = {
  Dot: [
    [2, 7],
    [1, 3],
    [3, 2],
  ],
  Euclid: [
    [1, Math.fround(Math.sqrt(0 + 1))],
    [3, Math.fround(Math.sqrt(1 + 1))],
    [2, Math.fround(Math.sqrt(20 + 18))],
  ],
  Manhattan: [
    [1, 1],
    [3, 2],
    [2, 12],
  ],
} as const;

for (const [distance, expected] of Object.entries(SCORES)) {
  test(`max_sim with ${distance}`, async () => {
    const path = await collectionWith('c', multi(distance), ROWS);
    assert.deepEqual(
      await hits(path, {
        query: [
          [1, 0],
          [0, 1],
        ],
      }),
      expected,
    );
    assert.deepEqual(
      await hits(path, {
        query: [
          [1, 0],
          [0, 1],
        ],
        params: { exact: true },
      }),
      expected,
    );
  });
}

test('Cosine normalises each row', async () => {
  const path = await collectionWith('c', multi('Cosine'), ROWS);
  assert.equal(
    await api.resultText('POST', path, { ids: [1, 2], with_vector: true }),
    '[{"id":1,"vector":[[1.0,0.0],[0.0,1.0]]},{"id":2,"vector":[[0.6,0.8]]}]',
  );
  assert.deepEqual(
    await hits(path, {
      query: [
        [2, 0],
        [0, 5],
      ],
      limit: 2,
    }),
    [
      [1, 2],
      [3, Math.fround(2 * Math.fround(Math.SQRT1_2))],
    ],
  );
});

test('a single vector is one row, stored or asked for', async () => {
  const path = await collectionWith('c', multi('Dot'), [...ROWS, { id: 4, vector: [5, 5] }]);
  assert.equal(
    await api.resultText('POST', path, { ids: [4], with_vector: true }),
    '[{"id":4,"vector":[[5.0,5.0]]}]',
  );
  assert.deepEqual(await hits(path, { query: [1, 0] }), await hits(path, { query: [[1, 0]] }));
  assert.deepEqual((await hits(path, { query: [1, 0] }))[0], [4, 5]);
});

test('rows that are all integers are no sparse vector', async () => {
  const path = await collectionWith('c', multi('Dot'), [
    {
      id: 1,
      vector: [
        [1, 0],
        [0, 2],
      ],
    },
  ]);
  assert.deepEqual(
    await hits(path, {
      query: [
        [1, 0],
        [0, 2],
      ],
    }),
    [[1, 5]],
  );
});

test('named multivectors beside others, in columns, filtered, by the example of a point', async () => {
  const vectors = { m: multi('Dot'), d: { size: 1, distance: 'Dot' } };
  const path = await collectionWith('c', vectors, [{ id: 9, vector: {} }]);
  const batch = {
    ids: [1, 2, 3],
    vectors: { m: ROWS.map(({ vector }) => vector), d: [[1], [2], [3]] },
    payloads: [{ k: 1 }, { k: 1 }, { k: 2 }],
  };
  await api.result('PUT', `${path}?wait=true`, { batch });
  const filter = { must: { key: 'k', match: { value: 1 } } };
  assert.deepEqual(
    await hits(path, {
      query: [
        [1, 0],
        [0, 1],
      ],
      using: 'm',
      filter,
    }),
    [
      [2, 7],
      [1, 3],
    ],
  );
  assert.deepEqual(await hits(path, { query: 1, using: 'm' }), [
    [2, 11],
    [3, 3],
  ]);
  assert.equal(
    await api.resultText('POST', path, { ids: [3], with_vector: true }),
    '[{"id":3,"vector":{"m":[[-1.0,0.0],[0.0,-1.0],[1.0,1.0]],"d":[3.0]}}]',
  );
  assert.equal(
    await api.fault('POST', `${path}/query`, { query: 9, using: 'm' }),
    '404 Not found: Vector with name "m" for point not found',
  );
});

const BAD = [
  [[[1, 2, 3]], '400 Wrong input: Vector dimension error: expected dim: 2, got 3'],
  [[1, 2, 3], '400 Wrong input: Vector dimension error: expected dim: 2, got 3'],
  [
    [[1, 2], [3]],
    `${VALIDATION}[points[0].vector.?.data: all vectors must have the same dimension, found vector with dimension 1]`,
  ],
  [[[]], `${VALIDATION}[points[0].vector.?.data: all vectors must be non-empty]`],
  [{ indices: [1], values: [1] }, '400 Wrong input: Conversion between sparse and regular vectors failed'],
] as const;

for (const [vector, expected] of BAD) {
  test(`refuses the multivector ${JSON.stringify(vector)}`, async () => {
    const path = await collectionWith(
      'c',
      { m: multi('Dot') },
      ROWS.map(({ id }) => ({ id, vector: {} })),
    );
    const body = { points: [{ id: 1, vector: { m: vector } }] };
    assert.equal(await api.fault('PUT', `${path}?wait=true`, body), expected);
  });
}

test('a multivector of a million numbers is too large', async () => {
  const path = await collectionWith('c', { m: multi('Dot', 1024) }, [{ id: 1, vector: {} }]);
  const row = `[${Array(1024).fill(1).join(',')}]`;
  const body = (rows: number) => `{"points":[{"id":1,"vector":{"m":[${Array(rows).fill(row).join(',')}]}}]}`;
  assert.match(
    await api.fault('PUT', `${path}?wait=true`, body(1024)),
    /multivector must have fewer than 1048576 numbers/,
  );
  await api.result('PUT', `${path}?wait=true`, body(1023));
  assert.deepEqual(await hits(path, { query: Array(1024).fill(1), using: 'm' }), [[1, 1024]]);
});
