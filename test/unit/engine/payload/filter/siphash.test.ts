import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sipHash24 } from '../../../../../src/engine/payload/filter/siphash.ts';

/** Key 00 01 … 0f of the reference implementation's test vectors. */
const KEY = [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c];

const hash = (bytes: Uint8Array, key?: readonly number[]) =>
  sipHash24(bytes, (low, high) => (BigInt(high) << 32n) | BigInt(low), key);

test('the vectors of the reference implementation', () => {
  const vectors: readonly (readonly [number, bigint])[] = [
    [0, 0x726fdb47dd0e0e31n],
    [1, 0x74f839c593dc67fdn],
    [8, 0x93f5f5799a932462n],
    [15, 0xa129ca6149be45e5n],
  ];
  for (const [length, expected] of vectors) {
    assert.equal(
      hash(
        Uint8Array.from({ length }, (_, index) => index),
        KEY,
      ),
      expected,
      String(length),
    );
  }
});

/** The same algorithm in bigints. */
function slowHash(bytes: Uint8Array): bigint {
  const mask = 2n ** 64n - 1n;
  const v = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n];
  const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (64n - by))) & mask;
  const round = () => {
    v[0] = (v[0]! + v[1]!) & mask;
    v[1] = rotate(v[1]!, 13n) ^ v[0];
    v[0] = rotate(v[0], 32n);
    v[2] = (v[2]! + v[3]!) & mask;
    v[3] = rotate(v[3]!, 16n) ^ v[2];
    v[0] = (v[0] + v[3]) & mask;
    v[3] = rotate(v[3], 21n) ^ v[0];
    v[2] = (v[2] + v[1]) & mask;
    v[1] = rotate(v[1], 17n) ^ v[2];
    v[2] = rotate(v[2], 32n);
  };
  const padded = new Uint8Array((bytes.length & ~7) + 8);
  padded.set(bytes);
  padded[padded.length - 1] = bytes.length;
  const view = new DataView(padded.buffer);
  for (let at = 0; at < padded.length; at += 8) {
    const word = view.getBigUint64(at, true);
    v[3]! ^= word;
    round();
    round();
    v[0]! ^= word;
  }
  v[2]! ^= 0xffn;
  for (let index = 0; index < 4; index += 1) round();
  return v[0]! ^ v[1]! ^ v[2]! ^ v[3]!;
}

test('zero key, against the same algorithm in bigints', () => {
  for (let length = 0; length < 40; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 167 + length * 31) & 255);
    assert.equal(hash(bytes), slowHash(bytes));
  }
});
