import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WithPayloadInterface } from '../../../../schemas/common.ts';
import { compileSelector } from '../../../../src/engine/payload/selector.ts';
import { ServiceError } from '../../../../src/shared/errors.ts';
import { JsonWriter } from '../../../../src/shared/json/writer.ts';

function select(withPayload: WithPayloadInterface, text: string): string | undefined {
  const selector = compileSelector(withPayload);
  if (selector === undefined) return undefined;
  const writer = new JsonWriter();
  selector.write(writer, Buffer.from(text));
  return Buffer.from(writer.finish()).toString();
}

const text = '{"a":{"b":1.0,"c":[{"d":1,"e":"ü"},{"d":2},3]},"big":18446744073709551615,"z":null}';

test('true is a copy of the text, false is nothing', () => {
  const odd = '{ "a" : 1.50,\n"a":2 }';
  assert.equal(select(true, odd), odd);
  assert.equal(select(false, odd), undefined);
});

test('lists and include keep what agrees with a path', () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], '{}'],
    [['a.b'], '{"a":{"b":1.0}}'],
    [['big', 'z'], '{"big":18446744073709551615,"z":null}'],
    [['a.c'], '{"a":{"c":[{"d":1,"e":"ü"},{"d":2},3]}}'],
    [['a.c[].d'], '{"a":{"c":[{"d":1},{"d":2},3]}}'],
    [['a.c[0].d'], '{"a":{"c":[]}}'],
    [['a.c.d'], '{"a":{"c":[]}}'],
    [['a.c[].e', 'a.b'], '{"a":{"b":1.0,"c":[{"e":"ü"},{},3]}}'],
    [['a.x'], '{"a":{}}'],
    [['z.x'], '{"z":null}'],
    [['y'], '{}'],
  ];
  for (const [paths, expected] of cases) {
    assert.equal(select([...paths], text), expected, paths.join());
    assert.equal(select({ include: [...paths] }, text), expected, paths.join());
  }
});

test('exclude drops what a path leads to', () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], text],
    [['a'], '{"big":18446744073709551615,"z":null}'],
    [['a.b', 'a.c', 'big'], '{"a":{},"z":null}'],
    [['a.c[].d'], '{"a":{"b":1.0,"c":[{"e":"ü"},{},3]},"big":18446744073709551615,"z":null}'],
    [['a.c[]', 'a.b', 'z', 'big'], '{"a":{"c":[]}}'],
    [['a.c[1]', 'a.c.d'], text],
  ];
  for (const [paths, expected] of cases)
    assert.equal(select({ exclude: [...paths] }, text), expected, paths.join());
});

test('a path that does not parse is an error before anything is written', () => {
  assert.throws(() => compileSelector(['a b']), ServiceError);
});

test('what is selected stays the text that was sent: order of keys, spelling of numbers and strings', () => {
  const odd = '{ "b" : 1.50e3 ,\n"7":{"2":-0,"1":[ 1.0, {"0":"\\u00e9"} ] },"__proto__":{"x":1}, "a":[] }';
  assert.equal(
    select({ exclude: ['a'] }, odd),
    odd.replace(', "a":[] }', '}').replace('{ "b" : 1.50e3 ,\n', '{"b" : 1.50e3,'),
  );
  assert.equal(select(['7.1', '7.2', 'a[].x'], odd), '{"7":{"2":-0,"1":[ 1.0, {"0":"\\u00e9"} ]},"a":[]}');
  assert.equal(select(['7.1[].0'], odd), '{"7":{"1":[1.0,{"0":"\\u00e9"}]}}');
  assert.equal(select(['"__proto__".x'], odd), '{"__proto__":{"x":1}}');
  assert.equal(select({ exclude: ['b', '"7"', '"__proto__".x'] }, odd), '{"__proto__":{},"a":[]}');
});
