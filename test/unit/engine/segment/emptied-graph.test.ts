/** Searches whose graph is emptied while they walk, because a thread that linked it has died. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { linkedCount } from '../../../../src/engine/index/hnsw/graph.ts';
import { assertValidGraph } from '../../../../src/engine/index/hnsw/validate.ts';
import { checkpointStep, FIRST_STEP } from '../../../../src/engine/segment/checkpoint.ts';
import type { Collection } from '../../../../src/engine/segment/collection.ts';
import { linkCollection, mendGraphs } from '../../../../src/engine/segment/link.ts';
import { nearest } from '../../../../src/engine/segment/read/nearest.ts';
import { GRAPH } from '../../../../src/kernels/graph-layout.ts';
import { DEFAULT_SIZING, Tasks, TestCollection } from '../../../helpers/test-collection.ts';

const ROWS = 3000;
const DIM = 16;
/** Many, so that a walk needs several slices. */
const K = 2000;
const RECALL_MIN = 0.95;
const vectorOf = (id: number) =>
  Array.from({ length: DIM }, (_, i) => Math.sin(id * 37 + i * (1 + (id % 7))));
const PARAMS = {
  vectors: { size: DIM, distance: 'Cosine' },
  hnsw_config: { m: 8 },
  optimizers_config: { indexing_threshold: 1 },
} as const;

/** A collection whose graph is complete, and another thread's view of it. */
async function linked(t: TestContext) {
  const collection = await TestCollection.create(t, PARAMS);
  const ids = Array.from({ length: ROWS }, (_, id) => id);
  collection.upsert({ batch: { ids, vectors: ids.map(vectorOf) } });
  assert.equal(linkCollection(collection.collection, { msMax: Infinity }), false);
  const other = new Tasks(collection.handle, DEFAULT_SIZING, 1);
  t.after(() => other.close());
  return { collection, other: other.collection };
}

const graphOf = ({ segments: [segment], threadIndex }: Collection) =>
  segment!.graph(segment!.vectors[0]!, threadIndex)!;

/** As a thread leaves it that dies with rows that it has taken. */
function abandonRows(collection: Collection): void {
  const { words, graph } = graphOf(collection);
  words[graph.head / 4 + GRAPH.claimedCount]! += 4;
}

/** Offsets of the best rows; `between` is called between slices of the work. */
function search(collection: Collection, between: () => void, isExact = false): number[] {
  const query = { kind: 'dense', values: Float32Array.from(vectorOf(3)) } as const;
  const plan = { vectorName: '', query, filter: undefined, k: K, ef: K, isExact };
  return nearest(collection, plan, { check: between }).map(({ offset }) => offset);
}

for (const [what, relink] of [
  ['is empty', () => false],
  ['is linked anew in part', (collection: Collection) => linkCollection(collection, { msMax: 1 })],
  ['is complete again', (collection: Collection) => linkCollection(collection, { msMax: Infinity })],
] as const) {
  test(`a search under way finds all the same when the graph ${what}`, async (t) => {
    const { collection, other } = await linked(t);
    const exact = new Set(search(collection.collection, () => {}, true));
    let isMended = false;
    const found = search(collection.collection, () => {
      if (isMended) return;
      isMended = true;
      abandonRows(other);
      mendGraphs(other);
      assert.equal(linkedCount(graphOf(other)), 0);
      relink(other);
    });
    assert.ok(isMended);
    assert.equal(new Set(found).size, K);
    assert.ok(found.filter((offset) => exact.has(offset)).length >= RECALL_MIN * K);
    linkCollection(other, { msMax: Infinity });
    assert.equal(assertValidGraph(graphOf(other)).nodeCount, ROWS);
  });
}

test('a graph with rows that a dead thread took is not written to a checkpoint', async (t) => {
  const { collection } = await linked(t);
  abandonRows(collection.collection);
  assert.deepEqual(checkpointStep(collection.collection, FIRST_STEP), { segment: 0, vector: 1, block: 0 });
  const restarted = await collection.restart();
  assert.equal(linkedCount(graphOf(restarted.collection)), 0);
});
