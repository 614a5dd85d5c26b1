import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  RING,
  type RingShape,
  ringViews,
  SLOT,
  slotData,
  slotHeader,
} from '../../../src/protocol/ring-layout.ts';
import { runs } from '../../helpers/property-runs.ts';

const shapes: fc.Arbitrary<RingShape> = fc.record({
  slotCount: fc.integer({ min: 1, max: 300 }),
  slotBytes: fc.integer({ min: 1, max: 40 }).map((blocks) => blocks * 64),
  threadCount: fc.integer({ min: 1, max: 40 }),
});

test('sections do not overlap and end with the buffer', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const ring = ringViews(shape);
      assert.ok(Math.max(...Object.values(RING)) < ring.readyQueue);
      assert.ok(ring.queueMask + 1 >= shape.slotCount && Number.isInteger(Math.log2(ring.queueMask + 1)));
      assert.equal(ring.mailFlags, ring.readyQueue + ring.queueMask + 1);
      assert.ok((ring.mailFlags + shape.threadCount) * 4 <= ring.slotsByte);
      let end = ring.slotsByte;
      for (let slot = 0; slot < shape.slotCount; slot++) {
        assert.equal(slotHeader(ring, slot) * 4, end);
        const data = slotData(ring, slot);
        assert.equal(data.byteOffset, end + 64);
        assert.equal(data.length, shape.slotBytes);
        end = data.byteOffset + data.length;
      }
      assert.equal(end, ring.buffer.byteLength);
    }),
    runs(200),
  );
});

test('headers start on cache lines, so that slots do not slow each other down', () => {
  const ring = ringViews({ slotCount: 4, slotBytes: 192, threadCount: 3 });
  for (let slot = 0; slot < 4; slot++) assert.equal((slotHeader(ring, slot) * 4) % 64, 0);
});

test('the words of a header differ, the deadline is a whole double, and all fit', () => {
  const { deadline, ...others } = SLOT;
  const words = [...Object.values(others), deadline, deadline + 1];
  assert.equal(new Set(words).size, words.length);
  assert.ok(Math.max(...words) < 64 / 4);
  const ring = ringViews({ slotCount: 2, slotBytes: 64, threadCount: 1 });
  for (const slot of [0, 1]) assert.equal((slotHeader(ring, slot) + deadline) % 2, 0);
});

test('a second thread sees what the first wrote', () => {
  const shape = { slotCount: 2, slotBytes: 64, threadCount: 1 };
  const first = ringViews(shape);
  const second = ringViews(shape, first.buffer);
  first.words[slotHeader(first, 1) + SLOT.task] = 5;
  first.doubles[(slotHeader(first, 1) + SLOT.deadline) / 2] = 1.5;
  slotData(first, 1)[63] = 9;
  assert.equal(second.words[slotHeader(second, 1) + SLOT.task], 5);
  assert.equal(second.doubles[(slotHeader(second, 1) + SLOT.deadline) / 2], 1.5);
  assert.equal(slotData(second, 1)[63], 9);
});
