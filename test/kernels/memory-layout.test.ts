import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  LAYOUT_CONSTANTS,
  SEGMENT_BYTES_MAX,
  type SegmentLayout,
  SCRATCH_HEAP_MAX,
  segmentLayout,
} from '../../src/kernels/memory-layout.ts';
import { kernelPair } from './support.ts';

/** [start, bytes] of every section. */
function sections(layout: SegmentLayout, queryBytes: number): [number, number][] {
  const bitmap = layout.bitmapBytes;
  return [
    [layout.header, 4096],
    [layout.tombstones, bitmap],
    [layout.idKinds, bitmap],
    [layout.ids, 16 * layout.capacity],
    [layout.versions, 8 * layout.capacity],
    ...layout.vectors.flatMap((v): [number, number][] => [
      [v.present, bitmap],
      [v.rows, v.strideBytes * layout.capacity],
    ]),
    ...layout.scratch.flatMap((s): [number, number][] => [
      [s.query, queryBytes],
      [s.heap, 8 * SCRATCH_HEAP_MAX],
      [s.filter, bitmap],
      [s.tombstones, bitmap],
      [s.scores, 4 * SCRATCH_HEAP_MAX],
      [s.offsets, 4 * SCRATCH_HEAP_MAX],
    ]),
  ];
}

const options = fc.record({
  dims: fc.array(fc.integer({ min: 1, max: 65_536 }), { maxLength: 4 }),
  capacity: fc.option(fc.integer({ min: 1, max: 3000 }), { nil: undefined }),
  scratchCount: fc.integer({ min: 0, max: 8 }),
});

test('sections are aligned, do not overlap, and end inside the memory', () => {
  fc.assert(
    fc.property(options, ({ dims, capacity, scratchCount }) => {
      const vectors = dims.map((dim, i) => ({ name: `v${i}`, dim }));
      const layout = segmentLayout({
        vectors,
        scratchCount,
        ...(capacity === undefined ? {} : { capacity }),
      });
      let end = 0;
      for (const [start, bytes] of sections(layout, 4 * Math.max(0, ...dims))) {
        assert.equal(start % 64, 0);
        assert.ok(start >= end, `section at ${start} starts before ${end}`);
        end = start + bytes;
      }
      assert.ok(end <= layout.bytes && layout.bytes <= SEGMENT_BYTES_MAX);
      assert.equal(layout.bytes, layout.pages * 65_536);
    }),
  );
});

test('without a capacity the segment holds the most rows that fit', () => {
  const base = { vectors: [{ name: '', dim: 384 }], scratchCount: 2, bytesMax: 10_000_000 };
  const { capacity, bytes } = segmentLayout(base);
  assert.ok(bytes <= base.bytesMax);
  assert.throws(() => segmentLayout({ ...base, capacity: capacity + 64 }), /the limit is/);
  assert.throws(() => segmentLayout({ ...base, bytesMax: 65_536 }), /capacity 0/);
});

test('the kernels were compiled with the constants of memory-layout.ts', () => {
  const { kernels } = kernelPair(1);
  assert.deepEqual(
    LAYOUT_CONSTANTS.map((_, i) => kernels.layoutConstant(i)),
    LAYOUT_CONSTANTS,
  );
  assert.equal(kernels.layoutConstant(LAYOUT_CONSTANTS.length) >>> 0, 0xffffffff);
});
