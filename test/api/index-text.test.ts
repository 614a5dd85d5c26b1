import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const C = '/collections/texts';

beforeEach(async () => {
  await api.result('DELETE', C);
  await api.create('texts', { size: 1, distance: 'Dot' });
});

const write = (texts: readonly unknown[]) =>
  api.upsert(
    'texts',
    texts.map((text, i) => ({ id: i + 1, vector: [1], payload: { text } })),
  );

const index = (params: object = {}) =>
  api.result('PUT', `${C}/index?wait=true`, {
    field_name: 'text',
    field_schema: { type: 'text', ...params },
  });

async function ids(match: object): Promise<unknown[]> {
  const { points } = await api.result<{ points: { id: number }[] }>('POST', `${C}/points/scroll`, {
    filter: { must: { key: 'text', match } },
    limit: 100,
  });
  return points.map(({ id }) => id);
}

const ANIMALS = [
  'The quick brown fox jumps over the lazy dog',
  'Quick! A fox.',
  'brown dogs and brown foxes',
  ['lazy cats', 'quick dogs'],
  7,
  '',
];

test('without an index texts are looked for as they are', async () => {
  await write(ANIMALS);
  assert.deepEqual(await ids({ text: 'fox' }), [1, 2, 3]);
  assert.deepEqual(await ids({ text: 'Fox' }), []);
  assert.deepEqual(await ids({ text: '' }), [1, 2, 3, 4, 6]);
});

test('all words, any word, in any case and any order', async () => {
  await write(ANIMALS);
  await index();
  assert.deepEqual(await ids({ text: 'fox' }), [1, 2]);
  assert.deepEqual(await ids({ text: 'FOX quick' }), [1, 2]);
  assert.deepEqual(await ids({ text: 'quick dog' }), [1]);
  assert.deepEqual(await ids({ text_any: 'dog foxes cats' }), [1, 3, 4]);
  // Of an array all elements count together.
  assert.deepEqual(await ids({ text: 'lazy quick' }), [1, 4]);
});

test('a word that no text has, and a query without words, match nothing', async () => {
  await write(ANIMALS);
  await index();
  assert.deepEqual(await ids({ text: 'fox zebra' }), []);
  for (const empty of ['', ' ,.! ']) {
    assert.deepEqual(await ids({ text: empty }), []);
    assert.deepEqual(await ids({ text_any: empty }), []);
    assert.deepEqual(await ids({ phrase: empty }), []);
  }
});

test('phrases: words one after the other, never across the elements of an array', async () => {
  await write(ANIMALS);
  await index({ phrase_matching: true });
  assert.deepEqual(await ids({ phrase: 'brown fox' }), [1]);
  assert.deepEqual(await ids({ phrase: 'BROWN, dogs' }), [3]);
  assert.deepEqual(await ids({ phrase: 'brown foxes' }), [3]);
  assert.deepEqual(await ids({ phrase: 'cats quick' }), []);
  assert.deepEqual(await ids({ phrase: 'quick' }), [1, 2, 4]);
  await index();
  assert.deepEqual(await ids({ phrase: 'brown fox' }), []);
});

test('stop words are in no text and in no query', async () => {
  await write(ANIMALS);
  await index({ stopwords: { languages: ['english'], custom: ['Quick'] }, phrase_matching: true });
  assert.deepEqual(await ids({ text: 'the fox' }), [1, 2]);
  assert.deepEqual(await ids({ text: 'the' }), []);
  assert.deepEqual(await ids({ text: 'quick' }), []);
  assert.deepEqual(await ids({ phrase: 'jumps lazy' }), [1]);
});

test('stems, by a language or its alias', async () => {
  await write(ANIMALS);
  for (const language of ['english', 'en']) {
    await index({ stemmer: { type: 'snowball', language } });
    assert.deepEqual(await ids({ text: 'foxes' }), [1, 2, 3]);
    assert.deepEqual(await ids({ text: 'jumping dog' }), [1]);
  }
  await index({ stemmer: { type: 'none' } });
  assert.deepEqual(await ids({ text: 'foxes' }), [3]);
});

test('case and accents', async () => {
  await write(['Café Über', 'cafe uber', 'CAFE']);
  await index({ lowercase: false });
  assert.deepEqual(await ids({ text: 'cafe' }), [2]);
  await index({ ascii_folding: true });
  assert.deepEqual(await ids({ text: 'cafe' }), [1, 2, 3]);
  assert.deepEqual(await ids({ text: 'ÜBER' }), [1, 2]);
});

test('tokenizers: words, white space, prefixes, and the words of each script', async () => {
  await write(['well-known, e-mail@host', 'known mail', '今天是星期一']);
  await index({ tokenizer: 'word' });
  assert.deepEqual(await ids({ text: 'known' }), [1, 2]);
  await index({ tokenizer: 'whitespace' });
  assert.deepEqual(await ids({ text: 'known' }), [2]);
  assert.deepEqual(await ids({ text: 'well-known,' }), [1]);
  await index({ tokenizer: 'prefix', min_token_len: 2, max_token_len: 4 });
  assert.deepEqual(await ids({ text: 'kn' }), [1, 2]);
  assert.deepEqual(await ids({ text: 'knowledge ma' }), [1, 2]);
  assert.deepEqual(await ids({ text: 'k' }), []);
  await index({ tokenizer: 'multilingual' });
  assert.deepEqual(await ids({ text: '星期一' }), [3]);
});

test('lengths of tokens', async () => {
  await write(['a bc def ghij']);
  await index({ min_token_len: 2, max_token_len: 3 });
  assert.deepEqual(await ids({ text: 'bc def' }), [1]);
  assert.deepEqual(await ids({ text_any: 'a ghij' }), []);
});

test('the index follows changes of payloads, in place and by new points', async () => {
  await write(['red fox', 'blue fox']);
  await index({ phrase_matching: true });
  await api.result('POST', `${C}/points/payload?wait=true`, { payload: { text: 'red hen' }, points: [2] });
  assert.deepEqual(await ids({ text: 'fox' }), [1]);
  assert.deepEqual(await ids({ text: 'red' }), [1, 2]);
  assert.deepEqual(await ids({ phrase: 'red hen' }), [2]);
  await write(['green hen']);
  assert.deepEqual(await ids({ text: 'fox' }), []);
  assert.deepEqual(await ids({ text: 'hen' }), [1, 2]);
  await api.result('POST', `${C}/points/delete?wait=true`, { points: [2] });
  assert.deepEqual(await ids({ text: 'hen' }), [1]);
  const { payload_schema: schema } = await api.result<{ payload_schema: { text: { points: number } } }>(
    'GET',
    C,
  );
  assert.equal(schema.text.points, 1);
});

test('matches that are not of words ask the text itself', async () => {
  await write(ANIMALS);
  await index();
  assert.deepEqual(await ids({ value: 'Quick! A fox.' }), [2]);
  assert.deepEqual(await ids({ value: 'quick a fox' }), []);
  assert.deepEqual(await ids({ any: ['Quick! A fox.', ''] }), [2, 6]);
  assert.deepEqual(await ids({ except: ['Quick! A fox.'] }), [1, 3, 4, 5, 6]);
  assert.deepEqual(await ids({ prefix: 'Qu' }), [2]);
  assert.deepEqual(await ids({ value: 7 }), [5]);
});
