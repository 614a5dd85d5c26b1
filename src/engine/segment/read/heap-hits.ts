import type { Kernels } from '../../../kernels/loader.ts';
import type { Segment } from '../segment.ts';

/** A row that a search found. `similarity`: larger is better, float32; `reportedScore` turns it into what clients see. */
export interface Hit {
  readonly segment: Segment;
  readonly offset: number;
  readonly similarity: number;
}

/** A heap of kernels: where it lies, in which memory, and how many entries it has. */
export interface Heap {
  readonly kernels: Pick<Kernels, 'heapSort'>;
  readonly memory: WebAssembly.Memory;
  readonly address: number;
  readonly length: number;
}

/** Sorts a heap and returns its entries, best first, as rows of the segment. */
export function heapHits(segment: Segment, { kernels, memory, address, length }: Heap): Hit[] {
  kernels.heapSort(address, length);
  const scores = new Float32Array(memory.buffer, address, length * 2);
  const offsets = new Uint32Array(memory.buffer, address, length * 2);
  return Array.from({ length }, (_, i) => ({
    segment,
    offset: offsets[i * 2 + 1]!,
    similarity: scores[i * 2]!,
  }));
}
