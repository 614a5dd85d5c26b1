import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Dictionary, DictionaryWriter } from '../../../../../src/engine/payload/fields/dictionary.ts';
import { type Env, openEnv } from '../../../../../src/storage/env.ts';
import { tempDir } from '../../../../helpers/temp-dir.ts';

function open(t: TestContext): Env {
  const env = openEnv(tempDir(t));
  t.after(() => env.close());
  return env;
}

function add(env: Env, dictionary: Dictionary, indexId: number, texts: readonly string[]): number[] {
  const { writer, codes } = env.write(() => {
    const running = new DictionaryWriter(dictionary, env, indexId);
    const given = texts.map((text) => running.codeFor(text));
    running.store();
    return { writer: running, codes: given };
  });
  writer.publish();
  return codes;
}

const LONG = 'x'.repeat(400);
const TEXTS = ['a', '', 'b', 'a', 'ab', 'ä', LONG, `${LONG}1`, `${LONG}2`, `${LONG}12`, '\0', 'a\0'];

test('texts keep their codes, for other dictionaries over the same files too', (t) => {
  const env = open(t);
  const dictionary = new Dictionary(env, 1);
  const codes = add(env, dictionary, 1, TEXTS);
  assert.deepEqual(codes, [0, 1, 2, 0, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(add(env, dictionary, 1, ['new', 'a']), [11, 0]);
  const other = new Dictionary(env, 1);
  for (const [i, text] of TEXTS.entries()) {
    assert.equal(other.codeOf(text), codes[i]);
    assert.equal(new Dictionary(env, 1).textOf(codes[i]!), text);
  }
  assert.equal(other.codeOf('nope'), undefined);
  assert.equal(other.size, 12);
});

test('indexes have dictionaries of their own', (t) => {
  const env = open(t);
  add(env, new Dictionary(env, 1), 1, ['a', 'b']);
  const second = new Dictionary(env, 2);
  assert.equal(second.codeOf('a'), undefined);
  assert.deepEqual(add(env, second, 2, ['b']), [0]);
});

test('codes by prefix and by test', (t) => {
  const env = open(t);
  const dictionary = new Dictionary(env, 7);
  add(env, dictionary, 7, TEXTS);
  const byPrefix = (prefix: string) => dictionary.codesWithPrefix(prefix).toSorted((a, b) => a - b);
  assert.deepEqual(byPrefix('a'), [0, 3, 10]);
  assert.deepEqual(byPrefix(''), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(byPrefix(LONG), [5, 6, 7, 8]);
  assert.deepEqual(byPrefix(`${LONG}1`), [6, 8]);
  assert.deepEqual(byPrefix('c'), []);
  assert.deepEqual(
    dictionary.codesWhere((text) => text.endsWith('b')),
    [2, 3],
  );
});

test('codes of a transaction that is rolled back are given again', (t) => {
  const env = open(t);
  const dictionary = new Dictionary(env, 1);
  assert.throws(() =>
    env.write(() => {
      const writer = new DictionaryWriter(dictionary, env, 1);
      writer.codeFor('lost');
      writer.store();
      throw new Error('no space');
    }),
  );
  assert.equal(dictionary.codeOf('lost'), undefined);
  assert.deepEqual(add(env, dictionary, 1, ['kept', 'lost']), [0, 1]);
});
