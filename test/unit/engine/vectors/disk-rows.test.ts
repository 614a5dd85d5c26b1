import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { DiskRows } from '../../../../src/engine/vectors/disk-rows.ts';
import { type Env, openEnv } from '../../../../src/storage/env.ts';
import { rowBatchKey } from '../../../../src/storage/keys.ts';
import { decodeVectorRows } from '../../../../src/storage/row-batch.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';

const STRIDE = 2000;
const SEGMENT = 3;
const VECTOR = 2;

function open(t: TestContext): { env: Env; rows: DiskRows } {
  const env = openEnv(tempDir(t));
  t.after(() => env.close());
  return { env, rows: new DiskRows(env, { segmentId: SEGMENT, vectorId: VECTOR, strideBytes: STRIDE }) };
}

/** What is read of a row; undefined if it is not there. */
function read(rows: DiskRows, offset: number, strideBytes = STRIDE): Uint8Array | undefined {
  const target = new Uint8Array(strideBytes);
  return rows.read(offset, target) ? target : undefined;
}

const row = (offset: number) => new Uint8Array(STRIDE).fill(offset + 1);

const bits = (has: (offset: number) => boolean) => (from: number, to: number) => {
  const result = new Uint8Array(Math.ceil((to - from) / 8));
  for (let i = 0; i < to - from; i++) if (has(from + i)) result[i >> 3]! |= 1 << (i & 7);
  return result;
};

/** One transaction that writes the rows `first` ≤ offset < `end`, as far as points have the vector. */
function write(
  { env, rows }: { env: Env; rows: DiskRows },
  [first, end]: readonly [number, number],
  has: (offset: number) => boolean = () => true,
): void {
  env.write(() => {
    for (let offset = first; offset < end; offset++) if (has(offset)) rows.write(offset, row(offset));
    rows.store(first, end, bits(has));
  });
  rows.forget();
  env.refresh();
}

test('rows of many transactions come back one by one, from chunks that start at multiples of their length', (t) => {
  const store = open(t);
  assert.equal(store.rows.chunkRows, 4);
  for (const range of [
    [0, 1],
    [1, 3],
    [3, 9],
    [9, 10],
    [10, 30],
  ] as const)
    write(store, range);
  for (let offset = 0; offset < 30; offset++) assert.deepEqual(read(store.rows, offset), row(offset));
  assert.equal(read(store.rows, 30), undefined);
  const keys = Array.from(
    store.env.keys(rowBatchKey(SEGMENT, VECTOR, 0), rowBatchKey(SEGMENT, VECTOR + 1, 0)),
    (key) => key.readUInt32BE(7),
  );
  assert.deepEqual(keys, [0, 4, 8, 12, 16, 20, 24, 28]);
});

test('rows of the running transaction are read before they are stored, and gone when it is over without', (t) => {
  const { env, rows } = open(t);
  rows.write(5, row(5));
  assert.deepEqual(read(rows, 5), row(5));
  rows.forget();
  env.refresh();
  assert.equal(read(rows, 5), undefined);
});

const isPresent = (offset: number) => offset === 1 || offset === 2 || offset >= 8;

test('chunks say which of their rows have the vector, and are not stored if none has', (t) => {
  const store = open(t);
  write(store, [0, 2], isPresent);
  write(store, [2, 12], isPresent);
  const chunk = decodeVectorRows(store.env.get(rowBatchKey(SEGMENT, VECTOR, 0))!);
  assert.deepEqual([chunk.count, chunk.presence[0]], [4, 0b0110]);
  assert.equal(store.rows.chunkOf(5), undefined);
  assert.equal(read(store.rows, 6), undefined);
  assert.deepEqual(read(store.rows, 11), row(11));
});

test('a row that is longer than a chunk has one of its own', (t) => {
  const { env } = open(t);
  const rows = new DiskRows(env, { segmentId: 1, vectorId: 1, strideBytes: 20_000 });
  assert.equal(rows.chunkRows, 1);
  env.write(() => {
    rows.write(7, new Uint8Array(20_000).fill(9));
    rows.store(
      7,
      8,
      bits(() => true),
    );
  });
  rows.forget();
  env.refresh();
  assert.equal(read(rows, 7, 20_000)?.[19_999], 9);
});
