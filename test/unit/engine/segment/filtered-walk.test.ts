/** Which way a filtered search takes through a graph, seen in what the kernels were asked for last. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { linkCollection } from '../../../../src/engine/segment/link.ts';
import { WALK, WALK_MODE } from '../../../../src/kernels/graph-layout.ts';
import { TestCollection } from '../../../helpers/test-collection.ts';
import { clustered } from '../../../recall/measure.ts';

const ROWS = 20_000;
const DIM = 16;
const EF = 16;

const half = (id: number) => (id % 2 === 0 ? 'left' : 'right');

/** Points in two halves far apart, every third of them with a mark. */
async function filled(t: TestContext) {
  const collection = await TestCollection.create(t, {
    vectors: { size: DIM, distance: 'Euclid' },
    hnsw_config: { m: 8 },
    optimizers_config: { indexing_threshold: 1 },
  });
  const ids = Array.from({ length: ROWS }, (_, id) => id);
  const vectors = clustered(ROWS, DIM, 1, 1).map((vector, id) =>
    Array.from(vector, (x) => x + (half(id) === 'left' ? 0 : 20)),
  );
  const payloads = ids.map((id) => ({ half: half(id), third: id % 3 === 0 }));
  collection.upsert({ batch: { ids, vectors, payloads } });
  linkCollection(collection.collection, { msMax: Infinity });

  /** The points that are found near one of the left half, and the way that led there. */
  function search(filter: object, params: object = {}) {
    const body = { query: vectors[0], limit: 10, params: { hnsw_ef: EF, ...params }, filter };
    const { points } = collection.read('query', body) as { points: { id: number }[] };
    const { segments, threadIndex } = collection.collection;
    const graph = segments[0]!.graph(segments[0]!.vectors[0]!, threadIndex)!;
    const mode = graph.words[graph.walk.head / 4 + WALK.mode];
    const way = Object.entries(WALK_MODE).find(([, number]) => number === mode)?.[0];
    return { ids: points.map(({ id }) => id), way };
  }
  return search;
}

const must = (key: string, value: unknown) => ({ must: [{ key, match: { value } }] });

test('a filter that many rows around the query pass is walked with, one that none passes there is not', async (t) => {
  const search = await filled(t);
  const all = (filter: object) => search(filter, { exact: true }).ids;
  const third = must('third', true);
  assert.deepEqual(search(third), { ids: all(third), way: 'hidden' });
  const left = must('half', 'left');
  assert.deepEqual(search(left), { ids: all(left), way: 'hidden' });
  const right = must('half', 'right');
  assert.equal(search(right).way, 'twoHops');
  assert.equal(search(right).ids.length, 10);
});

test('params.acorn asks for two hops, below its max_selectivity', async (t) => {
  const search = await filled(t);
  const third = must('third', true);
  assert.equal(search(third, { acorn: { enable: true } }).way, 'twoHops');
  assert.equal(search(third, { acorn: { enable: true, max_selectivity: 0.3 } }).way, 'hidden');
  assert.equal(search(third, { acorn: { enable: false, max_selectivity: 1 } }).way, 'hidden');
  const left = must('half', 'left');
  assert.equal(search(left, { acorn: { enable: true } }).way, 'hidden', 'by default up to 40 %');
  assert.equal(search(left, { acorn: { enable: true, max_selectivity: 0.5 } }).way, 'twoHops');
});
