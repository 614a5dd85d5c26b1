import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

interface Hit {
  readonly id: number;
  readonly score: number;
}

const api = await buildTestApp({ after });
const QUERY = '/collections/c/points/query';
const TEXTS: unknown[] = [
  'red green blue',
  'Red, red red!',
  ['green', 'blue green'],
  'blue sky over a red sea and a green hill',
  5,
  '...',
  null,
  'yellow',
];

await api.create('c', { size: 1, distance: 'Manhattan' });
const setIndex = (field_schema: object) =>
  api.result('PUT', '/collections/c/index?wait=true', { field_name: 'text', field_schema });
await setIndex({ type: 'text', scoring: true });
await api.upsert(
  'c',
  TEXTS.map((text, id) => ({ id, vector: [id], payload: { text, kind: id % 2 } })),
);

const hits = async (request: object) =>
  (await api.result<{ points: Hit[] }>('POST', QUERY, { using: 'text', ...request })).points;
const ids = async (request: object) => (await hits(request)).map(({ id }) => id);

/** Of documents given as lists of their words. */
function bm25(
  documents: ReadonlyMap<number, readonly string[]>,
  words: readonly string[],
  k = 1.2,
  b = 0.75,
) {
  const all = [...documents.values()];
  const average = all.flat().length / all.length;
  const scored = Array.from(documents, ([id, tokens]) => {
    const score = words.reduce((sum, word) => {
      const frequency = all.filter((other) => other.includes(word)).length;
      const count = tokens.filter((token) => token === word).length;
      const weight = Math.log((all.length - frequency + 0.5) / (frequency + 0.5) + 1);
      return sum + (weight * count * (k + 1)) / (count + k * (1 - b + (b * tokens.length) / average));
    }, 0);
    return { id, score };
  });
  return scored.filter(({ score }) => score > 0).toSorted((x, y) => y.score - x.score);
}

const DOCUMENTS = new Map([
  [0, ['red', 'green', 'blue']],
  [1, ['red', 'red', 'red']],
  [2, ['green', 'blue', 'green']],
  [3, ['blue', 'sky', 'over', 'a', 'red', 'sea', 'and', 'a', 'green', 'hill']],
  [7, ['yellow']],
]);

function assertHits(found: readonly Hit[], expected: readonly Hit[]): void {
  assert.deepEqual(
    found.map(({ id }) => id),
    expected.map(({ id }) => id),
  );
  for (const [i, { score }] of expected.entries()) assert.ok(Math.abs(found[i]!.score - score) < 1e-6);
}

test('points with any of the words, by BM25', async () => {
  assertHits(await hits({ query: { text: 'red' } }), bm25(DOCUMENTS, ['red']));
  const words = ['red', 'sky', 'green'];
  const text = 'Green sky, red SKY; nothing';
  assertHits(await hits({ query: { text } }), bm25(DOCUMENTS, words));
  assertHits(await hits({ query: { text: { query: text } } }), bm25(DOCUMENTS, words));
  const scoring = { bm25: { k: 0.5, b: 0 } };
  assertHits(await hits({ query: { text: { query: text, scoring } } }), bm25(DOCUMENTS, words, 0.5, 0));
  assert.deepEqual(await ids({ query: { text: 'nothing' } }), []);
  assert.deepEqual(await ids({ query: { text: '' } }), []);
});

test('filters choose among the points and change no score', async () => {
  const filter = { must: [{ key: 'kind', match: { value: 1 } }] };
  const expected = bm25(DOCUMENTS, ['red', 'blue']).filter(({ id }) => id % 2 === 1);
  assertHits(await hits({ query: { text: 'red blue' }, filter }), expected);
});

test('limit, offset, and a threshold that has to be exceeded', async () => {
  const query = { text: 'green red' };
  const expected = await hits({ query });
  assert.deepEqual(await hits({ query, limit: 1, offset: 1 }), expected.slice(1, 2));
  assert.deepEqual(await hits({ query, score_threshold: expected[1]!.score }), expected.slice(0, 1));
});

