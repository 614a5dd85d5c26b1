import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestBuffers } from '../../../src/shared/request-buffers.ts';

const MEBIBYTE = 1024 * 1024;

test('a large buffer that was given back is used again, for any size of its class', () => {
  const buffers = new RequestBuffers();
  const first = buffers.take(MEBIBYTE);
  assert.equal(first.length, MEBIBYTE);
  buffers.giveBack(first);
  const second = buffers.take(MEBIBYTE - 5);
  assert.equal(second.length, MEBIBYTE - 5);
  assert.equal(second.buffer, first.buffer);
});

test('nobody shares a buffer, even if it is given back twice', () => {
  const buffers = new RequestBuffers();
  const first = buffers.take(MEBIBYTE);
  assert.notEqual(buffers.take(MEBIBYTE).buffer, first.buffer);
  buffers.giveBack(first);
  buffers.giveBack(first);
  assert.notEqual(buffers.take(MEBIBYTE).buffer, buffers.take(MEBIBYTE).buffer);
});

test('small buffers own their memory and are not kept', () => {
  const buffers = new RequestBuffers();
  const small = buffers.take(1000);
  assert.ok(small.buffer instanceof ArrayBuffer);
  assert.equal(small.buffer.byteLength, 1000);
  buffers.giveBack(small);
  assert.notEqual(buffers.take(1000).buffer, small.buffer);
});

test('buffers of others are left alone', () => {
  const buffers = new RequestBuffers();
  const foreign = new Uint8Array(new SharedArrayBuffer(MEBIBYTE));
  buffers.giveBack(foreign);
  assert.notEqual(buffers.take(MEBIBYTE).buffer, foreign.buffer);
});

test('no more is kept than the limit', () => {
  const buffers = new RequestBuffers();
  const lent = Array.from({ length: 3 }, () => buffers.take(64 * MEBIBYTE));
  for (const view of lent) buffers.giveBack(view);
  const again = new Set(Array.from({ length: 3 }, () => buffers.take(64 * MEBIBYTE).buffer));
  assert.equal(lent.filter(({ buffer }) => again.has(buffer)).length, 2);
});
