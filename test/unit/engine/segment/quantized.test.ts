import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateCollection } from '../../../../schemas/collections.ts';
import { linkCollection, mendGraphs } from '../../../../src/engine/segment/link.ts';
import { CODES } from '../../../../src/kernels/codes-layout.ts';
import { segmentCounts } from '../../../../src/protocol/segment-counts.ts';
import { TestCollection } from '../../../helpers/test-collection.ts';
import { clustered } from '../../../recall/measure.ts';

const DIM = 48;
const ROWS = 300;
const LIMIT = 10;
const PARAMS: CreateCollection = {
  vectors: {
    float: { size: DIM, distance: 'Cosine' },
    half: { size: DIM, distance: 'Euclid', datatype: 'float16' },
    byte: { size: DIM, distance: 'Cosine', datatype: 'uint8' },
    disk: { size: DIM, distance: 'Euclid', on_disk: true },
    manhattan: { size: DIM, distance: 'Manhattan' },
  },
  quantization_config: { binary: { encoding: 'two_bits', query_encoding: 'scalar8bits' } },
  optimizers_config: { indexing_threshold: 1 },
};
const NAMES = ['float', 'half', 'byte', 'disk', 'manhattan'] as const;
const VECTORS = clustered(ROWS, DIM, 1).map((vector) => Array.from(vector, (value) => value + 2));

const bytes = (vector: readonly number[]): number[] =>
  vector.map((value) => Math.round(40 * Math.abs(value)));

interface Point {
  readonly id: number;
  readonly score: number;
}

/** Every seventh point lacks one of the vectors. */
function points(): object[] {
  return VECTORS.map((vector, id) => {
    const vectors = { float: vector, half: vector, byte: bytes(vector), disk: vector, manhattan: vector };
    const lacking = id % 7 === 0 ? NAMES[(id / 7) % NAMES.length] : undefined;
    return { id, vector: Object.fromEntries(Object.entries(vectors).filter(([name]) => name !== lacking)) };
  });
}

function search(collection: TestCollection, using: string, params: object): Point[] {
  const query = using === 'byte' ? bytes(VECTORS[5]!) : VECTORS[5];
  return (collection.read('query', { query, using, limit: LIMIT, params }) as { points: Point[] }).points;
}

function check(collection: TestCollection): void {
  for (const name of NAMES) {
    const exact = search(collection, name, { exact: true });
    assert.deepEqual(search(collection, name, { hnsw_ef: 150 }), exact, name);
    assert.deepEqual(search(collection, name, { hnsw_ef: 150, quantization: { ignore: true } }), exact, name);
    const raw = search(collection, name, { hnsw_ef: 150, quantization: { rescore: false } });
    assert.equal(raw[0]!.id, 5, `${name}: a vector is nearest to itself by its codes, too`);
    assert.equal(
      raw.some(({ score }, i) => score !== exact[i]!.score),
      name !== 'manhattan',
      `${name}: scores by codes`,
    );
  }
}

function index(collection: TestCollection): void {
  while (linkCollection(collection.collection, { msMax: 5 })) {
    // The next slice.
  }
}

test('vectors of every datatype and place are searched by codes, which are made again after a restart', async (t) => {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert({ points: points() });
  assert.equal(segmentCounts(collection.handle).uncodedRows, 4 * ROWS);
  index(collection);
  assert.equal(segmentCounts(collection.handle).uncodedRows, 0);
  check(collection);
  const restarted = await collection.restart();
  assert.equal(segmentCounts(restarted.handle).uncodedRows, 4 * ROWS);
  index(restarted);
  assert.equal(segmentCounts(restarted.handle).uncodedRows, 0);
  check(restarted);
});

test('a thread that died while it coded rows holds nobody up', async (t) => {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert({ points: points() });
  const [segment] = collection.handle.segments;
  const locks = segment!.codes.map(({ memory }) => new Int32Array(memory.buffer, 4 * CODES.lock, 1));
  for (const lock of locks) lock[0] = Math.floor(Date.now() / 1000);
  assert.equal(linkCollection(collection.collection, { msMax: 1 }), true);
  assert.equal(segmentCounts(collection.handle).uncodedRows, 4 * ROWS);
  mendGraphs(collection.collection);
  assert.deepEqual(
    locks.map((lock) => lock[0]),
    [0, 0, 0, 0],
  );
});
