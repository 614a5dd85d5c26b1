import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GRAPH } from '../../src/kernels/graph-layout.ts';
import { METRIC, type MetricId, vectorStrideBytes } from '../../src/kernels/memory-layout.ts';
import { kernelPair, prng, readFloats, writeFloats } from './support.ts';

const GRAPH_HEAD = 1024;
const COEFFICIENTS = 2048;
const LIST = 4096;
const OUT = 8192;
const QUERY = 16_384;
const CODE = 32_768;
const ROWS = 65_536;
const CODES = 4 * 65_536;
const RECORD_HEAD = 16;
const LEVELS = 127;
const DIMS = [...Array.from({ length: 67 }, (_, i) => i + 1), 384, 1536];
const METRICS = [METRIC.Dot, METRIC.Euclid];
const { kernels, compiled: view } = kernelPair(8);

const codeBytesFor = (dim: number): number => Math.ceil(dim / 16) * 16;

function writeHead(metric: MetricId, dim: number): void {
  const words = {
    metric,
    dim,
    codes: CODES,
    codeBytes: codeBytesFor(dim),
    codeStride: RECORD_HEAD + codeBytesFor(dim),
  };
  for (const [name, value] of Object.entries(words)) {
    view.setUint32(GRAPH_HEAD + 4 * GRAPH[name as keyof typeof words], value, true);
  }
}

/** Encodes rows as the graph does; what lies behind them in memory must not matter. */
function encodeRows(rows: readonly (readonly number[])[], dim: number): void {
  const stride = vectorStrideBytes(dim);
  new Uint8Array(view.buffer, CODES, rows.length * (RECORD_HEAD + codeBytesFor(dim)) + 64).fill(0xa5);
  for (const [i, row] of rows.entries()) {
    writeFloats(view, ROWS + i * stride, row);
    const record = CODES + i * (RECORD_HEAD + codeBytesFor(dim));
    kernels.encodeRow(ROWS + i * stride, dim, codeBytesFor(dim), record);
  }
}

function writeQuery(query: readonly number[]): void {
  new Uint8Array(view.buffer, QUERY, vectorStrideBytes(query.length)).fill(0);
  writeFloats(view, QUERY, query);
}

function scoreQuery(query: readonly number[], rowCount: number): number[] {
  writeQuery(query);
  kernels.encodeQuery(GRAPH_HEAD, QUERY, CODE, COEFFICIENTS);
  return scoreAll(CODE, rowCount);
}

function scoreAll(code: number, rowCount: number): number[] {
  for (let i = 0; i < rowCount; i++) view.setUint32(LIST + 4 * i, i, true);
  kernels.scoreCodes(GRAPH_HEAD, code, COEFFICIENTS, LIST, rowCount, OUT);
  return readFloats(view, OUT, rowCount);
}

/** What a record stands for. */
function decodeRow(i: number, dim: number): number[] {
  const record = CODES + i * (RECORD_HEAD + codeBytesFor(dim));
  const low = view.getFloat32(record + 4, true);
  const step = view.getFloat32(record + 8, true);
  return Array.from({ length: dim }, (_, j) => low + step * view.getInt8(record + RECORD_HEAD + j));
}

function score(metric: MetricId, a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0;
    sum += metric === METRIC.Euclid ? -((x - y) ** 2) : x * y;
  }
  return sum;
}

const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));
const range = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + Math.abs(value), 0);

/** How far a score by codes may be from the score of the floats: half a step of each side in every dimension. */
function errorMax(metric: MetricId, query: readonly number[], row: readonly number[]): number {
  const rowStep = range(row) / LEVELS;
  const queryStep = largest(query) / LEVELS;
  const products =
    (total(query) * rowStep + total(row) * queryStep) / 2 + (row.length * rowStep * queryStep) / 4;
  if (metric === METRIC.Dot) return products + 1e-5 * total(row) * largest(query);
  // The query's length is exact, the row's is that of its codes.
  const norm = total(row) * rowStep + (row.length * rowStep ** 2) / 4;
  return 2 * products + norm + 1e-5 * (total(row) + total(query)) ** 2;
}

