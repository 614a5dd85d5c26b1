import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasAbandonedRows, linkSlice, mendGraph } from '../../src/engine/index/hnsw/build.ts';
import { linkedCount } from '../../src/engine/index/hnsw/graph.ts';
import { assertValidGraph } from '../../src/engine/index/hnsw/validate.ts';
import { EF_MAX, GRAPH, GRAPH_CONSTANTS, NODE, WALK } from '../../src/kernels/graph-layout.ts';
import { attachGraph, createGraphMemory, linkAll, writeRows } from '../recall/graph-memory.ts';
import { clustered, exactSearch, walkSearch } from '../recall/measure.ts';
import { kernelPair } from './support.ts';

const DIM = 24;

function graphOf(count: number, options: { m?: number; efConstruct?: number; capacity?: number } = {}) {
  const target = createGraphMemory({ metric: 'Euclid', dim: DIM, capacity: count, ...options });
  const handle = attachGraph(target);
  const rows = clustered(count, DIM, 1);
  return { target, handle, rows };
}

function checkCancelled(): never {
  throw new Error('cancelled');
}

test('the kernels were compiled with the constants of graph-layout.ts', () => {
  const { kernels } = kernelPair(1);
  assert.deepEqual(
    GRAPH_CONSTANTS.map((_, i) => kernels.graphConstant(i)),
    GRAPH_CONSTANTS,
  );
  assert.equal(kernels.graphConstant(GRAPH_CONSTANTS.length) >>> 0, 0xffffffff);
});

test('an empty graph is valid and finds nothing', () => {
  const { target, handle, rows } = graphOf(10);
  assert.deepEqual(walkSearch(target, handle, rows[0] ?? [], { k: 3, ef: 10 }), []);
  assert.deepEqual(assertValidGraph(handle), { linkedCount: 0, nodeCount: 0, layerSizes: [], linkCount: 0 });
});

test('graphs of 1 to 40 rows are valid and find every row', () => {
  for (let count = 1; count <= 40; count++) {
    const { target, handle, rows } = graphOf(count, { m: 2, efConstruct: 4 });
    writeRows(target, handle, rows);
    linkAll(handle, count);
    assert.equal(assertValidGraph(handle).nodeCount, count);
    for (const [offset, row] of rows.entries()) {
      assert.equal(walkSearch(target, handle, row, { k: 1, ef: count })[0]?.offset, offset);
    }
    const all = walkSearch(target, handle, rows[0] ?? [], { k: count, ef: count });
    assert.deepEqual(all, exactSearch(target, handle, rows[0] ?? [], { k: count, count }));
  }
});

test('rows without a vector are counted as linked, but are no nodes', () => {
  const { target, handle, rows } = graphOf(600);
  for (let i = 0; i < rows.length; i += 3) writeRows(target, handle, rows.slice(i, i + 2), i);
  linkAll(handle, 600);
  assert.equal(assertValidGraph(handle).nodeCount, 400);
  const found = walkSearch(target, handle, rows[2] ?? [], { k: 400, ef: 400 });
  assert.equal(found.length, 400);
  assert.ok(found.every(({ offset }) => offset % 3 !== 2));
});

test('slices stop after their rows and after their time, and link what the whole would', () => {
  const [whole, sliced] = [graphOf(500), graphOf(500)];
  for (const { target, handle, rows } of [whole, sliced]) writeRows(target, handle, rows);
  linkAll(whole.handle, 500);
  assert.deepEqual(linkSlice(sliced.handle, 300, { msMax: Infinity, rowsMax: 7 }), {
    rows: 7,
    linkedCount: 7,
    isExhausted: false,
  });
  const { rows, isExhausted } = linkSlice(sliced.handle, 300, { msMax: 0 });
  assert.ok(rows > 0 && rows < 300 && !isExhausted);
  assert.equal(linkSlice(sliced.handle, 300, { msMax: Infinity }).linkedCount, 300);
  assert.deepEqual(linkSlice(sliced.handle, 300, { msMax: Infinity }), {
    rows: 0,
    linkedCount: 300,
    isExhausted: true,
  });
  linkSlice(sliced.handle, 500, { msMax: Infinity });
  assert.deepEqual(assertValidGraph(sliced.handle), assertValidGraph(whole.handle));
});

test('a search sees no row at or above its limit', () => {
  const { target, handle, rows } = graphOf(300);
  writeRows(target, handle, rows);
  linkAll(handle, 300);
  const found = walkSearch(target, handle, rows[0] ?? [], { k: 300, ef: 300, limit: 100 });
  assert.equal(found.length, 100);
  assert.ok(found.every(({ offset }) => offset < 100));
});

test('a walk and a scan of the tail together find the best of both', () => {
  const { target, handle, rows } = graphOf(400);
  writeRows(target, handle, rows);
  linkAll(handle, 200);
  const query = clustered(1, DIM, 2)[0] ?? [];
  const { kernels, vector, scratch } = handle;
  const expected = exactSearch(target, handle, query, { k: 20, count: 400 });
  const tail = [200, 400, 0, 0, vector.present, scratch.query, scratch.heap, 0, 20] as const;
  const heapLength = kernels.scanTopK(2, vector.rows, vector.strideBytes, DIM, ...tail);
  assert.deepEqual(walkSearch(target, handle, query, { k: 20, ef: 200, heapLength }), expected);
});

test('a search asks whether it is cancelled, and its walk area serves the next one', () => {
  const { target, handle, rows } = graphOf(3000);
  writeRows(target, handle, rows);
  linkAll(handle, 3000);
  const [query = new Float32Array(DIM)] = rows;
  const expected = walkSearch(target, handle, query, { k: 10, ef: 2000 });
  assert.throws(() => walkSearch(target, handle, query, { k: 10, ef: 2000, checkCancelled }), /cancelled/);
  assert.deepEqual(walkSearch(target, handle, query, { k: 10, ef: 2000 }), expected);
});

