import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  decodePointColumns,
  decodeVectorRows,
  encodePointColumns,
  encodeVectorRows,
} from '../../../src/storage/row-batch.ts';
import { runs } from '../../helpers/property-runs.ts';

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const pointColumns = fc.nat(70).chain((count) =>
  fc.record({
    count: fc.constant(count),
    versions: bytesOf(8 * count),
    ids: bytesOf(16 * count),
    idKinds: bytesOf(Math.ceil(count / 8)),
  }),
);

const vectorRows = fc
  .record({ count: fc.nat(70), floats: fc.integer({ min: 1, max: 20 }) })
  .chain(({ count, floats }) =>
    fc.record({
      count: fc.constant(count),
      strideBytes: fc.constant(floats * 4),
      presence: bytesOf(Math.ceil(count / 8)),
      rows: bytesOf(count * floats * 4),
    }),
  );

/** Buffers compare equal to the arrays of the same bytes. */
const plain = (columns: object) =>
  Object.fromEntries(
    Object.entries(columns).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Array.from(value) : value,
    ]),
  );

test('the bytes of the point columns', () => {
  const value = encodePointColumns({
    count: 2,
    versions: new Uint8Array(new Float64Array([3, 4]).buffer),
    ids: Uint8Array.from({ length: 32 }, (_, i) => i),
    idKinds: Uint8Array.of(0b10),
  });
  assert.equal(value.length, 8 + 16 + 32 + 1);
  assert.equal(value.readUInt32LE(0), 2);
  assert.equal(value.readUInt32LE(4), 0);
  assert.equal(value.readDoubleLE(8), 3);
  assert.equal(value.readDoubleLE(16), 4);
  assert.equal(value[24 + 31], 31);
  assert.equal(value[56], 0b10);
});

test('the bytes of the rows of a vector', () => {
  const value = encodeVectorRows({
    count: 9,
    strideBytes: 16,
    presence: Uint8Array.of(0xff, 0x01),
    rows: new Uint8Array(9 * 16).fill(7),
  });
  assert.equal(value.length, 8 + 2 + 9 * 16);
  assert.deepEqual([...value.subarray(0, 11)], [9, 0, 0, 0, 16, 0, 0, 0, 0xff, 0x01, 7]);
});

test('columns and rows read back, whatever follows them in the buffer', () => {
  fc.assert(
    fc.property(pointColumns, vectorRows, fc.uint8Array({ maxLength: 9 }), (points, rows, rest) => {
      const storedPoints = Buffer.concat([encodePointColumns(points), rest]);
      const storedRows = Buffer.concat([encodeVectorRows(rows), rest]);
      assert.deepEqual(plain(decodePointColumns(storedPoints)), plain(points));
      assert.deepEqual(plain(decodeVectorRows(storedRows)), plain(rows));
    }),
    runs(200),
  );
});