for (const metric of METRICS) {
  const name = metric === METRIC.Dot ? 'Dot' : 'Euclid';
  test(`${name}: scores by codes are those of the floats within the steps, for all tails and list lengths`, () => {
    for (const dim of DIMS) {
      const random = prng(dim);
      const vector = (spread: number) =>
        Array.from({ length: dim }, () => Math.fround((random() - 0.4) * spread));
      const rows = Array.from({ length: 9 }, (_, i) => vector(10 ** (i % 3)));
      writeHead(metric, dim);
      encodeRows(rows, dim);
      const query = vector(2);
      for (let n = 1; n <= rows.length; n++) {
        for (const [i, approximate] of scoreQuery(query, n).entries()) {
          const row = rows[i] ?? [];
          const difference = Math.abs(approximate - score(metric, query, row));
          const allowed = errorMax(metric, query, row);
          assert.ok(
            difference <= allowed,
            `dim ${dim}, row ${i} of ${n}: off by ${difference}, not ${allowed}`,
          );
        }
      }
    }
  });

  test(`${name}: scores between rows are those of what their codes stand for`, () => {
    for (const dim of DIMS) {
      const random = prng(dim + 1000);
      const rows = Array.from({ length: 5 }, () => Array.from({ length: dim }, () => random() * 4 - 1));
      writeHead(metric, dim);
      encodeRows(rows, dim);
      const decoded = rows.map((_, i) => decodeRow(i, dim));
      for (const [i, fixed] of decoded.entries()) {
        const record = CODES + i * (RECORD_HEAD + codeBytesFor(dim));
        kernels.rowCoefficients(GRAPH_HEAD, record, COEFFICIENTS);
        for (const [j, approximate] of scoreAll(record + RECORD_HEAD, rows.length).entries()) {
          const expected = score(metric, fixed, decoded[j] ?? []);
          const difference = Math.abs(approximate - expected);
          assert.ok(
            difference <= 1e-5 * dim * 16,
            `dim ${dim}, rows ${i}, ${j}: ${approximate}, not ${expected}`,
          );
        }
      }
    }
  });
}

test('codes stay in 0..127, and -127..127 for the query, so that every CPU has the same products', () => {
  const dim = 33;
  const random = prng(7);
  writeHead(METRIC.Dot, dim);
  const rows = Array.from({ length: 50 }, () => Array.from({ length: dim }, () => random() * 2 - 1));
  encodeRows(rows, dim);
  for (let i = 0; i < rows.length; i++) {
    const codes = new Int8Array(view.buffer, CODES + i * 64 + RECORD_HEAD, 48);
    assert.ok(codes.every((code) => code >= 0));
    assert.equal(Math.max(...codes), LEVELS);
    assert.deepEqual([...codes.subarray(dim)], Array(48 - dim).fill(0));
  }
  scoreQuery(
    Array.from({ length: dim }, (_, i) => (i % 2 === 0 ? 1 : -1)),
    1,
  );
  const query = new Int8Array(view.buffer, CODE, 48);
  assert.deepEqual([...query.subarray(0, 2)], [LEVELS, -LEVELS]);
  assert.deepEqual([...query.subarray(dim)], Array(48 - dim).fill(0));
});

test('zero, constant, infinite, NaN and huge vectors have codes that no score becomes NaN by', () => {
  const dim = 20;
  const plain = Array.from({ length: dim }, (_, i) => i / 10);
  const withOne = (value: number) => plain.with(3, value);
  const zero = Array<number>(dim).fill(0);
  const rows = [
    zero,
    Array<number>(dim).fill(2.5),
    withOne(Infinity),
    withOne(-Infinity),
    withOne(Number.NaN),
    plain.with(0, Number.NaN),
    plain.map((x, i) => (i % 2 === 0 ? 3e38 : -3e38) * (x > 0 ? 1 : 0.5)),
    Array.from({ length: dim }, (_, i) => i * 1e-45),
    plain,
  ];
  for (const metric of METRICS) {
    writeHead(metric, dim);
    encodeRows(rows, dim);
    for (const query of [plain, zero]) {
      const scores = scoreQuery(query, rows.length);
      assert.ok(!scores.some(Number.isNaN), `${scores}`);
      const exact = score(metric, query, plain);
      assert.ok(Math.abs((scores.at(-1) ?? Number.NaN) - exact) <= errorMax(metric, query, plain));
      assert.equal(scores[0], score(metric, query, zero) === 0 ? 0 : Math.fround(score(metric, query, zero)));
      assert.ok(Math.abs((scores[1] ?? Number.NaN) - score(metric, query, rows[1] ?? [])) < 0.5);
    }
  }
});

test('a query that is infinite or NaN scores no row NaN by Dot', () => {
  const dim = 20;
  writeHead(METRIC.Dot, dim);
  encodeRows([Array.from({ length: dim }, (_, i) => i)], dim);
  for (const value of [Infinity, -Infinity, Number.NaN]) {
    const [found] = scoreQuery(Array<number>(dim).fill(1).with(5, value), 1);
    assert.equal(found, 0);
  }
});

test('a list of a multiple of 4 is not written past its end', () => {
  const dim = 16;
  writeHead(METRIC.Dot, dim);
  encodeRows([Array<number>(dim).fill(1)], dim);
  writeQuery(Array<number>(dim).fill(1));
  kernels.encodeQuery(GRAPH_HEAD, QUERY, CODE, COEFFICIENTS);
  for (let i = 0; i < 4; i++) view.setUint32(LIST + 4 * i, 0, true);
  view.setUint32(LIST + 16, 77, true);
  view.setUint32(OUT + 16, 78, true);
  kernels.scoreCodes(GRAPH_HEAD, CODE, COEFFICIENTS, LIST, 4, OUT);
  assert.deepEqual([view.getUint32(LIST + 16, true), view.getUint32(OUT + 16, true)], [77, 78]);
});
