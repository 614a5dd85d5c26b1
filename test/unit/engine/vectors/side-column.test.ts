import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSideHandle, SideColumn } from '../../../../src/engine/vectors/side-column.ts';
import type { MultiConfig, SparseConfig } from '../../../../src/engine/vectors/vector-config.ts';
import type { SparseValue } from '../../../../src/engine/vectors/vector-value.ts';
import { loadKernelModule } from '../../../../src/kernels/loader.ts';
import { decodeRaggedRows, encodeRaggedRows } from '../../../../src/storage/row-batch.ts';

const module = loadKernelModule();
const SPARSE: SparseConfig = { kind: 'sparse', id: 1, name: 's', metric: 'Dot', hasIdf: false };
const MULTI: MultiConfig = { kind: 'multi', id: 1, name: 'm', metric: 'Cosine', dim: 2, datatype: 'float32' };

const sparse = (indices: number[], values: number[]): SparseValue => ({
  kind: 'sparse',
  indices: Uint32Array.from(indices),
  values: Float32Array.from(values),
});

/** Two threads on one column. */
function pair(config: SparseConfig | MultiConfig): [SideColumn, SideColumn] {
  const handle = createSideHandle(config, { capacity: 100, scratchCount: 1, bytesMax: 0 });
  return [new SideColumn(handle, config, module), new SideColumn(handle, config, module)];
}

function write(column: SideColumn, first: number, rows: readonly (SparseValue | undefined)[]): void {
  for (const [i, row] of rows.entries()) column.write(first + i, row, i === 0);
}

test('what one thread publishes another one reads', () => {
  const [writer, reader] = pair(SPARSE);
  write(writer, 0, [sparse([1, 5], [1, 2]), undefined, sparse([], [])]);
  writer.publish(0, 3, new Set());
  assert.deepEqual(reader.valueOf(0), sparse([1, 5], [1, 2]));
  assert.deepEqual(
    [0, 1, 2].map((offset) => reader.has(offset)),
    [true, false, true],
  );
  assert.equal(reader.valueOf(1), undefined);
  assert.deepEqual(reader.valueOf(2), sparse([], []));
  assert.deepEqual([reader.liveRows, reader.documentFrequency(5), reader.documentFrequency(6)], [2, 1, 0]);
});

test('rows that were rolled back are overwritten, by whatever thread', () => {
  const [one, other] = pair(SPARSE);
  write(one, 0, [sparse([1], [1]), sparse([2], [2])]);
  write(other, 0, [undefined, sparse([3], [3])]);
  other.publish(0, 2, new Set());
  assert.deepEqual([other.has(0), other.valueOf(1)], [false, sparse([3], [3])]);
  assert.deepEqual(
    [1, 2, 3].map((index) => other.documentFrequency(index)),
    [0, 0, 1],
  );
  // The thread whose rows are lost publishes nothing of them with deletions alone.
  one.publish(2, 2, new Set([1]));
  write(one, 2, [sparse([4], [4])]);
  one.publish(2, 3, new Set());
  assert.deepEqual(one.valueOf(1), sparse([3], [3]));
  assert.deepEqual(
    [3, 4].map((index) => one.documentFrequency(index)),
    [0, 1],
  );
  assert.equal(other.liveRows, 1);
});

test('a row that is deleted in the transaction that wrote it is never counted', () => {
  const [column] = pair(SPARSE);
  write(column, 0, [sparse([1], [1]), sparse([1], [2])]);
  column.publish(0, 2, new Set([0]));
  assert.deepEqual([column.liveRows, column.documentFrequency(1)], [1, 1]);
});

test('publishing again what a writer that died had begun with changes nothing', () => {
  const [died, next] = pair(SPARSE);
  const rows = [sparse([1, 2], [1, 1]), sparse([2], [1])];
  write(died, 0, rows);
  const stored = decodeRaggedRows(encodeRaggedRows(died.pendingRows(0, 2)!));
  died.publish(0, 2, new Set());
  next.load(0, stored, true);
  next.publish(0, 2, new Set());
  assert.deepEqual([next.liveRows, next.documentFrequency(1), next.documentFrequency(2)], [2, 1, 2]);
  assert.deepEqual(next.valueOf(1), rows[1]);
});

test('rows go to storage and come back', () => {
  const [column] = pair(SPARSE);
  write(column, 0, [undefined, sparse([7], [0.5]), undefined, sparse([], []), sparse([1, 2], [3, 4])]);
  const [loaded] = pair(SPARSE);
  loaded.load(0, decodeRaggedRows(encodeRaggedRows(column.pendingRows(0, 5)!)), true);
  loaded.publish(0, 5, new Set([4]));
  assert.deepEqual(
    [1, 3, 4].map((offset) => loaded.valueOf(offset)),
    [sparse([7], [0.5]), sparse([], []), sparse([1, 2], [3, 4])],
  );
  assert.deepEqual([loaded.has(0), loaded.has(2), loaded.liveRows], [false, false, 2]);
});

test('a transaction without the vector stores nothing for it', () => {
  const [column] = pair(SPARSE);
  write(column, 0, [undefined, undefined]);
  assert.equal(column.pendingRows(0, 2), undefined);
});

test('Cosine rows of a multivector are normalised once, when they are new', () => {
  const [column] = pair(MULTI);
  column.write(0, { kind: 'multi', dim: 2, rows: Float32Array.of(3, 4, 0, 0, 0, -2) }, true);
  const value = column.valueOf(0)!;
  assert.deepEqual(value, {
    kind: 'multi',
    dim: 2,
    rows: Float32Array.of(0.6, 0.8, 0, 0, 0, -1),
    isStored: true,
  });
  column.write(1, value, false);
  assert.deepEqual(column.valueOf(1), value);
});

test('a row that may not fit is not taken', () => {
  const [column] = pair(SPARSE);
  const long = sparse(
    Array.from({ length: 800_000 }, (_, i) => i),
    Array(800_000).fill(1),
  );
  assert.equal(column.hasRoomFor(sparse([1], [1]), true), true);
  assert.equal(column.hasRoomFor(undefined, true), true);
  assert.equal(column.hasRoomFor(long, true), false);
  const half = sparse(
    Array.from({ length: 400_000 }, (_, i) => i),
    Array(400_000).fill(1),
  );
  assert.equal(column.hasRoomFor(half, true), true);
  column.write(0, half, true);
  assert.equal(column.hasRoomFor(half, false), false);
  column.publish(0, 1, new Set());
  assert.equal(column.hasRoomFor(sparse([1], [1]), true), true);
});
