import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaissIndexer, type FaissIndexerOptions } from '../../../src/collections/faiss-indexer.ts';
import { createSegmentHandle } from '../../../src/engine/segment/create-segment.ts';
import { initialVectorNumbers, vectorConfigs } from '../../../src/engine/vectors/vector-config.ts';
import { FAISS_ROWS, GRAPH } from '../../../src/kernels/graph-layout.ts';
import { HEADER } from '../../../src/kernels/memory-layout.ts';
import type { FaissBuild } from '../../../src/protocol/faiss-tasks.ts';
import type { CollectionHandle } from '../../../src/protocol/shared-handles.ts';
import { recordingLog } from '../../helpers/recording-log.ts';

const ROWS = 100;
const PARAMS = { vectors: { size: 16, distance: 'Dot' as const } };
const VECTOR_NUMBERS = initialVectorNumbers(PARAMS);

/** A segment whose graph is complete. */
function completeSegment(id: number): CollectionHandle['segments'][number] {
  const configs = vectorConfigs(PARAMS, VECTOR_NUMBERS);
  const segment = createSegmentHandle({ id, configs, bytesMax: 1_000_000, scratchCount: 1 });
  new Int32Array(segment.memory.buffer, segment.layout.header, 64)[HEADER.count] = ROWS;
  new Int32Array(segment.memory.buffer, segment.graphs[0]!.head, 64)[GRAPH.linkedCount] = ROWS;
  return segment;
}

/** An indexer over a thread that does what `build` says, and then has the index. */
function setUp(ids: readonly number[], build: (segmentId: number) => void | Promise<void>) {
  const fixed = { id: 1, name: 'c', generation: 0, directory: '/c', params: PARAMS, indexes: [] };
  const state: { handle: CollectionHandle; readonly tasks: string[] } = {
    handle: { ...fixed, vectorNumbers: VECTOR_NUMBERS, segments: ids.map(completeSegment) },
    tasks: [],
  };
  const run = async (name: string, input: unknown) => {
    const { segmentId, memory, vector } = input as FaissBuild;
    state.tasks.push(`${name} ${segmentId}`);
    if (name === 'remove') return;
    await build(segmentId);
    new Int32Array(memory.buffer, vector.graph!.head, 64)[FAISS_ROWS] = ROWS;
  };
  const { log, lines } = recordingLog();
  const thread = { run } as unknown as FaissIndexerOptions['thread'];
  return { indexer: new FaissIndexer({ thread, handle: () => state.handle, log }), state, lines };
}

const rest = () => new Promise(setImmediate);

test('segments are indexed one after the other', async () => {
  const { indexer, state } = setUp([4, 5], () => assert.ok(indexer.isBehind));
  indexer.kick();
  indexer.kick();
  await rest();
  assert.deepEqual(state.tasks, ['build 4', 'build 5']);
  assert.equal(indexer.isBehind, false);
});

for (const [what, lost] of [
  ['segment', { segments: [] }],
  ['vector', { vectorNumbers: { ids: [], next: 2 } }],
] as const) {
  test(`what was built for a ${what} that is gone is removed`, async () => {
    const { indexer, state } = setUp([4], () => {
      state.handle = { ...state.handle, ...lost };
    });
    indexer.kick();
    await rest();
    assert.deepEqual(state.tasks, ['build 4', 'remove 4']);
  });
}

test("a build that fails when a vacuum drops its segment is none of the others' business", async () => {
  const { indexer, state, lines } = setUp([4, 5, 6], (segmentId) => {
    if (segmentId === 5) return;
    // The collection is told a moment after the file is gone.
    const { memory, layout } = state.handle.segments[0]!;
    new Int32Array(memory.buffer, layout.header, 64)[HEADER.deletedCount] = ROWS;
    state.handle = { ...state.handle, segments: state.handle.segments.toReversed() };
    throw new Error('no such file or directory');
  });
  indexer.kick();
  await rest();
  assert.deepEqual(state.tasks, ['build 4', 'build 6', 'build 5']);
  assert.deepEqual(lines, []);
});

test('builds that go on failing are told once, and are not tried again', async () => {
  const { indexer, state, lines } = setUp([4, 5], () => {
    throw new Error('the disk is full');
  });
  indexer.kick();
  await rest();
  indexer.kick();
  await rest();
  assert.deepEqual(state.tasks, ['build 4', 'build 4']);
  assert.equal(indexer.isBehind, false, 'the collection gets no greener by waiting');
  assert.equal(lines.length, 1);
});

test('stopping waits for the build that runs, and starts no other', async () => {
  const building = Promise.withResolvers<void>();
  const { indexer, state } = setUp([4, 5], () => building.promise);
  indexer.kick();
  const stopped = indexer.stop();
  building.resolve();
  await stopped;
  indexer.kick();
  assert.deepEqual(state.tasks, ['build 4']);
});
