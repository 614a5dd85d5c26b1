import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  comparePointIds,
  decodePointId,
  encodePointId,
  type PointId,
  parsePathPointId,
  parsePointId,
  pointIdJson,
  readIdColumn,
  writeIdColumn,
} from '../../../src/shared/ids.ts';
import { runs } from '../../helpers/property-runs.ts';

const UUID = '936da01f-9abd-4d9d-80c7-02af85c822a8';

const anyId = fc.oneof(
  fc.maxSafeNat(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.uuid({ version: [1, 4, 7] }),
) satisfies fc.Arbitrary<PointId>;

test('every form of a UUID becomes lower-case hyphenated', () => {
  for (const form of [
    UUID,
    UUID.toUpperCase(),
    UUID.replaceAll('-', ''),
    `urn:uuid:${UUID}`,
    `{${UUID}}`,
    `{${UUID.toUpperCase()}}`,
  ]) {
    assert.equal(parsePointId(form), UUID, form);
  }
});

test('what is not an id is refused', () => {
  const wrong = [
    '5',
    '',
    'abc',
    `${UUID}0`,
    `{${UUID.replaceAll('-', '')}}`,
    UUID.replace('9', 'g'),
    -1,
    0.5,
  ];
  for (const value of [...wrong, -0, 2 ** 53, Number.NaN, 2n ** 64n, -1n, null, true, {}, []]) {
    assert.equal(parsePointId(value), undefined, String(value));
  }
});

test('integers up to 2^64-1 are ids, a bigint only where a number is not exact', () => {
  assert.equal(parsePointId(0), 0);
  assert.equal(parsePointId(7n), 7);
  assert.equal(parsePointId(2n ** 53n - 1n), Number.MAX_SAFE_INTEGER);
  assert.equal(parsePointId(2n ** 53n), 2n ** 53n);
  assert.equal(parsePointId(2n ** 64n - 1n), 2n ** 64n - 1n);
});

test('in a path digits are an integer', () => {
  assert.equal(parsePathPointId('5'), 5);
  assert.equal(parsePathPointId('18446744073709551615'), 2n ** 64n - 1n);
  assert.equal(parsePathPointId('18446744073709551616'), undefined);
  assert.equal(parsePathPointId(UUID), UUID);
  assert.equal(parsePathPointId('12345678123456781234567812345678'), '12345678-1234-5678-1234-567812345678');
  assert.equal(parsePathPointId('x'), undefined);
});

test('integers come before UUIDs', () => {
  const sorted: PointId[] = [0, 9, 10, 2 ** 53 - 1, 2n ** 53n, 2n ** 64n - 1n, `0${UUID.slice(1)}`, UUID];
  assert.deepEqual(sorted.toReversed().toSorted(comparePointIds), sorted);
});

test('JSON text of ids', () => {
  assert.equal(pointIdJson(5), '5');
  assert.equal(pointIdJson(2n ** 64n - 1n), '18446744073709551615');
  assert.equal(pointIdJson(UUID), `"${UUID}"`);
});

test('keys and columns give the id back, and keys sort as ids do', () => {
  fc.assert(
    fc.property(anyId, anyId, (a, b) => {
      assert.equal(decodePointId(encodePointId(a)), a);
      const view = new DataView(new ArrayBuffer(48));
      const isUuid = writeIdColumn(view, 16, a);
      assert.equal(readIdColumn(view, 16, isUuid), a);
      const byKey = Math.sign(Buffer.compare(encodePointId(a), encodePointId(b)));
      assert.equal(byKey, comparePointIds(a, b));
    }),
    runs(200),
  );
});

test('bytes that are no key are refused', () => {
  assert.throws(() => decodePointId(new Uint8Array(9).fill(2)), RangeError);
  assert.throws(() => decodePointId(new Uint8Array(3)), RangeError);
});
