import { attachKernels, type Kernels, loadKernelModule, type ScanKernels } from '../../src/kernels/loader.ts';
import { referenceKernels } from '../../src/kernels/reference.ts';

/** The compiled kernels and their twins, each over a shared memory of its own with the same contents to begin with. */
export interface Pair {
  readonly kernels: Kernels;
  readonly twins: ScanKernels;
  readonly compiled: DataView;
  readonly reference: DataView;
  /** Copies the compiled side's memory to the twins' side. */
  sync(): void;
}

export const module = loadKernelModule();

export function kernelPair(pages = 4): Pair {
  const descriptor = { initial: pages, maximum: pages, shared: true };
  const memory = new WebAssembly.Memory(descriptor);
  const other = new WebAssembly.Memory(descriptor);
  return {
    kernels: attachKernels(memory, module),
    twins: referenceKernels(other),
    compiled: new DataView(memory.buffer),
    reference: new DataView(other.buffer),
    sync: () => new Uint8Array(other.buffer).set(new Uint8Array(memory.buffer)),
  };
}

/** Seeded 32-bit generator (mulberry32), values in [0, 1). */
export function prng(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function writeFloats(view: DataView, at: number, values: Iterable<number>): void {
  let pointer = at;
  for (const value of values) {
    view.setFloat32(pointer, value, true);
    pointer += 4;
  }
}

export function readFloats(view: DataView, at: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => view.getFloat32(at + 4 * i, true));
}

export function readHeap(view: DataView, at: number, n: number): { score: number; offset: number }[] {
  return Array.from({ length: n }, (_, i) => ({
    score: view.getFloat32(at + 8 * i, true),
    offset: view.getUint32(at + 8 * i + 4, true),
  }));
}