test('frequencies of a corpus', async () => {
  const corpus = { must: [{ key: 'kind', match: { value: 1 } }] };
  const found = await hits({ query: { text: 'sky' }, params: { idf: { corpus } } });
  // Three documents, one of them with the word, instead of five.
  const ratio = Math.log(2.5 / 1.5 + 1) / Math.log(4.5 / 1.5 + 1);
  const [plain] = bm25(DOCUMENTS, ['sky']);
  assertHits(found, [{ id: 3, score: plain!.score * ratio }]);
});

test('in prefetches, over prefetches, in groups', async () => {
  const text = { query: { text: 'red' }, using: 'text' };
  const fused = { prefetch: [text, { query: [7] }], query: { fusion: 'rrf' }, using: undefined, limit: 1 };
  const [first] = bm25(DOCUMENTS, ['red']);
  assert.deepEqual(await ids({ ...fused, prefetch: [text] }), [first!.id]);
  assert.equal((await ids(fused)).length, 1);
  const expected = bm25(DOCUMENTS, ['red']).filter(({ id }) => id < 3);
  assertHits(await hits({ prefetch: { query: [0], limit: 3 }, query: { text: 'red' } }), expected);
  const { groups } = await api.result<{ groups: { id: number; hits: Hit[] }[] }>('POST', `${QUERY}/groups`, {
    ...text,
    group_by: 'kind',
  });
  assert.deepEqual(
    groups.map(({ id, hits: found }) => [id, found.map((hit) => hit.id)]),
    [
      [1, [1, 3]],
      [0, [0]],
    ],
  );
});

test('changes count at once, and what is deleted no longer', async () => {
  const documents = new Map(DOCUMENTS);
  await api.result('POST', '/collections/c/points/payload?wait=true', {
    payload: { text: 'sky sky' },
    points: [7],
  });
  await api.result('POST', '/collections/c/points/delete?wait=true', { points: [1] });
  await api.upsert('c', [{ id: 20, vector: [9], payload: { text: 'red sky' } }]);
  documents.delete(1);
  documents.set(7, ['sky', 'sky']).set(20, ['red', 'sky']);
  assertHits(await hits({ query: { text: 'red sky' } }), bm25(documents, ['red', 'sky']));
});

test('words as the index takes texts apart', async () => {
  await setIndex({
    type: 'text',
    scoring: { type: 'bm25' },
    stemmer: { type: 'snowball', language: 'english' },
  });
  assert.deepEqual(await ids({ query: { text: 'hills' } }), [3]);
  await setIndex({ type: 'text', scoring: true, tokenizer: 'prefix' });
  assert.deepEqual(await ids({ query: { text: 'hil' } }), [3]);
});

const NO_INDEX = '400 Bad request: A text query needs a text index with `scoring` on `';
const FAULTS: readonly (readonly [object, string | RegExp])[] = [
  [
    { query: { text: 'a' } },
    '400 Bad request: A text query needs `using` to name the payload field to search',
  ],
  [{ query: { text: 'a' }, using: 'none' }, `${NO_INDEX}none\``],
  [{ query: { text: 'a' }, using: 'plain' }, `${NO_INDEX}plain\``],
  [{ query: { text: 'a' }, using: 'off' }, `${NO_INDEX}off\``],
  [{ prefetch: { query: { text: 'a' } }, query: [1] }, /^400 Bad request: A text query needs `using`/],
  [
    { query: { text: { query: 'a', scoring: { bm25: { k: -1 } } } }, using: 'text' },
    '400 Bad request: BM25 k value -1 is invalid. Must be 0.0 or larger.',
  ],
  [
    { query: { text: { query: 'a', scoring: { bm25: { b: 1.5 } } } }, using: 'text' },
    '400 Bad request: BM25 b value 1.5 is invalid. Must be from 0.0 to 1.0.',
  ],
  [{ query: { text: 5 }, using: 'text' }, /^400 Format error in JSON body: /],
];

await api.result('PUT', '/collections/c/index?wait=true', { field_name: 'plain', field_schema: 'text' });
await api.result('PUT', '/collections/c/index?wait=true', {
  field_name: 'off',
  field_schema: { type: 'text', scoring: false },
});

for (const [request, expected] of FAULTS) {
  test(`refuses ${JSON.stringify(request)}`, async () => {
    assertFault(await api.fault('POST', QUERY, request), expected);
  });
}
