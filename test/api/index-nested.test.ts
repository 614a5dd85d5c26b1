/** Payload indexes with `nested`: each object of an array is an entry of its own. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
await api.create('c', { size: 1, distance: 'Dot' });

const OFFERS: readonly unknown[] = [
  undefined,
  [{ title: 'red shoes', price: 5 }, { title: 'blue hat' }],
  [{ title: 'Red hat', price: 7 }],
  [],
  null,
  [{ price: null, title: 'shoes' }, 'hat red', { title: ['red', 'hat red'], price: [1, 2] }],
  { title: 'red hat' },
];
await api.upsert(
  'c',
  OFFERS.map((offers, id) => ({ id, vector: [id], payload: offers === undefined ? {} : { offers } })),
);
const index = (field_name: string, field_schema: object) =>
  api.result('PUT', '/collections/c/index?wait=true', { field_name, field_schema });

const found = async (condition: object) => {
  const filter = { must: [condition] };
  const { points } = await api.result<{ points: { id: number }[] }>('POST', '/collections/c/points/scroll', {
    filter,
  });
  return points.map(({ id }) => id);
};

const title = (match: object) => ({ key: 'offers[].title', match });
const price = (asked: object) => ({ key: 'offers[].price', ...asked });
const nested = (...must: object[]) => ({ nested: { key: 'offers', filter: { must } } });

/** What is found without indexes, where that differs, and with them. */
const CASES: readonly (readonly [object, number[], number[]])[] = [
  [title({ text: 'RED hat' }), [], [2, 5]],
  [title({ text: 'red' }), [1, 5], [1, 2, 5]],
  [title({ text: 'red blue' }), [], []],
  [title({ text_any: 'green blue' }), [1], [1]],
  [title({ phrase: 'hat red' }), [5], [5]],
  [title({ phrase: 'red hat' }), [], [2]],
  [title({ value: 'blue hat' }), [1], [1]],
  [nested({ key: 'title', match: { text: 'RED' } }), [], [1, 2, 5]],
  [nested({ key: 'title', match: { text: 'hat red' } }, { key: 'price', range: { gt: 1 } }), [5], [2, 5]],
  [price({ range: { gte: 2 } }), [1, 2, 5], [1, 2, 5]],
  [price({ match: { value: 2 } }), [5], [5]],
  [price({ match: { except: [5, 7] } }), [5], [5]],
  [{ is_empty: { key: 'offers[].price' } }, [0, 3, 4, 6], [1, 5]],
  [price({ is_empty: true }), [0, 3, 4, 5, 6], [1, 5]],
  [price({ is_empty: false }), [1, 2, 5], [1, 2, 5]],
  [{ is_null: { key: 'offers[].price' } }, [5], [5]],
  [price({ is_null: true }), [5], [5]],
  [price({ values_count: { lt: 1 } }), [0, 3, 4, 5, 6], [1, 5]],
  [nested({ is_empty: { key: 'price' } }), [1, 5], [1, 5]],
];

test('without indexes', async () => {
  for (const [condition, expected] of CASES) {
    assert.deepEqual(await found(condition), expected, JSON.stringify(condition));
  }
});

test('a condition holds for a point if it holds for one of its elements', async () => {
  await index('offers[].title', { type: 'text', scoring: true, phrase_matching: true, nested: 'offers' });
  await index('offers[].price', { type: 'integer', nested: 'offers[]' });
  for (const [condition, , expected] of CASES) {
    assert.deepEqual(await found(condition), expected, JSON.stringify(condition));
  }
});

test('facets and orders take the values of all elements', async () => {
  const { hits } = await api.result<{ hits: unknown[] }>('POST', '/collections/c/facet', {
    key: 'offers[].price',
  });
  assert.deepEqual(hits.length, 4);
  const { points } = await api.result<{ points: { id: number }[] }>('POST', '/collections/c/points/scroll', {
    order_by: 'offers[].price',
  });
  assert.deepEqual(
    points.map(({ id }) => id),
    [5, 5, 1, 2],
  );
});

