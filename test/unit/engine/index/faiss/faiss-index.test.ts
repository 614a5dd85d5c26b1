import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { buildFaissIndex } from '../../../../../src/engine/index/faiss/build.ts';
import { FaissIndex } from '../../../../../src/engine/index/faiss/faiss-index.ts';
import { readFacts, verifyFile } from '../../../../../src/engine/index/faiss/index-file.ts';
import { VectorRows } from '../../../../../src/engine/index/faiss/vector-rows.ts';
import { HnswIndex } from '../../../../../src/engine/index/hnsw/hnsw-index.ts';
import type { MetricName } from '../../../../../src/kernels/memory-layout.ts';
import { tempDir } from '../../../../helpers/temp-dir.ts';
import { withFaiss } from '../../../../helpers/with-faiss.ts';
import {
  attachGraph,
  createGraphMemory,
  type GraphMemory,
  linkAll,
  writeRows,
} from '../../../../recall/graph-memory.ts';
import { clustered, exactSearch, indexSearch, mean, recall } from '../../../../recall/measure.ts';

const DIM = 24;
const ROWS = 2000;
const K = 10;
const vectors = clustered(ROWS, DIM, 1);
const queries = clustered(40, DIM, 2);

interface Setup {
  readonly target: GraphMemory;
  readonly handle: ReturnType<typeof attachGraph>;
  readonly rows: VectorRows;
  readonly index: FaissIndex;
  readonly file: string;
}

/** `ROWS` linked rows, without a FAISS index so far. */
function setUp(t: TestContext, metric: MetricName = 'Cosine'): Setup {
  const target = createGraphMemory({ metric, dim: DIM, capacity: ROWS });
  const handle = attachGraph(target);
  writeRows(target, handle, vectors);
  linkAll(handle, ROWS);
  const rows = new VectorRows(target.memory, handle.vector);
  const file = path.join(tempDir(t), 'faiss');
  const fallback = new HnswIndex(handle, 100);
  const index = new FaissIndex({ graph: handle, memory: target.memory, file, efDefault: 100, fallback });
  t.after(() => index.release());
  return { target, handle, rows, index, file };
}

const build = ({ rows, file }: Setup, count = ROWS, isCancelled = () => false): void =>
  buildFaissIndex(rows, { file, count, isCancelled });

/** Deletes rows as the kernels see it. */
function hide({ target, handle }: Setup, deleted: readonly number[]): void {
  const bits = new Uint8Array(target.memory.buffer, handle.layout.tombstones, Math.ceil(ROWS / 8));
  for (const row of deleted) bits[row >> 3]! |= 1 << (row & 7);
}

/** Recall of the FAISS index; asserts that every score is the exact one, and that no deleted row is found. */
function measure(setup: Setup, deletedCount = 0): number {
  const { target, handle, index } = setup;
  const { tombstones } = handle.layout;
  assert.ok(index.isUsable(ROWS));
  return mean(
    queries.map((query) => {
      const exact = exactSearch(target, handle, query, { k: ROWS, count: ROWS, tombstones });
      const scores = new Map(exact.map(({ offset, score }) => [offset, score]));
      const found = indexSearch(target, handle, index, query, {
        k: K,
        count: ROWS,
        tombstones,
        deletedCount,
      });
      for (const { offset, score } of found) assert.equal(score, scores.get(offset), `row ${offset}`);
      return recall(found, exact.slice(0, K));
    }),
  );
}

for (const metric of ['Cosine', 'Dot', 'Euclid'] as const) {
  test(`${metric}: FAISS finds what an exact search finds, with its scores`, withFaiss, (t) => {
    const setup = setUp(t, metric);
    build(setup);
    assert.ok(measure(setup) > 0.97);
  });
}

test('deleted rows are not found, however many there are', withFaiss, (t) => {
  const setup = setUp(t);
  build(setup);
  const some = Array.from({ length: ROWS / 4 }, (_, i) => i * 4);
  hide(setup, some);
  assert.ok(measure(setup, some.length) > 0.97);
  const most = Array.from({ length: ROWS }, (_, row) => row).filter((row) => row % 50 !== 1);
  hide(setup, most);
  assert.ok(measure(setup, most.length) > 0.9);
});

test('rows without the vector have no place in the index', withFaiss, (t) => {
  const setup = setUp(t);
  const { target, handle } = setup;
  const bits = new Uint8Array(target.memory.buffer, handle.vector.present, Math.ceil(ROWS / 8));
  for (let row = 0; row < ROWS; row += 3) bits[row >> 3]! &= ~(1 << (row & 7));
  build(setup);
  assert.ok(measure(setup) > 0.97);
});

test('new rows are added to what the file has, once they are some', withFaiss, (t) => {
  const setup = setUp(t);
  const half = ROWS / 2;
  build(setup, half);
  assert.equal(setup.rows.coveredRows, half);
  assert.equal(setup.index.isUsable(ROWS), false, 'too many rows to scan');
  assert.ok(setup.index.isUsable(half));
  assert.equal(setup.index.coveredRows(), half);
  build(setup, half + 1);
  assert.equal(setup.rows.coveredRows, half, 'too few to write the file again');
  build(setup);
  assert.equal(readFacts(setup.file)?.rows, ROWS);
  assert.ok(measure(setup) > 0.97);
  assert.equal(setup.index.coveredRows(), ROWS, 'the newer file is loaded');
});

test('after a restart the file is taken as it is, unless it is damaged', withFaiss, (t) => {
  const setup = setUp(t);
  build(setup);
  const whole = readFileSync(setup.file);
  const restart = () => {
    setup.rows.coveredRows = 0;
    setup.index.release();
    assert.equal(setup.index.isUsable(ROWS), false);
    build(setup);
    assert.ok(measure(setup) > 0.97);
  };
  restart();
  assert.deepEqual(readFileSync(setup.file), whole);
  const damaged = Buffer.from(whole);
  damaged[whole.length >> 1]! ^= 1;
  writeFileSync(setup.file, damaged);
  assert.equal(verifyFile(setup.file), undefined);
  restart();
  truncateSync(setup.file, 10);
  assert.equal(verifyFile(setup.file), undefined);
  restart();
});

test('a cancelled build leaves everything as it was', withFaiss, (t) => {
  const setup = setUp(t);
  let asked = 0;
  build(setup, ROWS, () => ++asked > 3);
  assert.equal(setup.rows.coveredRows, 0);
  assert.equal(readFacts(setup.file), undefined);
});

test('a file that is gone fails one search, and is not asked for again', withFaiss, (t) => {
  const { rows, index } = setUp(t);
  rows.coveredRows = ROWS;
  assert.throws(() => index.isUsable(ROWS), { code: 'NEARIFY_STORAGE' });
  assert.equal(index.isUsable(ROWS), false);
});
