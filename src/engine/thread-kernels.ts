import { loadKernelModule } from '../kernels/loader.ts';
import { loadTextKernel } from '../kernels/text.ts';
import type { NumberKernel } from '../shared/json/reader.ts';
import type { FloatKernel } from '../shared/json/writer.ts';

/** The compiled WebAssembly that a worker thread needs. */
export interface ThreadKernels {
  /** To be instantiated over each segment's memory. */
  readonly segmentModule: WebAssembly.Module;
  /** Reads the number arrays of JSON text. */
  readonly numbers: NumberKernel;
  /** Prints float32 numbers. */
  readonly floats: FloatKernel;
}

/** Compiles the kernels; call once a thread, at start. */
export function loadThreadKernels(): ThreadKernels {
  return { segmentModule: loadKernelModule(), ...loadTextKernel() };
}
