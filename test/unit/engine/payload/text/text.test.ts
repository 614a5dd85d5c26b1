import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Analysis,
  DEFAULT_ANALYSIS,
  documentTokens,
  queryTokens,
} from '../../../../../src/engine/payload/text/analyzer.ts';
import { foldToAscii } from '../../../../../src/engine/payload/text/ascii-folding.ts';
import { murmur3 } from '../../../../../src/engine/payload/text/murmur3.ts';
import { stemmerOf } from '../../../../../src/engine/payload/text/stemmer.ts';
import { stopwordsOf } from '../../../../../src/engine/payload/text/stopwords.ts';

const analysis = (changes: Partial<Analysis>): Analysis => ({ ...DEFAULT_ANALYSIS, ...changes });

test('words are split at everything that is neither letter nor number', () => {
  assert.deepEqual(documentTokens(DEFAULT_ANALYSIS, "  Don't stop-at 3.14, Ünïcode_and ½ Ⅷ日本 😀!"), [
    'don',
    't',
    'stop',
    'at',
    '3',
    '14',
    'ünïcode',
    'and',
    '½',
    'ⅷ日本',
  ]);
  assert.deepEqual(documentTokens(DEFAULT_ANALYSIS, ' .,;\n'), []);
});

test('white space alone', () => {
  const tokens = documentTokens(
    analysis({ tokenizer: 'whitespace', lowercase: false }),
    " Don't\tstop-at\u00a03.14\u2003x ",
  );
  assert.deepEqual(tokens, ["Don't", 'stop-at', '3.14', 'x']);
});

test('prefixes of each word in a document, the longest one in a query', () => {
  const prefixes = analysis({ tokenizer: 'prefix', minLength: 2, maxLength: 4, stopwords: new Set(['the']) });
  assert.deepEqual(documentTokens(prefixes, 'The a hello 日本'), ['he', 'hel', 'hell', '日本']);
  assert.deepEqual(queryTokens(prefixes, 'The a hello 日本'), ['the', 'hell', '日本']);
});

test('scripts without spaces are segmented', () => {
  assert.deepEqual(documentTokens(analysis({ tokenizer: 'multilingual' }), '本を読む. Read it!'), [
    '本',
    'を',
    '読む',
    'read',
    'it',
  ]);
});

test('identifiers of programs fall into their parts', () => {
  const text = 'parseHTTP2_body(readJson, XMLNode, snake_case, x1, ÄußereForm)';
  assert.deepEqual(
    documentTokens(analysis({ tokenizer: 'code' }), text).join(' '),
    'parse http 2 body read json xml node snake case x 1 äußere form',
  );
});

test('fold, lower case, stop words, stem, length: in this order', () => {
  const all = analysis({
    asciiFolding: true,
    stopwords: new Set(['cafe', 'running']),
    stemmer: (word) => word.replace(/ning$/, ''),
    minLength: 3,
    maxLength: 4,
  });
  // The stop word is met after folding, the stem before the length.
  assert.deepEqual(documentTokens(all, 'CAFÉ Runnning xx planning toolong'), ['runn', 'plan']);
});

test('folding leaves other scripts alone', () => {
  assert.equal(foldToAscii('Ærøskøbing Łódź ﬁ straße naïve Ǟ'), 'AEroskobing Lodz ﬁ strasse naive A');
  assert.equal(foldToAscii('й Ω が'), 'й Ω が');
});

test('stop words by name and by alias', () => {
  assert.ok(stopwordsOf('english')?.has('the'));
  assert.ok(stopwordsOf('english')?.has("don't"));
  assert.equal(stopwordsOf('EN'), stopwordsOf('english'));
  assert.ok(stopwordsOf('de')?.has('nicht'));
  assert.ok(stopwordsOf('japanese')?.has('の'));
  assert.equal(stopwordsOf('klingon'), undefined);
  assert.equal(stopwordsOf('__proto__'), undefined);
});

test('stemmers by name and by alias', () => {
  const stem = stemmerOf('english')!;
  assert.deepEqual(['running', 'generously', 'skies', 'news'].map(stem), ['run', 'generous', 'sky', 'news']);
  assert.equal(stemmerOf('fr')?.('continuellement'), 'continuel');
  assert.equal(stemmerOf('chinese'), undefined);
});

const HASHES = [
  ['', 0],
  ['a', 0x3c2569b2],
  ['ab', 0x9bbfd75f],
  ['abc', 0xb3dd93fa],
  ['abcd', 0x43ed676a],
  ['hello', 0x248bfa47],
  ['hello, world', 0x149bbb7f],
  ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
] as const;

for (const [text, hash] of HASHES) {
  test(`MurmurHash3 of ${JSON.stringify(text)}`, () => {
    assert.equal(murmur3(new TextEncoder().encode(text)) >>> 0, hash);
  });
}
