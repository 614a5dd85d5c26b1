import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CELL_BYTES, type CellKind, COLUMN_BITMAPS, columnLayout } from '../../src/kernels/column-layout.ts';
import { SEGMENT_BYTES_MAX, WASM_PAGE_BYTES } from '../../src/kernels/memory-layout.ts';

const KINDS = Object.keys(CELL_BYTES) as CellKind[];

test('sections follow one another on 64-byte boundaries without overlapping', () => {
  for (const cell of KINDS) {
    for (const capacity of [1, 63, 64, 65, 1000, 100_000]) {
      const layout = columnLayout({ cell, capacity, scratchCount: 2 });
      const bitmap = Math.ceil(capacity / 8);
      const entryBitmap = Math.ceil(layout.entriesMax / 8);
      const sections: [number, number][] = [
        [layout.header, 4096],
        ...COLUMN_BITMAPS.map((name): [number, number] => [layout[name], bitmap]),
        [layout.cells, Math.ceil(capacity / 64) * 64 * CELL_BYTES[cell]],
        [layout.entryRows, layout.entriesMax * 4],
        [layout.entryValues, layout.entriesMax * CELL_BYTES[cell]],
        ...layout.scratch.flatMap(({ rows, other, entries, otherEntries }): [number, number][] => [
          [rows, bitmap],
          [other, bitmap],
          [entries, entryBitmap],
          [otherEntries, entryBitmap],
        ]),
      ];
      let end = 0;
      for (const [start, bytes] of sections) {
        assert.equal(start % 64, 0);
        assert.ok(start >= end, `${cell} ${capacity}: ${start} after ${end}`);
        end = start + bytes;
      }
      assert.ok(layout.pages * WASM_PAGE_BYTES >= end);
    }
  }
});

test('as many rows as the largest segment has fit into a column of every kind', () => {
  // A vector of one dimension, an id and a version take 40 bytes a row at least.
  const capacity = Math.floor(SEGMENT_BYTES_MAX / 40);
  for (const cell of KINDS) {
    const { pages } = columnLayout({ cell, capacity, scratchCount: 16 });
    assert.ok(pages * WASM_PAGE_BYTES <= SEGMENT_BYTES_MAX + WASM_PAGE_BYTES);
  }
});
