import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const POINTS = '/collections/c/points';
const MODEL = 'qdrant/bm25';

interface Sparse {
  readonly indices: number[];
  readonly values: number[];
}

beforeEach(async () => {
  await api.result('DELETE', '/collections/c');
  await api.result('PUT', '/collections/c', {
    vectors: { dense: { size: 2, distance: 'Dot' } },
    sparse_vectors: { text: { modifier: 'idf' } },
  });
});

const document = (text: string, options?: object, model = MODEL) => ({
  text,
  model,
  ...(options && { options }),
});

async function stored(input: object): Promise<Sparse> {
  await api.upsert('c', [{ id: 1, vector: { text: input } }]);
  const [record] = await api.result<{ vector: { text: Sparse } }[]>('POST', POINTS, {
    ids: [1],
    with_vector: true,
  });
  return record!.vector.text;
}

async function hits(query: object, extra: object = {}): Promise<number[]> {
  const body = { query, using: 'text', ...extra };
  const { points } = await api.result<{ points: { id: number }[] }>('POST', `${POINTS}/query`, body);
  return points.map(({ id }) => id);
}

test('the weight of a token is that of BM25', async () => {
  const text = 'The dog dogs cat';
  const { indices, values } = await stored(document(text, { avg_len: 4 }));
  assert.equal(indices.length, 2);
  // Without the stop word there are three tokens: dog, dog, cat.
  const norm = 1.2 * (1 - 0.75 + (0.75 * 3) / 4);
  const weight = (n: number) => Math.fround((n * 2.2) / (n + norm));
  assert.deepEqual(values.map(Math.fround).toSorted(), [weight(1), weight(2)].toSorted());
});

test('k, b and the average length can be chosen', async () => {
  const { values } = await stored(document('cat cat', { k: 2, b: 0, avg_len: 1 }));
  assert.deepEqual(values.map(Math.fround), [Math.fround((2 * 3) / (2 + 2))]);
});

test('the index of a token is its hash', async () => {
  const { indices } = await stored(document('hello', { stemmer: { type: 'none' } }));
  assert.deepEqual(indices, [0x248bfa47]);
  const negative = await stored(document('abc', { language: 'none' }));
  assert.deepEqual(negative.indices, [Math.abs(0xb3dd93fa | 0)]);
});

test('an empty text, and one of stop words, are empty vectors', async () => {
  assert.deepEqual(await stored(document('')), { indices: [], values: [] });
  assert.deepEqual(await stored(document('the of and')), { indices: [], values: [] });
  assert.deepEqual(await hits(document('')), []);
});

test('documents are found by their words, whatever their form', async () => {
  const texts = ['A quick brown fox', 'Lazy dogs sleep', 'The fox and the dog', 'nothing here'];
  await api.upsert(
    'c',
    texts.map((text, id) => ({ id, vector: { text: document(text) } })),
  );
  assert.deepEqual((await hits(document('FOXES'))).toSorted(), [0, 2]);
  assert.deepEqual((await hits(document('a fox and dogs')))[0], 2);
  assert.deepEqual(await hits({ nearest: document('sleeping') }), [1]);
  assert.deepEqual(await hits(document('the')), []);
});

test('in columns, in updates of vectors, under the other name of the model', async () => {
  const vectors = { text: [document('one fish'), document('two fish', undefined, 'BM25')] };
  await api.result('PUT', `${POINTS}?wait=true`, { batch: { ids: [1, 2], vectors } });
  await api.result('PUT', `${POINTS}/vectors?wait=true`, {
    points: [{ id: 2, vector: { text: document('red bird', undefined, 'Qdrant/Bm25') } }],
  });
  assert.deepEqual(await hits(document('fish')), [1]);
  assert.deepEqual(await hits(document('birds')), [2]);
});

const tokenCount = async (text: string, options: object) =>
  (await stored(document(text, options))).indices.length;

test('options of the analysis', async () => {
  assert.equal(await tokenCount('Die Hunde und die Katzen', { language: 'german' }), 2);
  assert.equal(await tokenCount('Die Hunde und die Katzen', { language: 'de' }), 2);
  assert.equal(await tokenCount('the cat', { stopwords: { custom: ['cat'] } }), 1);
  assert.equal(await tokenCount('the cat', { stopwords: { languages: ['english'], custom: ['Cat'] } }), 0);
  assert.equal(await tokenCount('the cat', { stopwords: 'french' }), 2);
  assert.equal(await tokenCount('the cat', { language: 'none' }), 2);
  assert.equal(await tokenCount('a-b c', { tokenizer: 'whitespace', language: 'none' }), 2);
  assert.equal(await tokenCount('abc', { tokenizer: 'prefix', language: 'none' }), 3);
  assert.equal(await tokenCount('cafe café', { language: 'none' }), 2);
  assert.equal(await tokenCount('cafe café', { language: 'none', ascii_folding: true }), 1);
  assert.equal(await tokenCount('Cat cat', { language: 'none', lowercase: false }), 2);
  assert.equal(await tokenCount('a bb ccc', { language: 'none', min_token_len: 2, max_token_len: 2 }), 1);
});

const NO_SERVICE =
  '500 Service internal error: InferenceService is not initialized. ' +
  'Please check if it was properly configured and initialized during startup.';

const REFUSED = [
  [document('x', undefined, 'jinaai/jina'), NO_SERVICE],
  [{ image: 'http://x/y.png', model: 'clip' }, NO_SERVICE],
  [{ object: { a: 1 }, model: 'any' }, NO_SERVICE],
  [{ image: 'x', model: MODEL }, '400 Wrong input: Only text input is supported for qdrant/bm25.'],
  [
    document('x', { tokenizer: 'nope' }),
    '400 Wrong input: Invalid options for qdrant/bm25: unknown tokenizer `nope`',
  ],
  [
    document('x', { k: 'much' }),
    '400 Wrong input: Invalid options for qdrant/bm25: k must be a number of at least 0',
  ],
  [
    document('x', { language: 'klingon' }),
    '400 Wrong input: Invalid options for qdrant/bm25: no stop words are known for `klingon`',
  ],
] as const;

for (const [input, expected] of REFUSED) {
  test(`refuses ${JSON.stringify(input)}`, async () => {
    await api.upsert('c', [{ id: 5, vector: {} }]);
    const points = [{ id: 1, vector: { text: input } }];
    assert.equal(await api.fault('PUT', `${POINTS}?wait=true`, { points }), expected);
    assert.equal(await api.fault('POST', `${POINTS}/query`, { query: input, using: 'text' }), expected);
    assert.deepEqual(await api.result('POST', `${POINTS}/count`, {}), { count: 1 });
  });
}

test('a text makes no dense vector', async () => {
  const expected = '400 Wrong input: Conversion between sparse and regular vectors failed';
  const points = [{ id: 1, vector: { dense: document('x') } }];
  assert.equal(await api.fault('PUT', `${POINTS}?wait=true`, { points }), expected);
  assert.equal(
    await api.fault('POST', `${POINTS}/query`, { query: document('x'), using: 'dense' }),
    expected,
  );
});

test('the unnamed vector as a document', async () => {
  const points = [{ id: 1, vector: document('x') }];
  assert.equal(
    await api.fault('PUT', `${POINTS}?wait=true`, { points }),
    '400 Wrong input: Not existing vector name error: ',
  );
});
