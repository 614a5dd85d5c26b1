import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { JsonFloat } from '../../../../src/shared/json/lossless.ts';
import { JsonSyntaxError, RawJson, readJson } from '../../../../src/shared/json/reader.ts';
import { runs } from '../../../helpers/property-runs.ts';

const encoder = new TextEncoder();
const read = (text: string) => readJson(encoder.encode(text));
const readPlain = (text: string) => readJson(encoder.encode(text), { rawKeys: new Set() });
const textOf = (raw: unknown) => {
  assert.ok(raw instanceof RawJson);
  return Buffer.from(raw.bytes).toString();
};

const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

/** What readJson makes of a text, by way of JSON.parse. */
function viaJsonParse(text: string): unknown {
  const parsed = parseWithSource(text, (_, value, { source }) => {
    const isFloat = typeof value === 'number' && /[.eE]/.test(source!);
    return isFloat && Number.isInteger(value) ? new JsonFloat(value) : value;
  });
  return expectedOf(parsed);
}

/** Float32Array for arrays of numbers with a fraction. */
function expectedOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const isNumbers = value.length > 0 && value.every((item) => /number|bigint/.test(typeof item?.valueOf()));
    const hasFraction = value.some((item) => item instanceof JsonFloat || /[.e]/.test(JSON.stringify(item)));
    if (isNumbers && hasFraction && value.every((item) => Number.isFinite(Math.fround(Number(item))))) {
      return Float32Array.from(value, Number);
    }
    return value.map(expectedOf);
  }
  if (typeof value !== 'object' || value === null || value instanceof JsonFloat) return value;
  const object = {};
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(object, key, {
      value: expectedOf(item),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}

function thrownBy(text: string | Uint8Array): string {
  try {
    readJson(typeof text === 'string' ? encoder.encode(text) : text);
  } catch (error) {
    assert.ok(error instanceof JsonSyntaxError, String(error));
    return error.message;
  }
  return 'nothing';
}

test('reads what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.boolean(), (compact, indent) => {
      const text = indent ? JSON.stringify(JSON.parse(compact), null, '\t') : compact;
      const unsafe = /\d{16}/.test(text) || /\\ud[89a-f]/i.test(text);
      fc.pre(!unsafe);
      assert.deepEqual(readPlain(text), viaJsonParse(text));
    }),
    runs(1000),
  );
});

test('accepts and refuses the texts that JSON.parse does', () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '1',
    '-',
    '0',
    '.5',
    'e1',
    'true',
    'nul',
    ' ',
    '\\',
    '\\n',
    'é',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      let value: unknown;
      try {
        value = viaJsonParse(text);
      } catch {
        assert.notEqual(thrownBy(text), 'nothing', text);
        return;
      }
      assert.deepEqual(readPlain(text), value);
    }),
    runs(4000),
  );
});

test('any bytes give a value or a JsonSyntaxError', () => {
  const seed = encoder.encode('{"points":[{"id":1,"vector":[0.1,-2e-3],"payload":{"a":"\\u00e9é"}}]}');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(seed.length), fc.nat(40), (noise, at, cut) => {
      thrownBy(noise);
      const mixed = Buffer.concat([
        seed.subarray(0, at),
        noise,
        seed.subarray(Math.min(seed.length, at + cut)),
      ]);
      thrownBy(mixed);
    }),
    runs(2000),
  );
});

test('malformed UTF-8 is refused as TextDecoder refuses it', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const byte = fc.oneof(
    fc.integer({ min: 0x80, max: 0xff }),
    fc.constantFrom(0x41, 0xe0, 0xed, 0xf0, 0xf4, 0xbf, 0x80),
  );
  fc.assert(
    fc.property(fc.array(byte, { minLength: 1, maxLength: 6 }), (body) => {
      const bytes = Uint8Array.from([0x22, ...body, 0x22]);
      let expected: string | undefined;
      try {
        expected = strict.decode(bytes).slice(1, -1);
      } catch {
        assert.match(thrownBy(bytes), /^invalid unicode code point/);
        return;
      }
      assert.equal(readJson(bytes), expected);
    }),
    runs(3000),
  );
});