test('an ef below k or above the walk area is refused', () => {
  const { target, handle, rows } = graphOf(10);
  for (const [k, ef] of [
    [10, 9],
    [0, 10],
    [10, EF_MAX + 1],
  ] as const) {
    assert.throws(() => walkSearch(target, handle, rows[0] ?? [], { k, ef }), /does not serve/);
  }
});

test('visited marks stay right when their epoch comes round', () => {
  const { target, handle, rows } = graphOf(200);
  writeRows(target, handle, rows);
  linkAll(handle, 200);
  const [query = new Float32Array(DIM)] = rows;
  const expected = walkSearch(target, handle, query, { k: 200, ef: 200 });
  for (let i = 0; i < 600; i++) {
    assert.equal(walkSearch(target, handle, query, { k: 200, ef: 200 }).length, expected.length);
  }
  assert.deepEqual(walkSearch(target, handle, query, { k: 200, ef: 200 }), expected);
});

test('when the room for upper layers is used up, nodes stay on the lowest layer', () => {
  const { target, handle, rows } = graphOf(2000, { m: 4 });
  const { words, graph } = handle;
  words[graph.head / 4 + GRAPH.poolBytes] = 3 * graph.layerBytes;
  writeRows(target, handle, rows);
  linkAll(handle, 2000);
  const { layerSizes } = assertValidGraph(handle);
  assert.ok((layerSizes[1] ?? 0) <= 3, `${layerSizes}`);
  const exact = exactSearch(target, handle, rows[5] ?? [], { k: 10, count: 2000 });
  assert.deepEqual(walkSearch(target, handle, rows[5] ?? [], { k: 10, ef: 500 }), exact);
});

test('zero, infinite and NaN rows do not break the graph around them', () => {
  const { target, handle, rows } = graphOf(500);
  const odd = [0, Infinity, -Infinity, Number.NaN, 3e38];
  for (const [i, value] of odd.entries()) {
    rows[i * 50] = new Float32Array(DIM).fill(value);
    rows[i * 50 + 1] = new Float32Array(DIM).fill(value, 3, 4);
  }
  writeRows(target, handle, rows);
  linkAll(handle, 500);
  assert.equal(assertValidGraph(handle).nodeCount, 500);
  const exact = exactSearch(target, handle, rows[499] ?? [], { k: 10, count: 500 });
  assert.deepEqual(walkSearch(target, handle, rows[499] ?? [], { k: 10, ef: 200 }), exact);
});

test('a walk counts what it did', () => {
  const { target, handle, rows } = graphOf(1000);
  writeRows(target, handle, rows);
  linkAll(handle, 1000);
  walkSearch(target, handle, rows[0] ?? [], { k: 10, ef: 50 });
  const { words, walk } = handle;
  const counter = (name: 'hops' | 'evaluations') => words[walk.head / 4 + WALK[name]] ?? 0;
  assert.ok(counter('hops') >= 50 && counter('hops') < 200, `${counter('hops')} hops`);
  assert.ok(counter('evaluations') > counter('hops') && counter('evaluations') <= 1000);
  assert.equal(linkedCount(handle), 1000);
});

test('a graph that a dead thread left with a lock and rows taken is emptied and built again', () => {
  const { target, handle, rows } = graphOf(500);
  writeRows(target, handle, rows);
  linkSlice(handle, 300, { msMax: Infinity });
  const expected = assertValidGraph(handle);
  assert.equal(hasAbandonedRows(handle), false);
  const { words, graph } = handle;
  Atomics.add(words, graph.head / 4 + GRAPH.claimedCount, 4);
  words[(graph.nodes + 7 * graph.nodeStrideBytes) / 4 + NODE.lock] = 1;
  words[graph.head / 4 + GRAPH.lock] = 1;
  assert.equal(hasAbandonedRows(handle), true);
  mendGraph(handle);
  assert.equal(hasAbandonedRows(handle), false);
  assert.equal(assertValidGraph(handle).nodeCount, 0);
  linkSlice(handle, 300, { msMax: Infinity });
  assert.deepEqual(assertValidGraph(handle), expected);
  linkAll(handle, 500);
});

test('a graph that a dead thread left complete, but for the count of its rows, is kept', () => {
  const { target, handle, rows } = graphOf(300);
  writeRows(target, handle, rows);
  linkAll(handle, 300);
  const expected = assertValidGraph(handle);
  const { words, graph } = handle;
  words[graph.head / 4 + GRAPH.linkedCount] = 280;
  words[graph.head / 4 + GRAPH.lock] = 1;
  mendGraph(handle);
  assert.deepEqual(assertValidGraph(handle), expected);
});

test('a thread that waits for the lock of a dead one ends when the graph is given up', () => {
  const { target, handle, rows } = graphOf(300);
  writeRows(target, handle, rows);
  linkSlice(handle, 200, { msMax: Infinity });
  const { words, graph } = handle;
  for (let offset = 0; offset < 200; offset++) {
    words[(graph.nodes + offset * graph.nodeStrideBytes) / 4 + NODE.lock] = 1;
  }
  words[graph.head / 4 + GRAPH.givenUp] = 1;
  assert.throws(() => linkSlice(handle, 300, { msMax: Infinity }), { name: 'RuntimeError' });
  mendGraph(handle);
  assert.equal(linkedCount(handle), 0);
  linkAll(handle, 300);
  assert.equal(assertValidGraph(handle).nodeCount, 300);
});
