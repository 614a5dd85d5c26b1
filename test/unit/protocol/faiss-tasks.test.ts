import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSegmentHandle } from '../../../src/engine/segment/create-segment.ts';
import { vectorConfigs } from '../../../src/engine/vectors/vector-config.ts';
import { FAISS_ROWS, GRAPH } from '../../../src/kernels/graph-layout.ts';
import { type DatatypeName, HEADER, type MetricName } from '../../../src/kernels/memory-layout.ts';
import { faissBuilds } from '../../../src/protocol/faiss-tasks.ts';

const ROWS = 1000;

/** A collection of one segment with `ROWS` rows, of which the graph has `linked` and the FAISS index `covered`. */
function collection({
  linked = ROWS,
  covered = 0,
  metric = 'Cosine' as MetricName,
  datatype = 'float32' as DatatypeName,
}) {
  const params = { vectors: { size: 16, distance: metric, datatype } };
  const configs = vectorConfigs(params, { ids: [['', 7]], next: 8 });
  const segment = createSegmentHandle({ id: 3, configs, bytesMax: 1_000_000, scratchCount: 1 });
  new Int32Array(segment.memory.buffer, segment.layout.header, 64)[HEADER.count] = ROWS;
  const graph = new Int32Array(segment.memory.buffer, segment.graphs[0]!.head, 64);
  graph[GRAPH.linkedCount] = linked;
  graph[FAISS_ROWS] = covered;
  const fixed = {
    id: 1,
    name: 'c',
    generation: 0,
    params: {},
    vectorNumbers: { ids: [], next: 1 },
    indexes: [],
  };
  return { ...fixed, directory: '/data/c', segments: [segment] };
}

const places = (handle: Parameters<typeof faissBuilds>[0]) =>
  faissBuilds(handle).map(({ directory, segmentId, vectorId, count }) => [
    directory,
    segmentId,
    vectorId,
    count,
  ]);

test('an index is due when the graph is complete, and the index lacks more than a twentieth of the rows', () => {
  const due = [['/data/c', 3, 7, ROWS]];
  assert.deepEqual(places(collection({})), due);
  assert.deepEqual(places(collection({ linked: ROWS - 1 })), []);
  assert.deepEqual(places(collection({ linked: 0 })), []);
  assert.deepEqual(places(collection({ covered: ROWS })), []);
  assert.deepEqual(places(collection({ covered: 0.95 * ROWS })), []);
  assert.deepEqual(places(collection({ covered: 0.95 * ROWS - 1 })), due);
});

test('only float32 by Cosine, Dot and Euclid', () => {
  for (const metric of ['Cosine', 'Dot', 'Euclid'] as const) {
    assert.equal(faissBuilds(collection({ metric })).length, 1, metric);
    assert.equal(faissBuilds(collection({ metric, datatype: 'uint8' })).length, 0, `${metric} of bytes`);
    assert.equal(faissBuilds(collection({ metric, datatype: 'float16' })).length, 0, `${metric} of halves`);
  }
  assert.equal(faissBuilds(collection({ metric: 'Manhattan' })).length, 0);
});
