import type { SegmentLayout } from '../../kernels/memory-layout.ts';
import type { CodesHandle } from '../vectors/code-column.ts';
import type { SideHandle } from '../vectors/side-column.ts';

/** Where the graph of a vector keeps its counts, and when it is begun. */
export interface GraphPlace {
  /** Address of its head. */
  readonly head: number;
  /** The graph is begun when the segment has more rows than this; Infinity: never. */
  readonly rowsMin: number;
  /** Bytes of one of its vectors. */
  readonly rowBytes: number;
  /** Where its rows get other codes to be searched by. */
  readonly codes: WebAssembly.Memory | undefined;
}

/** A segment as plain data that can be sent between threads: the memory is shared, not copied. */
export interface SegmentHandle {
  readonly id: number;
  /** Grows whenever one of what follows changes. Objects do not tell: each message makes new ones of the same memory. */
  readonly revision: number;
  readonly memory: WebAssembly.Memory;
  readonly layout: SegmentLayout;
  /** The numbers of the layout's vectors, in its order. The collection may have dropped some, and have others by now. */
  readonly vectorIds: readonly number[];
  /** Of the vectors that have one. */
  readonly graphs: readonly GraphPlace[];
  /** Its graphs have other links than the collection's settings ask for: its points should move to a new segment. */
  readonly isOutdated: boolean;
  /** The memories of sparse vectors and multivectors. */
  readonly sides: readonly SideHandle[];
  /** The memories of codes that vectors are quantized by. */
  readonly codes: readonly CodesHandle[];
}
