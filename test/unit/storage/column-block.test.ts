import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BLOCK_BITMAP_BYTES,
  COLUMN_BLOCK_ROWS,
  decodeColumnBlock,
  encodeColumnBlock,
} from '../../../src/storage/column-block.ts';

const fill = (length: number, start: number) => Uint8Array.from({ length }, (_, i) => start + i);

const bytes = (parts: readonly Uint8Array[]) => parts.map((part) => [...part]);

test('what was encoded comes back, for every width of cells', () => {
  for (const cellBytes of [4, 8, 16]) {
    const block = {
      bitmaps: [0, 1, 2].map((i) => fill(BLOCK_BITMAP_BYTES, i)),
      cells: fill(COLUMN_BLOCK_ROWS * cellBytes, 7),
      lists: [fill(2 * cellBytes, 1), fill(5 * cellBytes, 2)],
    };
    const value = encodeColumnBlock(block, cellBytes);
    const decoded = decodeColumnBlock(value, { bitmapCount: 3, cellBytes });
    assert.deepEqual(bytes(decoded.bitmaps), bytes(block.bitmaps));
    assert.deepEqual([...decoded.cells], [...block.cells]);
    assert.deepEqual(bytes(decoded.lists), bytes(block.lists));
  }
});

test('the bytes of a block', () => {
  const bitmap = new Uint8Array(BLOCK_BITMAP_BYTES).fill(1);
  const cells = new Uint8Array(COLUMN_BLOCK_ROWS * 4).fill(2);
  const value = encodeColumnBlock({ bitmaps: [bitmap], cells, lists: [Uint8Array.of(9, 0, 0, 0)] }, 4);
  assert.equal(value.length, 32 + 1024 + 4 + 4);
  assert.deepEqual([...value.subarray(32 + 1024)], [1, 0, 0, 0, 9, 0, 0, 0]);
});
