import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Linker, type LinkerOptions } from '../../../src/collections/linker.ts';
import { createSegmentHandle } from '../../../src/engine/segment/create-segment.ts';
import { initialVectorNumbers, vectorConfigs } from '../../../src/engine/vectors/vector-config.ts';
import { GRAPH } from '../../../src/kernels/graph-layout.ts';
import { HEADER } from '../../../src/kernels/memory-layout.ts';
import { internalError, ServiceError } from '../../../src/shared/errors.ts';
import { recordingLog } from '../../helpers/recording-log.ts';

const ROWS = 2000;
const PARAMS = {
  vectors: { size: 16, distance: 'Dot' as const },
  optimizers_config: { indexing_threshold: 1 },
};
const VECTOR_NUMBERS = initialVectorNumbers(PARAMS);

type Slice = PromiseWithResolvers<boolean>;

/** A linker of a collection with rows to link, over threads whose slices end as the test says. */
function steered(lanes: number) {
  const configs = vectorConfigs(PARAMS, VECTOR_NUMBERS);
  const segment = createSegmentHandle({ id: 1, configs, bytesMax: 1_000_000, scratchCount: 1 });
  new Int32Array(segment.memory.buffer, segment.layout.header, 64)[HEADER.count] = ROWS;
  const graph = new Int32Array(segment.memory.buffer, segment.graphs[0]!.head, 64);
  const fixed = { id: 1, name: 'c', generation: 0, directory: '/c', params: PARAMS, indexes: [] };
  const handle = { ...fixed, vectorNumbers: VECTOR_NUMBERS, segments: [segment] };
  const tasks: string[] = [];
  const slices: Slice[] = [];
  const run = (name: string): unknown => {
    tasks.push(name);
    if (name !== 'link') return Promise.resolve();
    const slice: Slice = Promise.withResolvers();
    slices.push(slice);
    return slice.promise;
  };
  const { log, lines } = recordingLog();
  const linker = new Linker({
    pool: { run } as unknown as LinkerOptions['pool'],
    handle: () => handle,
    restoredRows: ROWS,
    lanes: () => lanes,
    turn: () => Promise.resolve(),
    isSharingCores: () => false,
    onIdle: () => {},
    log,
  });
  /** Ends the oldest slice that runs; all rows are linked then if none is left. */
  const end = async (slice: boolean | Error, linkedRows = 0) => {
    graph[GRAPH.linkedCount] = linkedRows;
    const { resolve, reject } = slices.shift()!;
    if (slice instanceof Error) reject(slice);
    else resolve(slice);
    await new Promise(setImmediate);
  };
  const messages = () => lines.map(({ msg }) => msg);
  return { linker, graph, tasks, slices, end, messages };
}

const died = () => internalError('the background thread died while it ran this request');

test('after a thread has died the graphs are mended, when no other links any more, and linked again', async () => {
  const { linker, graph, tasks, slices, end, messages } = steered(2);
  linker.kick();
  await new Promise(setImmediate);
  assert.deepEqual(tasks, ['link', 'link']);
  await end(died(), 100);
  assert.equal(graph[GRAPH.givenUp], 1, 'who waits for a lock of the dead thread is told');
  assert.deepEqual(tasks, ['link', 'link'], 'another thread is still at it');
  await end(true, 200);
  assert.deepEqual(tasks.slice(2), ['mend_graphs', 'link', 'link']);
  await end(false, ROWS);
  await end(false, ROWS);
  assert.equal(slices.length, 0);
  assert.deepEqual(messages(), ['indexing goes on']);
  await linker.stop();
});

test('rows that are missing from a graph are a fault as well', async () => {
  const { linker, tasks, end, messages } = steered(1);
  linker.kick();
  await new Promise(setImmediate);
  await end(false);
  assert.deepEqual(tasks, ['link', 'mend_graphs', 'link']);
  await end(false, ROWS);
  assert.deepEqual(messages(), ['indexing goes on']);
});

test('linking that fails again and again waits for the next update', async () => {
  const { linker, tasks, slices, end, messages } = steered(1);
  linker.kick();
  await new Promise(setImmediate);
  for (let i = 0; i < 3; i++) await end(died());
  assert.equal(slices.length, 0);
  assert.equal(messages().at(-1), 'indexing stopped until the next update');
  linker.kick();
  await new Promise(setImmediate);
  assert.deepEqual(tasks.slice(-2), ['mend_graphs', 'link']);
  await end(false, ROWS);
});

test('who waits for progress is told of a slice that failed, too', async () => {
  const { linker, end } = steered(1);
  linker.kick();
  await new Promise(setImmediate);
  const told = linker.progress();
  await end(died());
  const isLate = new Promise((resolve) => setImmediate(resolve, 'late'));
  assert.equal(await Promise.race([told, isLate]), undefined);
  await end(false, ROWS);
});

test('a queue that is full is no reason to give a graph up', async () => {
  const { linker, graph, tasks, end } = steered(1);
  linker.kick();
  await new Promise(setImmediate);
  await end(new ServiceError('NEARIFY_OVERLOADED', 'too many updates are waiting, retry later'));
  assert.equal(graph[GRAPH.givenUp], 0);
  assert.deepEqual(tasks, ['link', 'link']);
  await end(false, ROWS);
});