const K = 1.2;
const B = 0.75;

/** The best scores of points, each element a document. */
function scores(points: Readonly<Record<number, readonly string[]>>, words: readonly string[]) {
  const documents = Object.entries(points).flatMap(([id, texts]) =>
    texts.map((text) => ({ id: Number(id), tokens: text.split(' ') })),
  );
  const average = documents.reduce((sum, { tokens }) => sum + tokens.length, 0) / documents.length;
  const best = new Map<number, number>();
  for (const { id, tokens } of documents) {
    const score = words.reduce((sum, word) => {
      const frequency = documents.filter((other) => other.tokens.includes(word)).length;
      const count = tokens.filter((token) => token === word).length;
      const weight = Math.log((documents.length - frequency + 0.5) / (frequency + 0.5) + 1);
      return sum + (weight * count * (K + 1)) / (count + K * (1 - B + (B * tokens.length) / average));
    }, 0);
    best.set(id, Math.max(best.get(id) ?? 0, score));
  }
  return [...best].filter(([, score]) => score > 0).toSorted(([, a], [, b]) => b - a);
}

const ranked = async (text: string, more: object = {}) => {
  const request = { query: { text }, using: 'offers[].title', ...more };
  const { points } = await api.result<{ points: { id: number; score: number }[] }>(
    'POST',
    '/collections/c/points/query',
    request,
  );
  return points.map(({ id, score }) => [id, score] as const);
};

function assertScores(
  actual: readonly (readonly [number, number])[],
  expected: readonly (readonly [number, number])[],
) {
  assert.deepEqual(
    actual.map(([id]) => id),
    expected.map(([id]) => id),
  );
  for (const [i, [, score]] of actual.entries()) assert.ok(Math.abs(score - expected[i]![1]) < 1e-6);
}

const DOCUMENTS = { 1: ['red shoes', 'blue hat'], 2: ['red hat'], 5: ['shoes', 'red hat red'] };

test('BM25 ranks points by their best element', async () => {
  assertScores(await ranked('red'), scores(DOCUMENTS, ['red']));
  assertScores(await ranked('Red hat'), scores(DOCUMENTS, ['red', 'hat']));
  assertScores(
    await ranked('red hat', { filter: { must_not: { has_id: [5] } } }),
    scores(DOCUMENTS, ['red', 'hat']).filter(([id]) => id !== 5),
  );
  assert.deepEqual(await ranked('green'), []);
});

test('BM25 follows changes', async () => {
  await api.upsert('c', [{ id: 8, vector: [1], payload: { offers: [{ title: 'red red hat' }] } }]);
  assertScores(await ranked('red'), scores({ ...DOCUMENTS, 8: ['red red hat'] }, ['red']));
  await api.result('POST', '/collections/c/points/payload?wait=true', {
    payload: { offers: [{ title: 'green' }] },
    points: [8],
  });
  assertScores(await ranked('red'), scores({ ...DOCUMENTS, 8: ['green'] }, ['red']));
  await api.result('POST', '/collections/c/points/delete?wait=true', { points: [8] });
  assertScores(await ranked('red'), scores(DOCUMENTS, ['red']));
});

test('the parameter is shown, and must name an array around the key', async () => {
  const info = await api.result<{ payload_schema: Record<string, { params: object }> }>(
    'GET',
    '/collections/c',
  );
  assert.deepEqual(info.payload_schema['offers[].price']!.params, {
    type: 'integer',
    nested: 'offers[]',
    lookup: null,
    range: null,
    is_principal: null,
  });
  for (const [field_name, around] of [
    ['offers[].title', 'other'],
    ['offers.title', 'offers'],
    ['offers[]', 'offers'],
  ] as const) {
    assert.equal(
      await api.fault('PUT', '/collections/c/index?wait=true', {
        field_name,
        field_schema: { type: 'keyword', nested: around },
      }),
      `400 Bad request: The key \`${field_name}\` is not inside of the elements of \`${around}\``,
    );
  }
});
