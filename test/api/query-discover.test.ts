import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const QUERY = '/collections/c/points/query';

await api.create('c', { size: 2, distance: 'Euclid' });
/** On a square grid from (0, 0) to (3, 3). */
await api.upsert('c', [
  ...Array.from({ length: 16 }, (_, i) => ({ id: i, vector: [i % 4, Math.floor(i / 4)] })),
  { id: 99, vector: {} },
]);

const points = async (request: object) =>
  (await api.result<{ points: { id: number; score: number }[] }>('POST', QUERY, request)).points;
const ids = async (request: object) => (await points(request)).map(({ id }) => id);
const sigmoid = (x: number) => 0.5 * (x / (1 + Math.abs(x)) + 1);
const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);

/** Right of the line between the two. */
const RIGHT = { positive: [3, 1.6], negative: [0, 1.6] };

test('discover: the side of the pair first, then the distance to the target', async () => {
  const found = await points({ query: { discover: { target: [0, 0.1], context: [RIGHT] } }, limit: 16 });
  assert.deepEqual(
    found.map(({ id }) => id),
    [2, 6, 10, 3, 7, 14, 11, 15, 0, 4, 1, 5, 8, 9, 12, 13],
  );
  close(found[0]!.score, 1 + sigmoid(-(4 + 0.01)));
  close(found[8]!.score, -1 + sigmoid(-0.01));
});

test('discover: a lone pair, several pairs, no pairs', async () => {
  const target = [0, 0.1];
  assert.deepEqual(await ids({ query: { discover: { target, context: RIGHT } }, limit: 1 }), [2]);
  const above = { positive: [1.4, 3], negative: [1.4, 0] };
  assert.deepEqual(await ids({ query: { discover: { target, context: [RIGHT, above] } }, limit: 1 }), [10]);
  for (const context of [null, []]) {
    assert.deepEqual(await ids({ query: { discover: { target, context } }, limit: 3 }), [0, 4, 1]);
  }
});

test('discover: examples by id are no results', async () => {
  const query = { discover: { target: 0, context: { positive: 3, negative: 12 } } };
  const found = await ids({ query, limit: 20 });
  assert.equal(found.length, 13);
  assert.deepEqual(found.slice(0, 1), [1]);
});

test('context: no loss on the positive side', async () => {
  const found = await points({ query: { context: [RIGHT] }, limit: 16 });
  assert.deepEqual(new Set(found.slice(0, 8).map(({ id }) => id)), new Set([2, 3, 6, 7, 10, 11, 14, 15]));
  assert.ok(found.slice(0, 8).every(({ score }) => score === 0));
  const loss = -(9 - 0);
  close(found.at(-1)!.score, loss / (1 - loss));
});

test('context: without pairs nothing is lost anywhere', async () => {
  for (const context of [null, []]) {
    const found = await points({ query: { context }, limit: 20 });
    assert.equal(found.length, 16);
    assert.ok(found.every(({ score }) => score === 0));
  }
});

test('pages, filters and prefetches', async () => {
  const query = { discover: { target: [0, 0.1], context: [RIGHT] } };
  assert.deepEqual(await ids({ query, limit: 2, offset: 1 }), [6, 10]);
  assert.deepEqual(await ids({ query, filter: { must: { has_id: [0, 15] } } }), [15, 0]);
  const prefetch = { query: [3, 3], limit: 3 };
  assert.deepEqual(await ids({ prefetch, query }), [14, 11, 15]);
});

const judged = (score: number) => [
  { example: [3, 0], score: 0.5 },
  { example: [0, 3], score },
];

const feedbackQuery = (score: number, a: number) => ({
  relevance_feedback: { target: [0, 0], feedback: judged(score), strategy: { naive: { a, b: 1, c: 1 } } },
});

test('relevance feedback: pulled towards what was judged better', async () => {
  assert.deepEqual(await ids({ query: feedbackQuery(0.5, 1), limit: 1 }), [0]);
  assert.deepEqual(await ids({ query: feedbackQuery(2.5, 0), limit: 1 }), [12]);
  const [best] = await points({ query: feedbackQuery(0.25, 2), limit: 1 });
  assert.equal(best!.id, 0);
  close(best!.score, 0.25 * (-9 - -9));
  const [pulled] = await points({
    query: feedbackQuery(2.5, 1),
    limit: 1,
    filter: { must: { has_id: [12] } },
  });
  close(pulled!.score, -9 + 2 * (0 - -18));
});

test('relevance feedback: examples by id are no results', async () => {
  const query = {
    relevance_feedback: {
      target: 0,
      feedback: [{ example: 1, score: 1 }],
      strategy: { naive: { a: 1, b: 0, c: 1 } },
    },
  };
  assert.deepEqual(await ids({ query, limit: 1 }), [4]);
  assert.equal((await ids({ query, limit: 20 })).length, 14);
});

const FEEDBACK = { target: [0, 0], feedback: [{ example: [1, 1], score: 1 }] };

const FAULTS: readonly (readonly [object, string | RegExp])[] = [
  [{ discover: { target: [0, 0] } }, /^400 Format error in JSON body: /],
  [{ discover: { context: [] } }, /^400 Format error in JSON body: /],
  [{ discover: { target: 77, context: [] } }, '404 Not found: No point with id 77 found'],
  [{ discover: { target: 99, context: [] } }, '404 Not found: Vector with name "" for point not found'],
  [
    { discover: { target: [0, 0], context: { positive: [1, 2, 3], negative: 1 } } },
    '400 Wrong input: Vector dimension error: expected dim: 2, got 3',
  ],
  [{ context: { positive: 1 } }, /^400 Format error in JSON body: /],
  [{ context: { positive: 1, negative: 77 } }, '404 Not found: No point with id 77 found'],
  [
    { relevance_feedback: { ...FEEDBACK, strategy: { naive: { a: 1, b: -1, c: 1 } } } },
    '422 Validation error in JSON body: [internal.query.relevance_feedback.strategy.naive.b: value -1.0 invalid, must be 0.0 or larger]',
  ],
  [
    { relevance_feedback: { ...FEEDBACK, feedback: [], strategy: { naive: { a: 1, b: 1, c: 1 } } } },
    /^422 Validation error in JSON body: \[internal\.query\.relevance_feedback\.feedback: feedback elements must be non-empty\]/,
  ],
  [{ relevance_feedback: { ...FEEDBACK } }, /^400 Format error in JSON body: /],
];

for (const [query, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(query)}`, async () => {
    assertFault(await api.fault('POST', QUERY, { query }), expected);
  });
}
