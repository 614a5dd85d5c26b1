import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { loadTextKernel } from '../../src/kernels/text.ts';
import { JsonSyntaxError, readJson } from '../../src/shared/json/reader.ts';
import { JsonWriter } from '../../src/shared/json/writer.ts';
import { float32Samples, shortestFloat32 } from '../helpers/float32-text.ts';
import { runs } from '../helpers/property-runs.ts';

const kernel = loadTextKernel();

/** The value or the message of the error. */
function outcome(bytes: Uint8Array, withKernel: boolean): unknown {
  try {
    return readJson(bytes, withKernel ? { numbers: kernel.numbers } : {});
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
}

function assertTwins(text: string): void {
  const bytes = Buffer.from(text);
  assert.deepEqual(outcome(bytes, true), outcome(bytes, false), text.length < 200 ? text : 'long text');
}

function print(values: Float32Array, withKernel: boolean): string {
  const writer = new JsonWriter(withKernel ? { floats: kernel.floats, capacityBytes: 64 } : {});
  writer.float32Array(values);
  return Buffer.from(writer.finish()).toString();
}

test('prints the shortest decimals', () => {
  const values = Float32Array.from([...float32Samples(20_000), Number.NaN, Number.NEGATIVE_INFINITY]);
  assert.equal(print(values, true), `[${Array.from(values, shortestFloat32).join(',')}]`);
});

test('prints as its twin does, at every length and over the end of a chunk', () => {
  const values = Float32Array.from(float32Samples(40_000)).toReversed();
  for (let length = 0; length < 68; length += 1) {
    const part = values.subarray(length, 2 * length);
    assert.equal(print(part, true), print(part, false));
  }
  for (const length of [16_383, 16_384, 16_385, 32_768, 40_000]) {
    const part = values.subarray(0, length);
    assert.equal(print(part, true), print(part, false));
  }
});

const digits = fc.stringMatching(/^(?:0|[1-9][0-9]{0,24})(?:\.[0-9]{1,24})?(?:[eE][+-]?[0-9]{1,3})?$/);
const plain = fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => String(value));
const number = fc
  .tuple(
    fc.constantFrom('', '', '-'),
    fc.oneof(
      digits,
      plain.filter((text) => text[0] !== '-'),
    ),
  )
  .map(([sign, text]) => sign + text);
const space = fc.constantFrom('', '', ' ', '\n\t', '\r ');

test('reads arrays as its twin does', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(space, number, space), { maxLength: 12 }), (parts) => {
      assertTwins(`[0.5,${parts.map((part) => part.join('')).join(',')}]`);
      assertTwins(`{"a":[[${parts.map((part) => part.join('')).join(',')}],[1,0.25]]}`);
    }),
    runs(2000),
  );
});

test('reads what is no array of numbers as its twin does', () => {
  const pieces = [
    '1',
    '-',
    '0',
    '.',
    '.5',
    'e',
    'e1',
    'E+',
    '01',
    ',',
    ' ',
    ']',
    '[',
    '"a"',
    'null',
    '1e99',
    '1e400',
    'é',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 10 }), (parts) => {
      assertTwins(`[0.5,${parts.join('')}`);
      assertTwins(`[0.5,${parts.join('')}]`);
    }),
    runs(3000),
  );
});

test('rounds as its twin does where it is hard', () => {
  const halfWay = ['1.000000059604644775390625', '1.00000005960464477539062', '1.00000005960464477539063'];
  const limits = [
    '3.4028235677973366e38',
    '3.4028234e38',
    '1.1754943508222875e-38',
    '1e-45',
    '7e-46',
    '0e99',
    '1e-60',
  ];
  const long = [
    '0.00000000000000000000000000000000000000012345',
    '12345678901234567890.5',
    '999999999999999999.9',
  ];
  for (const text of [...halfWay, ...limits, ...long]) {
    assertTwins(`[${text},0.5]`);
    assertTwins(`[0.5,-${text}]`);
  }
});

test('reads over the end of its window wherever that falls', () => {
  const numbers = float32Samples(36_000).map((value, index) =>
    index % 3 === 0 ? String(value) : ` ${Math.fround(value)} `,
  );
  const text = numbers.join(',');
  assert.ok(text.length > 500_000);
  for (let shift = 1; shift < 40; shift += 1) assertTwins(`[0.${'5'.repeat(shift)},${text}]`);
});

test('reads numbers and spaces that are longer than its window', () => {
  const long = 300_000;
  assertTwins(`[0.5,${' '.repeat(long)}1.5]`);
  assertTwins(`[0.5${' '.repeat(long)},1.5]`);
  assertTwins(`[0.5,0.${'3'.repeat(long)},1.5]`);
  assertTwins(`[0.5,${' '.repeat(long)}`);
  assertTwins(`[0.5,0.${'3'.repeat(long)}`);
});

test('one body after another', () => {
  const first = Buffer.from('[0.5,1]');
  assert.deepEqual(outcome(first, true), Float32Array.of(0.5, 1));
  first.write('[2.5,9]');
  assert.deepEqual(outcome(first, true), Float32Array.of(2.5, 9));
});
