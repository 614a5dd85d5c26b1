import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSegmentHandle } from '../../../src/engine/segment/create-segment.ts';
import { quantizationOf } from '../../../src/engine/vectors/quantization.ts';
import { CODES } from '../../../src/kernels/codes-layout.ts';
import { GRAPH } from '../../../src/kernels/graph-layout.ts';
import { HEADER } from '../../../src/kernels/memory-layout.ts';
import { SIDE } from '../../../src/kernels/side-layout.ts';
import { lostBytes, segmentCounts, usedBytes } from '../../../src/protocol/segment-counts.ts';

function segment(id: number, header: Partial<Record<keyof typeof HEADER, number>>, dim = 2) {
  const quantization = quantizationOf({ binary: {} }, { metric: 'Dot', dim });
  const index = { m: 4, efConstruct: 16, fullScanThresholdKb: 10, indexingThresholdKb: 8 };
  const configs = [
    { kind: 'dense', id: 1, name: '', dim, metric: 'Dot', datatype: 'float32', index, quantization },
  ] as const;
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
  vectorNumbers: { ids: [], next: 1 },
  segments,
  indexes: [],
});

test('live points are the published rows without the deleted ones, read from the words that the kernels own', () => {
  assert.equal(segmentCounts(collection([])).points, 0);
  const full = segment(1, { count: 1000, deletedCount: 30, epoch: 8 });
  assert.equal(segmentCounts(collection([full])).points, 970);
  assert.equal(segmentCounts(collection([full, segment(2, { count: 5 })])).points, 975);
});

test('indexing begins above the threshold and is over when every row is linked', () => {
  // 8 KB are 1,024 rows of two floats.
  assert.equal(segmentCounts(collection([segment(1, { count: 1024 })])).tailBytes, 0);
  const growing = segment(1, { count: 1025, deletedCount: 5 });
  assert.deepEqual(segmentCounts(collection([growing])), {
    points: 1020,
    linkedRows: 0,
    indexedVectors: 0,
    tailBytes: 1025 * 8,
    uncodedRows: 0,
  });
  const graph = new Int32Array(growing.memory.buffer, growing.graphs[0]!.head, 64);
  graph[GRAPH.linkedCount] = 1025;
  graph[GRAPH.nodeCount] = 1025;
  assert.deepEqual(segmentCounts(collection([growing])), {
    points: 1020,
    linkedRows: 1025,
    indexedVectors: 1020,
    tailBytes: 0,
    uncodedRows: 0,
  });
});

test('rows of a quantized vector wait for their codes once the segment is indexed', () => {
  // 8 KB are 128 rows of 16 floats.
  assert.equal(segmentCounts(collection([segment(1, { count: 128 }, 16)])).uncodedRows, 0);
  const growing = segment(1, { count: 130 }, 16);
  assert.equal(segmentCounts(collection([growing])).uncodedRows, 130);
  new Int32Array(growing.codes[0]!.memory.buffer)[CODES.codedCount] = 100;
  assert.equal(segmentCounts(collection([growing])).uncodedRows, 30);
});

test('bytes in use are the share of the rows that are taken, and all of what is ragged', () => {
  const one = segment(1, { count: 0 }, 32);
  assert.equal(usedBytes([one]), 0);
  const { capacity } = one.layout;
  const full = segment(2, { count: capacity }, 32);
  const [codes] = full.codes;
  const bytes = full.memory.buffer.byteLength + codes!.memory.buffer.byteLength;
  assert.equal(usedBytes([one, full]), bytes);

  const config = {
    kind: 'sparse',
    id: 1,
    name: 's',
    metric: 'Dot',
    datatype: 'float32',
    hasIdf: false,
  } as const;
  const sparse = createSegmentHandle({ id: 3, configs: [config], bytesMax: 1_000_000, scratchCount: 1 });
  const side = new Int32Array(sparse.sides[0]!.memory.buffer);
  side[SIDE.arenaEnd] = 12_345;
  assert.equal(usedBytes([sparse]), 12_345);
});

test('bytes are lost with segments that are gone; another revision loses its codes only', () => {
  const full = segment(1, { count: segment(1, {}, 32).layout.capacity }, 32);
  const codes = full.codes[0]!.memory.buffer.byteLength;
  assert.equal(lostBytes([full], [full]), 0);
  assert.equal(lostBytes([full], []), usedBytes([full]));
  assert.equal(lostBytes([full], [{ ...full, revision: full.revision + 1 }]), codes);
  assert.equal(lostBytes([], [full]), 0);
});