test('integers are exact up to u64 and i64, and floats beyond', () => {
  const cases: readonly (readonly [string, number | bigint])[] = [
    ['0', 0],
    ['-0', -0],
    ['9007199254740991', 2 ** 53 - 1],
    ['9007199254740992', 2n ** 53n],
    ['-9007199254740993', -(2n ** 53n) - 1n],
    ['18446744073709551615', 2n ** 64n - 1n],
    ['18446744073709551616', 2 ** 64],
    ['-9223372036854775808', -(2n ** 63n)],
    ['-9223372036854775809', -(2 ** 63)],
    ['123456789012345', 123_456_789_012_345],
    ['1234567890123456', 1_234_567_890_123_456],
    [`1${'0'.repeat(308)}`, 1e308],
  ];
  for (const [text, value] of cases) assert.ok(Object.is(read(text), value), text);
  assert.deepEqual(['1.0', '1e3', '-0.0', '2.50e1', '0.5'].map(read), [
    new JsonFloat(1),
    new JsonFloat(1000),
    new JsonFloat(-0),
    new JsonFloat(25),
    0.5,
  ]);
  assert.equal(thrownBy('1e400'), 'number out of range at line 1 column 5');
  assert.equal(thrownBy(`{"payload":{"a":-1e999}}`).split(' at ')[0], 'number out of range');
});

test('objects under payload stay the bytes that were sent', () => {
  const text =
    '{"payload": { "b":1.0,\n"a":[9007199254740993, "\\ud83d\\ude00"] } , "payloads":[{"x":1},null,{}], "p":{"payload":7}}';
  const value = read(text) as Record<string, unknown>;
  assert.equal(textOf(value.payload), '{ "b":1.0,\n"a":[9007199254740993, "\\ud83d\\ude00"] }');
  const payloads = value.payloads as unknown[];
  assert.equal(textOf(payloads[0]), '{"x":1}');
  assert.equal(payloads[1], null);
  assert.equal(textOf(payloads[2]), '{}');
  assert.deepEqual(value.p, { payload: 7 });
});

test('a vector may be called payload', () => {
  const text = '{"vector":{"payload":{"indices":[1],"values":[0.5]}},"payload":{"payload":{}}}';
  const value = read(text) as { vector: unknown; payload: unknown };
  assert.deepEqual(value.vector, { payload: { indices: [1], values: new Float32Array([0.5]) } });
  assert.equal(textOf(value.payload), '{"payload":{}}');
});

test('rawKeys replaces the default', () => {
  const value = readJson(encoder.encode('{"doc":{"a":1},"payload":{"a":1}}'), { rawKeys: new Set(['doc']) });
  assert.equal(textOf((value as { doc: unknown }).doc), '{"a":1}');
  assert.deepEqual((value as { payload: unknown }).payload, { a: 1 });
});

test('faults inside a raw object are found', () => {
  for (const inner of [
    '{"a":}',
    '{"a":[1,]}',
    '{a:1}',
    '{"a":"\\x"}',
    '{"a":01}',
    '{"a" 1}',
    '{"a":1',
    '{"a":"\u0001"}',
  ]) {
    assert.notEqual(thrownBy(`{"payload":${inner}}`), 'nothing', inner);
    const outside = thrownBy(`{"qayload":${inner}}`);
    assert.equal(thrownBy(`{"payload":${inner}}`), outside);
  }
});

test('arrays with a fraction or an exponent are Float32Array, others plain', () => {
  assert.deepEqual(read('[1, 0.1,-3]'), Float32Array.of(1, 0.1, -3));
  assert.deepEqual(read('[1,2e0]'), Float32Array.of(1, 2));
  assert.deepEqual(read('[1,2]'), [1, 2]);
  assert.deepEqual(read('[0.5,"a",0.25,[0.5]]'), [0.5, 'a', 0.25, Float32Array.of(0.5)]);
  assert.deepEqual(read('[0.5,1e39]'), [0.5, new JsonFloat(1e39)]);
  assert.deepEqual(read('[[0.5],[1]]'), [Float32Array.of(0.5), [1]]);
  assert.equal(Object.is((read('[-0.0]') as Float32Array)[0], -0), true);
});

