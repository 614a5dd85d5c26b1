import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { JsonFloat, parsePayload, stringifyPayload } from '../../../../src/shared/json/lossless.ts';
import { runs } from '../../../helpers/property-runs.ts';

const parse = (text: string) => parsePayload(Buffer.from(text));

test('1 and 1.0 stay apart', () => {
  assert.deepEqual(parse('{"a":1,"b":1.0,"c":[1e3, -2.50,1E2],"d":{"e":-0,"f":0.5}}'), {
    a: 1,
    b: new JsonFloat(1),
    c: [new JsonFloat(1000), -2.5, new JsonFloat(100)],
    d: { e: new JsonFloat(-0), f: 0.5 },
  });
  assert.deepEqual(parse('{"a": 1.0}'), { a: new JsonFloat(1) });
  assert.deepEqual(parse('{"a":\n-1.000}'), { a: new JsonFloat(-1) });
});

test('big integers are exact up to u64 and i64', () => {
  assert.deepEqual(
    parse('{"a":[18446744073709551615,-9223372036854775808,9007199254740991,18446744073709551616]}'),
    {
      a: [2n ** 64n - 1n, -(2n ** 63n), 2 ** 53 - 1, new JsonFloat(2 ** 64)],
    },
  );
});

test('numbers inside of strings do no harm', () => {
  const text = '{"a":"x 1.0","b":": 12345678901234567890","c":"5e1","d":1}';
  assert.deepEqual(parse(text), JSON.parse(text));
});

test('keys that objects inherit are plain keys', () => {
  const value = parse('{"__proto__":{"x":1.0},"constructor":2}');
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.equal(stringifyPayload(value), '{"__proto__":{"x":1.0},"constructor":2}');
});

test('printing gives the text back', () => {
  const text = '{"a":1,"b":1.0,"c":[0.1,1e20,18446744073709551615,true,null],"d":{"é":"\\n"}}';
  assert.equal(stringifyPayload(parse(text)), text);
});

test('what JSON.stringify prints comes back as it was', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (json) => {
      const text = JSON.stringify({ value: JSON.parse(json) });
      const again = stringifyPayload(parse(text));
      assert.deepEqual(parse(again), parse(text));
      assert.deepEqual(JSON.parse(again), JSON.parse(text));
    }),
    runs(500),
  );
});
