import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeAt, removeAt } from '../../../../src/engine/payload/edit.ts';
import { parsePath } from '../../../../src/engine/payload/path.ts';
import { parsePayload, stringifyPayload } from '../../../../src/shared/json/lossless.ts';

const parsed = (text: string) => parsePayload(Buffer.from(text));

function merged(payload: string, key: string | undefined, changes: string): string {
  const tree = parsed(payload);
  mergeAt(tree, key === undefined ? undefined : parsePath(key), parsed(changes));
  return stringifyPayload(tree);
}

function removed(payload: string, ...keys: readonly string[]): string {
  const tree = parsed(payload);
  for (const key of keys) removeAt(tree, parsePath(key));
  return stringifyPayload(tree);
}

const MERGES: readonly (readonly [
  payload: string,
  key: string | undefined,
  changes: string,
  result: string,
])[] = [
  // Without a key: top-level keys are replaced, not merged, and null deletes.
  ['{}', undefined, '{"a":1}', '{"a":1}'],
  ['{"a":1,"b":2}', undefined, '{"b":3,"c":4}', '{"a":1,"b":3,"c":4}'],
  ['{"a":{"x":1}}', undefined, '{"a":{"y":2}}', '{"a":{"y":2}}'],
  ['{"a":1,"b":2}', undefined, '{"a":null,"z":null}', '{"b":2}'],
  ['{"a":1}', undefined, '{}', '{"a":1}'],
  ['{"a":1}', undefined, '{"b":[null],"c":{"d":null}}', '{"a":1,"b":[null],"c":{"d":null}}'],
  // With a key: merged into the object there.
  ['{"a":{"x":1}}', 'a', '{"y":2}', '{"a":{"x":1,"y":2}}'],
  ['{"a":{"x":1}}', 'a', '{"x":null}', '{"a":{}}'],
  ['{}', 'a.b.c', '{"x":1}', '{"a":{"b":{"c":{"x":1}}}}'],
  ['{"a":5}', 'a', '{"x":1}', '{"a":{"x":1}}'],
  ['{"a":[1]}', 'a', '{"x":1}', '{"a":{"x":1}}'],
  ['{"a":[1]}', 'a.b', '{"x":1}', '{"a":{"b":{"x":1}}}'],
  ['{"a":null}', 'a.b', '{}', '{"a":{"b":{}}}'],
  ['{"a.b":{}}', '"a.b"', '{"x":1}', '{"a.b":{"x":1}}'],
  // Arrays.
  ['{"a":[{"x":1},{"x":2},3]}', 'a[]', '{"y":0}', '{"a":[{"x":1,"y":0},{"x":2,"y":0},{"y":0}]}'],
  ['{"a":[{"x":1},{"x":2}]}', 'a[1]', '{"y":0}', '{"a":[{"x":1},{"x":2,"y":0}]}'],
  ['{"a":[{"x":1}]}', 'a[7]', '{"y":0}', '{"a":[{"x":1}]}'],
  ['{"a":[{"b":1},{"b":{"c":1}}]}', 'a[].b', '{"y":0}', '{"a":[{"b":{"y":0}},{"b":{"c":1,"y":0}}]}'],
  ['{"a":[[1,{"x":1}]]}', 'a[0][]', '{"y":0}', '{"a":[[{"y":0},{"x":1,"y":0}]]}'],
  ['{"a":1}', 'a[]', '{"y":0}', '{"a":[]}'],
  ['{"a":{"x":1}}', 'a[0]', '{"y":0}', '{"a":[]}'],
  ['{}', 'a[].b', '{"y":0}', '{"a":[]}'],
  // Numbers keep their kind and their digits; odd keys are keys.
  [
    '{"a":1.0,"b":18446744073709551615}',
    undefined,
    '{"c":1e2,"d":-0.0}',
    '{"a":1.0,"b":18446744073709551615,"c":100.0,"d":-0.0}',
  ],
  ['{"__proto__":{"x":1}}', '__proto__', '{"y":2}', '{"__proto__":{"x":1,"y":2}}'],
  ['{}', undefined, '{"__proto__":{"y":2},"constructor":1}', '{"__proto__":{"y":2},"constructor":1}'],
  ['{}', 'toString', '{"y":2}', '{"toString":{"y":2}}'],
];

for (const [payload, key, changes, result] of MERGES) {
  test(`${changes} merged into ${payload} at ${key ?? 'the top'}`, () => {
    assert.equal(merged(payload, key, changes), result);
  });
}

const REMOVALS: readonly (readonly [payload: string, keys: readonly string[], result: string])[] = [
  ['{"a":1,"b":2}', ['a'], '{"b":2}'],
  ['{"a":1}', ['b', 'a.b', 'a[]', 'a[0]'], '{"a":1}'],
  ['{"a":{"b":{"c":1,"d":2}}}', ['a.b.c'], '{"a":{"b":{"d":2}}}'],
  ['{"a":{"b":1},"a.b":2}', ['"a.b"'], '{"a":{"b":1}}'],
  ['{"a":[1,2]}', ['a[]'], '{"a":[]}'],
  ['{"a":[1,2]}', ['a[0]'], '{"a":[1,2]}'],
  ['{"a":[{"b":1,"c":1},{"b":2},3]}', ['a[].b'], '{"a":[{"c":1},{},3]}'],
  ['{"a":[{"b":1},{"b":2}]}', ['a[1].b', 'a[9].b'], '{"a":[{"b":1},{}]}'],
  ['{"a":[{"b":1}]}', ['a.b'], '{"a":[{"b":1}]}'],
  ['{"a":[[1],[2]]}', ['a[][]'], '{"a":[[],[]]}'],
  ['{"a":1}', ['__proto__', 'toString'], '{"a":1}'],
  ['{"__proto__":{"x":1}}', ['__proto__.x'], '{"__proto__":{}}'],
];

for (const [payload, keys, result] of REMOVALS) {
  test(`${keys.join(', ')} removed from ${payload}`, () => {
    assert.equal(removed(payload, ...keys), result);
  });
}

test('a change that goes into two places is not shared by them', () => {
  const tree = parsed('{"a":[{},{}]}');
  mergeAt(tree, parsePath('a[]'), parsed('{"o":{"x":[1]}}'));
  mergeAt(tree, parsePath('a[0].o'), parsed('{"y":1}'));
  assert.equal(stringifyPayload(tree), '{"a":[{"o":{"x":[1],"y":1}},{"o":{"x":[1]}}]}');
});
