import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { float64Text } from '../../../../src/shared/json/float64.ts';
import { readJson } from '../../../../src/shared/json/reader.ts';
import { JsonWriter } from '../../../../src/shared/json/writer.ts';
import { float32Samples, shortestFloat32 } from '../../../helpers/float32-text.ts';
import { runs } from '../../../helpers/property-runs.ts';

const written = (write: (writer: JsonWriter) => void) => {
  const writer = new JsonWriter({ capacityBytes: 16 });
  write(writer);
  return Buffer.from(writer.finish()).toString();
};

/** Any UTF-16, lone surrogates too. */
const anyString = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));

const float32 = (value: number) => written((writer) => writer.float32(value));

test('float32 is laid out as serde_json does', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [-100, '-100.0'],
    [0.1, '0.1'],
    [12.34, '12.34'],
    [1.4063001, '1.4063001'],
    [1e-6, '0.000001'],
    [1e-7, '1e-7'],
    [1.5e-7, '1.5e-7'],
    [1e12, '1000000000000.0'],
    [1e13, '1e13'],
    [1e20, '1e20'],
    [1.5e16, '1.5e16'],
    [16_777_216, '16777216.0'],
    [3.4028235e38, '3.4028235e38'],
    [1.1754944e-38, '1.1754944e-38'],
    [2 ** -149, '1e-45'],
    [Number.NaN, 'null'],
    [Number.POSITIVE_INFINITY, 'null'],
    [1e39, 'null'],
  ];
  for (const [value, text] of cases) assert.equal(float32(value), text);
});

test('float32 is the shortest and nearest decimal that reads back', () => {
  for (const value of float32Samples(20_000)) assert.equal(float32(value), shortestFloat32(value));
});

test('arrays of float32', () => {
  assert.equal(
    written((writer) => {
      writer.float32Array(new Float32Array(0));
      writer.float32Array(Float32Array.of(0.5, -1, 0.1));
    }),
    '[][0.5,-1.0,0.1]',
  );
  const values = Float32Array.from(float32Samples(1000));
  const text = written((writer) => writer.float32Array(values));
  assert.deepEqual(readJson(Buffer.from(text)), values);
});

test('a float32 reads back as itself', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.ok(Object.is(Math.fround(JSON.parse(float32(value))), value));
    }),
    runs(2000),
  );
});

test('float64 is laid out as serde_json does and reads back', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0.0'],
    [-0, '-0.0'],
    [3, '3.0'],
    [0.1, '0.1'],
    [1e-5, '0.00001'],
    [1e-6, '1e-6'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e16'],
    [-1.5e300, '-1.5e300'],
    [Number.NaN, 'null'],
  ];
  for (const [value, text] of cases) assert.equal(float64Text(value), text);
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = float64Text(value);
      assert.match(text, /[.e]/);
      assert.ok(Object.is(JSON.parse(text), value));
    }),
    runs(1000),
  );
});

test('strings, ids, text and bytes', () => {
  const text = written((writer) => {
    writer.text('[');
    writer.string('a"\\\n\u0000é😀');
    writer.text(',');
    writer.id(2n ** 64n - 1n);
    writer.text(',');
    writer.id('936da01f-9abd-4d9d-80c7-02af85c822a8');
    writer.text(',');
    writer.bytes(Buffer.from('{"ü":1}'));
    writer.text(',');
    writer.float64(1);
    writer.text(']');
  });
  assert.equal(
    text,
    '["a\\"\\\\\\n\\u0000é😀",18446744073709551615,"936da01f-9abd-4d9d-80c7-02af85c822a8",{"ü":1},1.0]',
  );
  fc.assert(
    fc.property(fc.array(anyString, { maxLength: 4 }), (parts) => {
      const all = written((writer) => {
        for (const part of parts) writer.string(part);
      });
      assert.equal(all, parts.map((part) => JSON.stringify(part)).join(''));
    }),
    runs(100),
  );
});
