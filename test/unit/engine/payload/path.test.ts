import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVERY, findValues, parsePath, someValue } from '../../../../src/engine/payload/path.ts';
import { ServiceError } from '../../../../src/shared/errors.ts';

test('paths are keys, indexes and []', () => {
  assert.deepEqual(parsePath('a'), ['a']);
  assert.deepEqual(parsePath('a.b-c_1.ключ'), ['a', 'b-c_1', 'ключ']);
  assert.deepEqual(parsePath('a[].b[3][]'), ['a', EVERY, 'b', 3, EVERY]);
  assert.deepEqual(parsePath('"a.b [x]"."c d".e'), ['a.b [x]', 'c d', 'e']);
  assert.deepEqual(parsePath('12.3'), ['12', '3']);
  assert.equal(parsePath('a.b'), parsePath('a.b'));
});

test('everything else is refused', () => {
  const wrong = [
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    '[]',
    '[0].a',
    'a[',
    'a[x]',
    'a[-1]',
    'a b',
    'a$',
    '"a',
    '""',
    'a"b"',
    'a[]b',
  ];
  for (const text of wrong) {
    assert.throws(
      () => parsePath(text),
      (error) =>
        error instanceof ServiceError &&
        error.httpStatus === 400 &&
        error.message === `Format error in JSON body: Invalid json path: '${text}'`,
      text,
    );
  }
});

const payload = {
  a: { b: 1, list: [{ c: 1 }, { c: [2, 3] }, 4, { d: 5 }] },
  m: [[1, 2], [3]],
  'x.y': true,
  nothing: null,
};

test('values are found by the rules of objects and arrays', () => {
  const cases: readonly (readonly [string, readonly unknown[]])[] = [
    ['a.b', [1]],
    ['a.list', [payload.a.list]],
    ['a.list.c', []],
    ['a.list[].c', [1, [2, 3]]],
    ['a.list[1].c', [[2, 3]]],
    ['a.list[1].c[]', [2, 3]],
    ['a.list[9]', []],
    ['a.list[99999999999999999999]', []],
    ['m[]', [[1, 2], [3]]],
    ['m[][]', [1, 2, 3]],
    ['m[][0]', [1, 3]],
    ['"x.y"', [true]],
    ['x.y', []],
    ['nothing', [null]],
    ['nothing.a', []],
    ['a[]', []],
    ['constructor', []],
    ['__proto__', []],
  ];
  for (const [path, values] of cases) assert.deepEqual(findValues(payload, parsePath(path)), values, path);
});

test('someValue stops at the first value that passes', () => {
  const seen: unknown[] = [];
  const found = someValue(payload, parsePath('m[][]'), (value) => {
    seen.push(value);
    return value === 2;
  });
  assert.equal(found, true);
  assert.deepEqual(seen, [1, 2]);
});
