import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { comparePointIds, encodePointId, type PointId } from '../../../src/shared/ids.ts';
import {
  endOfPrefix,
  lastNumberOf,
  META,
  metaKey,
  payloadKey,
  pointIdKey,
  rowBatchKey,
  segmentMetaKey,
  tombstoneKey,
  versionsKey,
} from '../../../src/storage/keys.ts';
import { runs } from '../../helpers/property-runs.ts';

const hex = (key: Uint8Array) => Buffer.from(key).toString('hex');
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const pointId: fc.Arbitrary<PointId> = fc.oneof(
  fc.maxSafeNat(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.uuid(),
);

test('the bytes of every kind of key', () => {
  assert.equal(hex(metaKey(META.formatVersion)), '0001');
  assert.equal(hex(metaKey(META.params)), '0002');
  assert.equal(hex(metaKey(META.seq)), '0003');
  assert.equal(hex(segmentMetaKey(0x01020304)), '000401020304');
  assert.equal(hex(pointIdKey(encodePointId(258))), '01000000000000000102');
  assert.equal(hex(pointIdKey(encodePointId(2n ** 64n - 1n))), '0100ffffffffffffffff');
  const uuid = '936da01f-9abd-4d9d-80c7-02af85c822a8';
  assert.equal(hex(pointIdKey(encodePointId(uuid))), `0101${uuid.replaceAll('-', '')}`);
  assert.equal(hex(payloadKey(1, 0xfffffffe)), '0200000001fffffffe');
  assert.equal(hex(rowBatchKey(2, 0x0304, 5)), '0300000002030400000005');
  assert.equal(hex(tombstoneKey(7, 9)), '040000000700000009');
  assert.equal(hex(versionsKey(7, 9)), '050000000700000009');
});

test('the last number of a key reads back, wherever the key lies in its buffer', () => {
  fc.assert(
    fc.property(u32, u16, u32, (segment, column, last) => {
      for (const key of [
        payloadKey(segment, last),
        tombstoneKey(segment, last),
        rowBatchKey(segment, column, last),
      ]) {
        assert.equal(lastNumberOf(key), last);
        assert.equal(lastNumberOf(Buffer.concat([Buffer.of(1, 2, 3), key]).subarray(3)), last);
      }
    }),
    runs(200),
  );
});

test('keys sort as segment, then column, then offset', () => {
  const triple = fc.tuple(u32, u16, u32);
  fc.assert(
    fc.property(triple, triple, (a, b) => {
      const byNumbers = a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
      assert.equal(Math.sign(Buffer.compare(rowBatchKey(...a), rowBatchKey(...b))), Math.sign(byNumbers));
    }),
    runs(500),
  );
});

test('keys of point ids sort as scrolling goes', () => {
  fc.assert(
    fc.property(pointId, pointId, (a, b) => {
      const order = Buffer.compare(pointIdKey(encodePointId(a)), pointIdKey(encodePointId(b)));
      assert.equal(Math.sign(order), Math.sign(comparePointIds(a, b)));
    }),
    runs(500),
  );
});

test('the end of a prefix lies after every key with the prefix, and before every other that is larger', () => {
  assert.equal(hex(endOfPrefix(Buffer.of(0x01))), '02');
  assert.equal(hex(endOfPrefix(Buffer.of(0x00, 0xff))), '01');
  assert.equal(hex(endOfPrefix(Buffer.of(0x04, 0x00, 0xff, 0xff))), '0401');
  assert.throws(() => endOfPrefix(Buffer.of(0xff, 0xff)), /no key is larger/);
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(bytes, bytes, (prefix, key) => {
      fc.pre(prefix.some((byte) => byte < 0xff));
      const hasPrefix = Buffer.from(key.subarray(0, prefix.length)).equals(prefix);
      const isWithin = Buffer.compare(key, prefix) >= 0 && Buffer.compare(key, endOfPrefix(prefix)) < 0;
      assert.equal(isWithin, hasPrefix);
    }),
    runs(1000),
  );
});
