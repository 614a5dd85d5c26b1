import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyBytes } from '../../../src/shared/copy-bytes.ts';

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