test('float32 is the nearest to the double nearest to the text', () => {
  const hard = [
    '1.00000005960464477539062', // half way between two floats
    '1.00000005960464477539063',
    '1.000000059604644775390625',
    '3.4028235e38',
    '3.4028235677973366e38', // rounds to infinity
    '1.1754944e-38',
    '1e-45',
    '7.0064923e-46',
    '1e-400',
    '0.000000000000000000000000000000000000000000000000000000000001',
    '123456789012345678901234567890123456789012345678901234567890.5',
    '9.313225746154785e-10',
    '16777217.0',
    '0.1e+2',
  ];
  for (const text of hard) {
    const nearest = Math.fround(Number(text));
    const value = read(`[${text},0.5]`);
    if (!Number.isFinite(nearest)) assert.deepEqual(value, [new JsonFloat(Number(text)), 0.5]);
    else assert.ok(Object.is((value as Float32Array)[0], nearest), text);
  }
  const anyDouble = fc.double({ noNaN: true, noDefaultInfinity: true });
  const anyFloat = fc.float({ noNaN: true, noDefaultInfinity: true });
  const text = fc.oneof(
    anyDouble.map(String),
    anyFloat.map(String),
    anyFloat.map((x) => x.toPrecision(9)),
  );
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), (texts) => {
      const numbers = texts.map(Number);
      fc.pre(numbers.every((number) => Number.isFinite(Math.fround(number))));
      assert.deepEqual(read(`[0.5,${texts.join(' , ')}]`), Float32Array.from([0.5, ...numbers]));
    }),
    runs(1000),
  );
});

test('keys: __proto__ is harmless, the last of two wins', () => {
  const value = read('{"__proto__":{"x":1},"a":1,"a":2}') as Record<string, unknown>;
  assert.deepEqual(Object.keys(value), ['__proto__', 'a']);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.equal(value.x, undefined);
  assert.equal(value.a, 2);
});

const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

test('nesting is limited', () => {
  assert.equal(thrownBy(nested('[', ']', 127)), 'nothing');
  assert.equal(thrownBy(nested('[', ']', 128)), 'recursion limit exceeded at line 1 column 128');
  assert.equal(thrownBy(`{"payload":${nested('{"a":', '}', 126).replace('}', '1}')}}`), 'nothing');
  assert.match(thrownBy(`{"payload":${nested('{"a":', '}', 127).replace('}', '1}')}}`), /^recursion limit/);
});

test('messages and places follow serde_json', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', 'EOF while parsing a value at line 1 column 0'],
    ['x', 'expected value at line 1 column 1'],
    ['[1,]', 'trailing comma at line 1 column 4'],
    ['{"a":1,}', 'trailing comma at line 1 column 8'],
    ['{1', 'key must be a string at line 1 column 2'],
    ['{"a" 1}', 'expected `:` at line 1 column 6'],
    ['{"a":1 "b":2}', 'expected `,` or `}` at line 1 column 8'],
    ['[1 2]', 'expected `,` or `]` at line 1 column 4'],
    ['[', 'EOF while parsing a list at line 1 column 1'],
    ['[1', 'EOF while parsing a list at line 1 column 2'],
    ['[1,', 'EOF while parsing a value at line 1 column 3'],
    ['{', 'EOF while parsing an object at line 1 column 1'],
    ['{"a":', 'EOF while parsing a value at line 1 column 5'],
    ['"abc', 'EOF while parsing a string at line 1 column 4'],
    ['tru', 'EOF while parsing a value at line 1 column 3'],
    ['trux', 'expected ident at line 1 column 4'],
    ['{}\n x', 'trailing characters at line 2 column 2'],
    ['01', 'invalid number at line 1 column 2'],
    ['[1.]', 'invalid number at line 1 column 4'],
    ['-', 'EOF while parsing a value at line 1 column 1'],
    ['"\\q"', 'invalid escape at line 1 column 3'],
    ['"\\ud800"', 'unexpected end of hex escape at line 1 column 8'],
    ['"\\udc00"', 'lone leading surrogate in hex escape at line 1 column 7'],
  ];
  for (const [text, message] of cases) assert.equal(thrownBy(text), message, text);
  try {
    read('[\n1,\n]');
    assert.fail();
  } catch (error) {
    assert.ok(error instanceof JsonSyntaxError);
    assert.deepEqual([error.reason, error.line, error.column], ['trailing comma', 3, 1]);
  }
});
