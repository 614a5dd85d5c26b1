import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referenceColumnKernels } from '../../src/kernels/column-reference.ts';
import { attachKernels } from '../../src/kernels/loader.ts';
import { module, prng } from './support.ts';

const CELLS = 1024;
const ROWS = 40_960;
const OUT = 49_152;
const PAGES = 1;
const COUNTS = [...Array(68).keys(), 127, 128, 129, 500, 1024];

const memories = [0, 1].map(
  () => new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true }),
) as [WebAssembly.Memory, WebAssembly.Memory];
const compiled = attachKernels(memories[0], module);
const twins = referenceColumnKernels(memories[1]);
const [view, other] = memories.map(({ buffer }) => new DataView(buffer)) as [DataView, DataView];

/** Fills both memories alike, runs the kernel on one and its twin on the other, and compares all they hold. */
function compare(
  what: string,
  fill: (at: DataView, i: number) => void,
  run: (kernels: typeof twins) => void,
): void {
  for (const memory of [view, other]) {
    for (let i = 0; i < 1100; i++) fill(memory, i);
    // What the bitmap holds before stays.
    for (let i = 0; i < 256; i++) memory.setUint8(OUT + i, (i * 37) & 0x11);
  }
  run(compiled);
  run(twins);
  assert.deepEqual(new Uint8Array(view.buffer), new Uint8Array(other.buffer), what);
}

test('columnEquals', () => {
  for (const count of COUNTS) {
    for (const value of [0, 3, 0x8000_0000, 0xffff_ffff]) {
      const random = prng(count);
      const cells = Array.from({ length: 1100 }, () =>
        random() < 0.5 ? value : random() < 0.5 ? 3 : Math.floor(random() * 2 ** 32),
      );
      compare(
        `${count} cells, ${value}`,
        (memory, i) => memory.setUint32(CELLS + 4 * i, cells[i]!, true),
        (kernels) => kernels.columnEquals(CELLS, count, value, OUT),
      );
    }
  }
});

const INTEGERS = [0n, 1n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 1_700_000_000_000_000_000n];

test('columnIntegers', () => {
  for (const count of COUNTS) {
    for (const low of INTEGERS) {
      for (const high of [low, 5n, 2n ** 63n - 1n]) {
        const random = prng(count);
        const cells = Array.from({ length: 1100 }, () => INTEGERS[Math.floor(random() * INTEGERS.length)]!);
        compare(
          `${count} cells, ${low} to ${high}`,
          (memory, i) => memory.setBigInt64(CELLS + 8 * i, cells[i]!, true),
          (kernels) => kernels.columnIntegers(CELLS, count, low, high, OUT),
        );
      }
    }
  }
});

const FLOATS = [0, -0, 1.5, -1.5, Number.NaN, Infinity, -Infinity, 5e-324, 1e308];

test('columnFloats', () => {
  for (const count of COUNTS) {
    for (const low of FLOATS) {
      for (const high of [low, 1.5, Infinity]) {
        const random = prng(count);
        const cells = Array.from({ length: 1100 }, () => FLOATS[Math.floor(random() * FLOATS.length)]!);
        compare(
          `${count} cells, ${low} to ${high}`,
          (memory, i) => memory.setFloat64(CELLS + 8 * i, cells[i]!, true),
          (kernels) => kernels.columnFloats(CELLS, count, low, high, OUT),
        );
      }
    }
  }
});

test('columnBox', () => {
  for (const count of COUNTS) {
    const random = prng(count);
    const cells = Array.from({ length: 2200 }, (_, i) =>
      random() < 0.2 ? [10, 20][i % 2]! : (random() - 0.5) * [360, 180][i % 2]!,
    );
    compare(
      `${count} cells`,
      (memory, i) => {
        memory.setFloat64(CELLS + 16 * i, cells[2 * i]!, true);
        memory.setFloat64(CELLS + 16 * i + 8, cells[2 * i + 1]!, true);
      },
      (kernels) => kernels.columnBox(CELLS, count, 10, -30, 90, 20, OUT),
    );
  }
});

test('columnScatter', () => {
  for (const count of COUNTS) {
    const random = prng(count);
    const rows = Array.from({ length: 1100 }, () =>
      random() < 0.1 ? 0xffff_ffff : Math.floor(random() * 1200),
    );
    const hits = Array.from({ length: 1100 }, () => Math.floor(random() * 256));
    compare(
      `${count} entries`,
      (memory, i) => {
        memory.setUint8(CELLS + i, hits[i]!);
        memory.setUint32(ROWS + 4 * i, rows[i]!, true);
      },
      (kernels) => kernels.columnScatter(CELLS, count, ROWS, 1000, OUT),
    );
  }
});
