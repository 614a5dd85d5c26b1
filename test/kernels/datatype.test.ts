import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  comparisonId,
  DATATYPE,
  type DatatypeName,
  METRIC,
  type MetricName,
} from '../../src/kernels/memory-layout.ts';
import { referenceTyped } from '../../src/kernels/reference.ts';
import { referenceMaxSim } from '../../src/kernels/reference-side.ts';
import { runs } from '../helpers/property-runs.ts';
import { kernelPair, prng, readFloats, writeFloats } from './support.ts';

const ROW = 4096;
const QUERY = 16_384;
const OUT = 32_768;
const pair = kernelPair(2);
const TYPED = ['float16', 'uint8'] as const;

function writeRow(at: number, values: readonly number[], datatype: DatatypeName): void {
  for (const [i, value] of values.entries()) {
    if (datatype === 'float16') pair.compiled.setFloat16(at + 2 * i, value, true);
    else pair.compiled.setUint8(at + i, value);
  }
}

const cases = fc.record({
  datatype: fc.constantFrom(...TYPED),
  metric: fc.constantFrom(...(Object.keys(METRIC) as MetricName[])),
  dim: fc.integer({ min: 1, max: 70 }),
  content: fc.integer(),
});

/** Small integers: sums are exact in any order. */
test('rows of half precision and of bytes compare as their values do', () => {
  fc.assert(
    fc.property(cases, ({ datatype, metric, dim, content }) => {
      const random = prng(content);
      const low = datatype === 'uint8' ? 0 : -3;
      writeRow(
        ROW,
        Array.from({ length: dim }, () => low + Math.floor(random() * 7)),
        datatype,
      );
      writeFloats(
        pair.compiled,
        QUERY,
        Array.from({ length: dim }, () => Math.floor(random() * 7) - 3),
      );
      pair.sync();
      const comparison = comparisonId(metric, datatype);
      assert.equal(
        pair.kernels.similarity(comparison, ROW, QUERY, dim),
        pair.twins.similarity(comparison, ROW, QUERY, dim),
      );
    }),
    runs(500),
  );
});

test('every number of half precision but infinities and NaN is decoded as it is', () => {
  const comparison = comparisonId('Dot', 'float16');
  writeFloats(pair.compiled, QUERY, [1]);
  for (let bits = 0; bits < 65_536; bits++) {
    if ((bits & 0x7c00) === 0x7c00) continue;
    pair.compiled.setUint16(ROW, bits, true);
    const expected = pair.compiled.getFloat16(ROW, true);
    // A sum that begins with +0 has no -0.
    assert.equal(pair.kernels.similarity(comparison, ROW, QUERY, 1), expected + 0);
  }
});

test('sixteen numbers at a time are decoded like one', () => {
  const random = prng(9);
  const row = Array.from({ length: 16 }, () => Math.fround((random() - 0.5) * 10 ** (8 * random() - 4)));
  writeRow(ROW, row, 'float16');
  for (let i = 0; i < 16; i++) {
    writeFloats(
      pair.compiled,
      QUERY,
      Array.from({ length: 16 }, (_, j) => (i === j ? 1 : 0)),
    );
    const found = pair.kernels.similarity(comparisonId('Dot', 'float16'), ROW, QUERY, 16);
    assert.equal(found, Math.f16round(row[i]!) + 0);
  }
});

test('Cosine of bytes divides by the length of the row, and a row of zeros is like nothing', () => {
  const comparison = comparisonId('Cosine', 'uint8');
  writeRow(ROW, [3, 4], 'uint8');
  writeFloats(pair.compiled, QUERY, [0, 1]);
  assert.equal(pair.kernels.similarity(comparison, ROW, QUERY, 2), Math.fround(4 / 5));
  writeRow(ROW, [0, 0], 'uint8');
  assert.equal(pair.kernels.similarity(comparison, ROW, QUERY, 2), 0);
  assert.equal(referenceTyped(comparison, Float32Array.of(0, 0), Float32Array.of(0, 1)), 0);
});

test('maxSim steps through rows of any datatype', () => {
  const dim = 5;
  const rows = [
    [1, 2, 3, 4, 5],
    [5, 4, 3, 2, 1],
    [0, 9, 0, 0, 0],
  ];
  const queries = [
    [1, 0, 0, 0, 1],
    [0, 1, 0, 1, 0],
  ];
  pair.compiled.setUint32(QUERY, 2, true);
  writeFloats(pair.compiled, QUERY + 4, queries.flat());
  for (const datatype of TYPED) {
    pair.compiled.setUint32(ROW, 3, true);
    writeRow(ROW + 4, rows.flat(), datatype);
    assert.equal(
      pair.kernels.maxSim(comparisonId('Dot', datatype), ROW, QUERY, dim),
      referenceMaxSim(METRIC.Dot, rows, queries),
    );
  }
});

test('the scan takes rows of bytes by their stride', () => {
  writeFloats(pair.compiled, QUERY, [1, 1, 1]);
  for (let i = 0; i < 4; i++) writeRow(ROW + 16 * i, [i, i, i], 'uint8');
  pair.kernels.scoreRange(comparisonId('Dot', 'uint8'), ROW, 16, 3, 0, 4, QUERY, OUT);
  assert.deepEqual(readFloats(pair.compiled, OUT, 4), [0, 3, 6, 9]);
  assert.deepEqual(DATATYPE, { float32: 0, float16: 1, uint8: 2 });
});
