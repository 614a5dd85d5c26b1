import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CodeColumn,
  type CodesHandle,
  codesHandles,
  createCodesHandle,
} from '../../../../src/engine/vectors/code-column.ts';
import { quantizationOf } from '../../../../src/engine/vectors/quantization.ts';
import type { DenseConfig } from '../../../../src/engine/vectors/vector-config.ts';
import { CODES } from '../../../../src/kernels/codes-layout.ts';
import { segmentLayout } from '../../../../src/kernels/memory-layout.ts';

const DIM = 32;
const ROWS = 100;
const NO_TIME = 0;
const INDEX = { m: 16, efConstruct: 100, fullScanThresholdKb: 10, indexingThresholdKb: 10 };

function config(quantization: DenseConfig['quantization']): DenseConfig {
  return {
    kind: 'dense',
    id: 1,
    name: '',
    dim: DIM,
    metric: 'Dot',
    datatype: 'float32',
    index: INDEX,
    quantization,
  };
}

const BINARY = quantizationOf({ binary: {} }, { metric: 'Dot', dim: DIM });
const TURBO = quantizationOf({ turbo: {} }, { metric: 'Dot', dim: DIM });

function binaryCodes(): CodesHandle {
  assert.ok(BINARY?.kind === 'codes');
  return createCodesHandle(1, BINARY.spec, { capacity: ROWS, threads: 2 });
}

const row = (offset: number) => Float32Array.from({ length: DIM }, (_, i) => Math.sin(offset * DIM + i));

const recordsOf = ({ memory, layout }: CodesHandle): Uint8Array =>
  new Uint8Array(memory.buffer, layout.records, layout.strideBytes * ROWS);

test('rows are coded in slices, and the count of coded rows says how far', () => {
  const handle = binaryCodes();
  const column = new CodeColumn(handle, 0);
  assert.equal(column.codedCount, 0);
  let slices = 1;
  while (column.encode(ROWS, NO_TIME, row)) slices += 1;
  assert.equal(slices, Math.ceil(ROWS / 16));
  assert.equal(column.codedCount, ROWS);
  const atOnce = binaryCodes();
  assert.equal(new CodeColumn(atOnce, 1).encode(ROWS, Number.POSITIVE_INFINITY, row), false);
  assert.deepEqual(recordsOf(atOnce), recordsOf(handle));
});

test('rows without the vector are passed over', () => {
  const handle = binaryCodes();
  new CodeColumn(handle, 0).encode(2, Number.POSITIVE_INFINITY, (offset) =>
    offset === 0 ? undefined : row(offset),
  );
  const { strideBytes } = handle.layout;
  const records = recordsOf(handle);
  assert.ok(records.subarray(0, strideBytes).every((byte) => byte === 0));
  assert.ok(records.subarray(strideBytes, 2 * strideBytes).some((byte) => byte !== 0));
});

test('only one thread codes at a time, unless it died', () => {
  const handle = binaryCodes();
  const words = new Int32Array(handle.memory.buffer);
  const column = new CodeColumn(handle, 0);
  const now = Math.floor(Date.now() / 1000);
  words[CODES.lock] = now;
  assert.equal(column.encode(ROWS, 1, row), true, 'rows are left, whoever codes them');
  assert.equal(column.codedCount, 0);
  words[CODES.lock] = now - 60;
  column.encode(ROWS, Number.POSITIVE_INFINITY, row);
  assert.equal(column.codedCount, ROWS);
  assert.equal(words[CODES.lock], 0);
});

function unreadable(): never {
  throw new Error('no row');
}

test('a row that cannot be read leaves the lock free', () => {
  const handle = binaryCodes();
  const column = new CodeColumn(handle, 0);
  assert.throws(() => column.encode(ROWS, Number.POSITIVE_INFINITY, unreadable), /no row/);
  assert.equal(new Int32Array(handle.memory.buffer)[CODES.lock], 0);
});

const PRODUCT = quantizationOf({ product: { compression: 'x16' } }, { metric: 'Dot', dim: DIM });

test('centroids are made in slices before rows are coded, and anew when there are many more rows', () => {
  assert.ok(PRODUCT?.kind === 'codes');
  const handle = createCodesHandle(1, PRODUCT.spec, { capacity: ROWS, threads: 1 });
  const column = new CodeColumn(handle, 0);
  const words = new Int32Array(handle.memory.buffer);
  assert.equal(column.encode(10, NO_TIME, row), true);
  assert.equal(column.codedCount, 0);
  assert.equal(column.encode(10, Number.POSITIVE_INFINITY, row), false);
  assert.deepEqual([column.codedCount, words[CODES.trainedRows]], [10, 10]);
  column.encode(39, Number.POSITIVE_INFINITY, row);
  assert.deepEqual([column.codedCount, words[CODES.trainedRows]], [39, 10]);
  const before = recordsOf(handle).slice();
  column.encode(40, Number.POSITIVE_INFINITY, row);
  assert.deepEqual([column.codedCount, words[CODES.trainedRows]], [40, 40]);
  assert.notDeepEqual(recordsOf(handle), before);
});

test('a slice without time leaves the centroids for the next one', () => {
  assert.ok(PRODUCT?.kind === 'codes');
  const [slow, quick] = [1, 2].map(() =>
    createCodesHandle(1, PRODUCT.spec, { capacity: ROWS, threads: 1 }),
  ) as [CodesHandle, CodesHandle];
  const column = new CodeColumn(slow, 0);
  while (column.encode(ROWS, 0.01, row)) {
    // The next slice.
  }
  new CodeColumn(quick, 0).encode(ROWS, Number.POSITIVE_INFINITY, row);
  assert.deepEqual(recordsOf(slow), recordsOf(quick));
});

test('a change of settings keeps the codes that stay as they are', () => {
  const layout = segmentLayout({ vectors: [{ name: '', dim: DIM }], capacity: ROWS, scratchCount: 2 });
  const [binary] = codesHandles([config(BINARY)], layout, []);
  assert.ok(binary);
  assert.equal(binary.layout.areas.length, 2);
  const same = codesHandles([config(structuredClone(BINARY))], layout, [binary]);
  assert.equal(same[0]?.memory, binary.memory);
  const other = codesHandles([config(TURBO)], layout, [binary]);
  assert.equal(other[0]?.spec.form, 'nibbles');
  assert.notEqual(other[0]?.memory, binary.memory);
  assert.deepEqual(codesHandles([config(undefined), config({ kind: 'graph' })], layout, [binary]), []);
});
