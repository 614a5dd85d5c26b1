import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { METRIC, vectorStrideBytes } from '../../src/kernels/memory-layout.ts';
import { kernelPair, prng, readFloats, readHeap, writeFloats } from './support.ts';

const TOMBSTONES = 1024;
const ALLOWED = 2048;
const PRESENT = 3072;
const QUERY = 4096;
const HEAP = 8192;
const OFFSETS = 16_384;
const OUT = 20_480;
const ROWS = 65_536;
const ROW_COUNT = 300;
const pair = kernelPair(3);
const runs = 100 * Number(process.env.NEARIFY_TEST_RUNS ?? 1);
const seed = process.env.NEARIFY_TEST_SEED;
const parameters = { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) };

/** Small integers: sums are exact in any order, and ties are frequent. */
function fill(dim: number, random: () => number): void {
  const stride = vectorStrideBytes(dim);
  for (let i = 0; i < ROW_COUNT; i++) {
    const row = Array.from({ length: dim }, () => Math.floor(random() * 7) - 3);
    writeFloats(pair.compiled, ROWS + i * stride, row);
  }
  writeFloats(
    pair.compiled,
    QUERY,
    Array.from({ length: dim }, () => Math.floor(random() * 7) - 3),
  );
}

function fillBitmap(at: number, density: number, random: () => number): void {
  for (let i = 0; i < ROW_COUNT + 64; i += 8) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) if (random() < density) byte |= 1 << bit;
    pair.compiled.setUint8(at + (i >> 3), byte);
  }
}

const cases = fc.record({
  metric: fc.constantFrom(...Object.values(METRIC)),
  dim: fc.integer({ min: 1, max: 67 }),
  from: fc.integer({ min: 0, max: ROW_COUNT }),
  to: fc.integer({ min: 0, max: ROW_COUNT }),
  cut: fc.integer({ min: 0, max: ROW_COUNT }),
  k: fc.constantFrom(0, 1, 2, 10, 1000),
  deleted: fc.constantFrom(-1, 0, 0.2, 1),
  allowed: fc.constantFrom(-1, 0, 0.01, 0.5, 1),
  present: fc.constantFrom(-1, 0.9),
  content: fc.integer(),
});

test('scanTopK in slices finds the best rows, as the twin in one go', () => {
  fc.assert(
    fc.property(cases, (c) => {
      const random = prng(c.content);
      fill(c.dim, random);
      fillBitmap(TOMBSTONES, c.deleted, random);
      fillBitmap(ALLOWED, c.allowed, random);
      fillBitmap(PRESENT, c.present, random);
      pair.sync();
      const head = [c.metric, ROWS, vectorStrideBytes(c.dim), c.dim] as const;
      const bitmaps = [
        c.deleted < 0 ? 0 : TOMBSTONES,
        c.allowed < 0 ? 0 : ALLOWED,
        c.present < 0 ? 0 : PRESENT,
      ] as const;
      const cut = Math.max(c.from, Math.min(c.cut, c.to));
      let length = pair.kernels.scanTopK(...head, c.from, cut, ...bitmaps, QUERY, HEAP, 0, c.k);
      length = pair.kernels.scanTopK(...head, cut, c.to, ...bitmaps, QUERY, HEAP, length, c.k);
      const expected = pair.twins.scanTopK(...head, c.from, c.to, ...bitmaps, QUERY, HEAP, 0, c.k);
      assert.equal(length, expected);
      pair.kernels.heapSort(HEAP, length);
      pair.twins.heapSort(HEAP, length);
      assert.deepEqual(readHeap(pair.compiled, HEAP, length), readHeap(pair.reference, HEAP, length));
    }),
    parameters,
  );
});

for (const [name, metric] of Object.entries(METRIC)) {
  test(`${name}: scoreRange and scoreOffsets at every tail length`, () => {
    for (let dim = 1; dim <= 67; dim++) {
      fill(dim, prng(dim));
      const offsets = [299, 0, 7, 7, 150];
      for (const [i, offset] of offsets.entries()) pair.compiled.setUint32(OFFSETS + 4 * i, offset, true);
      pair.sync();
      const head = [metric, ROWS, vectorStrideBytes(dim), dim] as const;
      for (const side of [pair.kernels, pair.twins]) {
        side.scoreOffsets(...head, OFFSETS, offsets.length, QUERY, OUT);
        side.scoreRange(...head, 100, 131, QUERY, OUT + 64);
      }
      assert.deepEqual(readFloats(pair.compiled, OUT, 5), readFloats(pair.reference, OUT, 5));
      assert.deepEqual(readFloats(pair.compiled, OUT + 64, 31), readFloats(pair.reference, OUT + 64, 31));
    }
  });
}

test('the heap orders NaN and -Infinity last and keeps the smaller offset of equal scores', () => {
  let length = 0;
  const offered = [Number.NaN, 1, Infinity, 1, -Infinity, 1, 0, Number.NaN, -0];
  for (const [offset, score] of offered.entries()) {
    length = pair.kernels.heapOffer(HEAP, length, 7, score, offset);
  }
  pair.kernels.heapSort(HEAP, length);
  const sorted = readHeap(pair.compiled, HEAP, length).map(({ offset }) => offset);
  assert.deepEqual(sorted, [2, 1, 3, 5, 6, 8, 0]);
});
