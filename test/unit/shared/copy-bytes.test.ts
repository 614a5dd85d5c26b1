import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyBytes, copyOf } from '../../../src/shared/copy-bytes.ts';

test('bytes of any length are copied to any place, and nothing beside it', () => {
  const target = new Uint8Array(new SharedArrayBuffer(200_000));
  const lengths = [0, 1, 2, 7, 8, 65_536, 65_301];
  const chunks = lengths.map((length, i) => Buffer.alloc(length, i + 1));
  let at = 3;
  for (const chunk of chunks) {
    copyBytes(target, at, chunk);
    at += chunk.length;
  }
  assert.ok(Buffer.concat(chunks).equals(target.subarray(3, at)));
  assert.deepEqual([...target.subarray(0, 3), target[at]], [0, 0, 0, 0]);
});

test('within one buffer too', () => {
  const bytes = Uint8Array.from({ length: 10 }, (_, i) => i);
  copyBytes(bytes, 1, bytes.subarray(0, 9));
  assert.deepEqual([...bytes], [0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(copyOf(bytes.subarray(8)), Uint8Array.of(7, 8));
});

test('what does not fit is refused, not cut off', () => {
  const target = new Uint8Array(8);
  for (const at of [-1, 4, 100, Number.NaN]) assert.throws(() => copyBytes(target, at, new Uint8Array(5)));
});
