import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { attachKernels } from '../../src/kernels/loader.ts';
import { METRIC } from '../../src/kernels/memory-layout.ts';
import { referenceSideKernels } from '../../src/kernels/reference-side.ts';
import { createSideMemory, SIDE, sideLayout } from '../../src/kernels/side-layout.ts';
import { runs } from '../helpers/property-runs.ts';
import { module, prng, readFloats, readHeap } from './support.ts';

const ROW_COUNT = 130;
const layout = sideLayout({ capacity: ROW_COUNT, scratchCount: 1, bytesMax: 0 });
const memory = createSideMemory(layout);
const kernels = attachKernels(memory, module);
const twins = referenceSideKernels(memory, { starts: layout.starts, rowCount: ROW_COUNT });
const scratch = layout.scratch[0]!;
const words = new Uint32Array(memory.buffer);
const floats = new Float32Array(memory.buffer);
const view = new DataView(memory.buffer);

/** Small integers: sums are exact in any order, and ties are frequent. */
function writeRow(address: number, count: number, dim: number, random: () => number): number {
  words[address / 4] = count;
  for (let i = 0; i < count * dim; i++) floats[address / 4 + 1 + i] = Math.floor(random() * 7) - 3;
  return address + 4 + 4 * count * dim;
}

/** About a fifth of the points lack the vector; the others have 1 to 4 rows. */
function fill(dim: number, random: () => number): void {
  let at = Math.ceil(words[SIDE.arenaEnd]! / 4) * 4;
  for (let offset = 0; offset < ROW_COUNT; offset++) {
    const isPresent = random() < 0.8;
    words[layout.starts / 4 + offset] = isPresent ? at : 0;
    if (isPresent) at = writeRow(at, 1 + Math.floor(random() * 4), dim, random);
  }
  writeRow(scratch.query, 1 + Math.floor(random() * 4), dim, random);
  for (const bitmap of [scratch.tombstones, scratch.filter]) {
    for (let i = 0; i < ROW_COUNT + 64; i += 8) view.setUint8(bitmap + (i >> 3), random() * 256);
  }
}

const cases = fc.record({
  metric: fc.constantFrom(...Object.values(METRIC)),
  dim: fc.integer({ min: 1, max: 40 }),
  from: fc.integer({ min: 0, max: ROW_COUNT }),
  to: fc.integer({ min: 0, max: ROW_COUNT }),
  k: fc.constantFrom(1, 2, 10, 1000),
  isFiltered: fc.boolean(),
  content: fc.integer(),
});

test('multiScan in slices finds the best rows, as the twin in one go', () => {
  fc.assert(
    fc.property(cases, ({ metric, dim, from, to, k, isFiltered, content }) => {
      fill(dim, prng(content));
      const { query, heap, tombstones, filter } = scratch;
      const bitmaps = isFiltered ? ([tombstones, filter] as const) : ([0, 0] as const);
      const head = [metric, layout.starts, query, dim] as const;
      const cut = Math.floor((from + to) / 2);
      let length = kernels.multiScan(...head, from, cut, ...bitmaps, heap, 0, k);
      length = kernels.multiScan(...head, cut, to, ...bitmaps, heap, length, k);
      kernels.heapSort(heap, length);
      const found = readHeap(view, heap, length);
      const expected = twins.multiScan(...head, from, Math.max(from, to), ...bitmaps, heap, 0, k);
      kernels.heapSort(heap, expected);
      assert.deepEqual(found, from <= to ? readHeap(view, heap, expected) : []);
    }),
    runs(100),
  );
});

test('multiScoreOffsets scores rows in any order, NaN where there is none', () => {
  fc.assert(
    fc.property(cases, ({ metric, dim, content }) => {
      const random = prng(content);
      fill(dim, random);
      const { query, offsets, scores } = scratch;
      const list = Array.from({ length: 20 }, () => Math.floor(random() * ROW_COUNT));
      words.set(list, offsets / 4);
      const args = [metric, layout.starts, offsets, list.length, query, dim, scores] as const;
      kernels.multiScoreOffsets(...args);
      const compiled = readFloats(view, scores, list.length);
      twins.multiScoreOffsets(...args);
      assert.deepEqual(compiled, readFloats(view, scores, list.length));
    }),
    runs(100),
  );
});

test('maxSim adds the best match of each vector of the query', () => {
  const row = scratch.scores;
  const query = scratch.query;
  words[row / 4] = 2;
  floats.set([1, 0, 0, 2], row / 4 + 1);
  words[query / 4] = 3;
  floats.set([1, 0, 0, 1, -1, -1], query / 4 + 1);
  assert.equal(kernels.maxSim(METRIC.Dot, row, query, 2), 1 + 2 - 1);
  assert.equal(kernels.maxSim(METRIC.Euclid, row, query, 2), 0 - 1 - 5);
  assert.equal(kernels.maxSim(METRIC.Manhattan, row, query, 2), 0 - 1 - 3);
});
