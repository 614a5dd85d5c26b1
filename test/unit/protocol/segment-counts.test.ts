import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSegmentHandle } from '../../../src/engine/segment/segment.ts';
import { HEADER } from '../../../src/kernels/memory-layout.ts';
import { pointsIn } from '../../../src/protocol/segment-counts.ts';

function segment(id: number, header: Partial<Record<keyof typeof HEADER, number>>) {
  const configs = [{ name: '', dim: 2, metric: 'Dot' as const }];
  const handle = createSegmentHandle({ id, configs, bytesMax: 1_000_000, scratchCount: 1 });
  const words = new Int32Array(handle.memory.buffer, handle.layout.header, 1024);
  for (const [name, value] of Object.entries(header)) words[HEADER[name as keyof typeof HEADER]] = value;
  return handle;
}

const collection = (segments: readonly ReturnType<typeof segment>[]) => ({
  id: 1,
  name: 'c',
  generation: 0,
  directory: '/nowhere',
  params: {},
  segments,
});

test('live points are the published rows without the deleted ones, read from the words that the kernels own', () => {
  assert.equal(pointsIn(collection([])), 0);
  const full = segment(1, { count: 1000, deletedCount: 30, epoch: 8 });
  assert.equal(pointsIn(collection([full])), 970);
  assert.equal(pointsIn(collection([full, segment(2, { count: 5 })])), 975);
});
