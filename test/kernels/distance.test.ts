import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRIC } from '../../src/kernels/memory-layout.ts';
import { kernelPair, prng, readFloats, writeFloats } from './support.ts';

const METRICS = Object.entries(METRIC);
const pair = kernelPair();

function load(at: number, values: readonly number[]): void {
  writeFloats(pair.compiled, at, values);
  writeFloats(pair.reference, at, values);
}

/** Equal bits below 16 dimensions, else within what reordering a sum of `dim` float32 terms may change. */
function assertClose(actual: number, expected: number, dim: number, what: string): void {
  if (dim < 16 || !Number.isFinite(expected)) return assert.equal(actual, expected, what);
  const tolerance = 1e-6 * dim * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} is not ${expected}`);
}

for (const [name, metric] of METRICS) {
  test(`${name}: every tail length at every 4-byte alignment agrees with the twin`, () => {
    const random = prng(1);
    for (let dim = 0; dim <= 67; dim++) {
      for (const shift of [0, 4, 8, 12, 1, 3]) {
        load(
          1024 + shift,
          Array.from({ length: dim }, () => random() * 2 - 1),
        );
        load(
          8192 + 4 * shift,
          Array.from({ length: dim }, () => random() * 2 - 1),
        );
        const args = [metric, 1024 + shift, 8192 + 4 * shift, dim] as const;
        const what = `dim ${dim}, shift ${shift}`;
        assertClose(pair.kernels.similarity(...args), pair.twins.similarity(...args), dim, what);
      }
    }
  });

  test(`${name}: what lies after the vector does not count`, () => {
    for (let dim = 0; dim <= 67; dim++) {
      load(1024, [...Array<number>(dim).fill(1), ...Array<number>(20).fill(Number.NaN)]);
      load(8192, [...Array<number>(dim).fill(2), ...Array<number>(20).fill(Number.NaN)]);
      const isProduct = metric === METRIC.Cosine || metric === METRIC.Dot;
      const expected = isProduct ? 2 * dim : dim;
      assert.equal(Math.abs(pair.kernels.similarity(metric, 1024, 8192, dim)), expected);
    }
  });

  test(`${name}: NaN, infinities and zeros at any place come out as from the twin`, () => {
    for (const special of [Number.NaN, Infinity, -Infinity, 0, -0, 3e38]) {
      for (let dim = 1; dim <= 67; dim++) {
        for (const place of new Set([0, dim >> 1, dim - 1])) {
          const values = Array.from({ length: dim }, (_, i) => (i === place ? special : 1));
          load(1024, values);
          load(8192, Array<number>(dim).fill(0.5));
          const args = [metric, 1024, 8192, dim] as const;
          const expected = pair.twins.similarity(...args);
          assertClose(pair.kernels.similarity(...args), expected, dim, `${special} at ${place} of ${dim}`);
        }
      }
    }
  });
}

test('short vectors have the scores that sequential float32 sums give', () => {
  load(1024, [0.05, 0.61, 0.76, 0.74]);
  load(8192, [0.2, 0.1, 0.9, 0.7]);
  const f32 = Math.fround;
  let expected = 0;
  for (const [a, b] of [
    [0.05, 0.2],
    [0.61, 0.1],
    [0.76, 0.9],
    [0.74, 0.7],
  ] as const) {
    expected = f32(expected + f32(f32(a) * f32(b)));
  }
  assert.equal(pair.kernels.similarity(METRIC.Dot, 1024, 8192, 4), expected);
});

test('normalise gives unit length, and leaves zero, unit and NaN vectors as Qdrant does', () => {
  const random = prng(2);
  for (let dim = 0; dim <= 67; dim++) {
    load(
      1024,
      Array.from({ length: dim }, () => random() * 8 - 4),
    );
    assert.equal(pair.kernels.normalise(1024, dim), pair.twins.normalise(1024, dim));
    const actual = readFloats(pair.compiled, 1024, dim);
    const expected = readFloats(pair.reference, 1024, dim);
    for (const [i, value] of expected.entries())
      assertClose(actual[i] ?? Number.NaN, value, dim, `dim ${dim}`);
    if (dim > 0) assert.equal(pair.kernels.normalise(1024, dim), 0, 'a second time changes nothing');
    for (const kept of [0, 1e-5]) {
      load(1024, Array<number>(dim).fill(kept));
      assert.equal(pair.kernels.normalise(1024, dim), 0);
      assert.deepEqual(readFloats(pair.compiled, 1024, dim), Array<number>(dim).fill(Math.fround(kept)));
    }
  }
});
