import type { SegmentLayout } from '../../kernels/memory-layout.ts';

/** A segment as any thread can attach to it. */
export interface SegmentHandle {
  readonly id: number;
  readonly memory: WebAssembly.Memory;
  readonly layout: SegmentLayout;
}
