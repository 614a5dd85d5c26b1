/**
 * Where everything lies in the shared memory of a segment. The memory is created at full size, so that no view and no
 * pointer ever becomes invalid; pages that nobody touches cost nothing.
 *
 * All sections start on 64-byte boundaries. Bitmaps hold one bit a row, bit i in byte i >> 3 at i & 7.
 *
 * | section            | bytes                         | content                                                    |
 * |--------------------|-------------------------------|------------------------------------------------------------|
 * | header             | 4,096                         | Int32 words, see HEADER                                    |
 * | tombstones         | bitmap                        | bit set: the row is deleted                                |
 * | idKinds            | bitmap                        | bit set: the id is a UUID                                  |
 * | ids                | 16 a row                      | u64 little-endian in the first 8 bytes, or the UUID's bytes |
 * | versions           | 8 a row                       | float64: number of the last operation applied to the point |
 * | vectors[i].present | bitmap                        | bit set: the row has this vector                           |
 * | vectors[i].rows    | strideBytes a row             | values of the vector's datatype, padded to 16 bytes; not of |
 * |                    |                               | vectors on disk                                            |
 * | scratch[i].query   | largest stride                | float32 query vector                                       |
 * | scratch[i].heap    | 8 x SCRATCH_HEAP_MAX          | entries of (score: float32, offset: u32)                   |
 * | scratch[i].filter  | bitmap                        | rows that a filter allows                                  |
 * | scratch[i].tombstones | bitmap                     | private copy of the tombstones                             |
 * | scratch[i].scores  | 4 x SCRATCH_HEAP_MAX          | float32                                                    |
 * | scratch[i].offsets | 4 x SCRATCH_HEAP_MAX          | u32                                                        |
 * | scratch[i].staged  | STAGED_BYTES or one row       | rows of a vector on disk while kernels read them           |
 *
 * A vector with a graph has the sections of graph-layout.ts after its rows, and each scratch area then has a walk area.
 */
import { assert } from '../shared/assert.ts';
import { type GraphLayout, type GraphSpec, takeGraph, takeWalk, type WalkLayout } from './graph-layout.ts';

export const WASM_PAGE_BYTES = 65_536;
/** 4 GiB minus one page: the end of the memory is still a u32. */
export const SEGMENT_BYTES_MAX = 65_535 * WASM_PAGE_BYTES;
/** Most entries in the heap of a scratch area, so the largest k of one scan. */
export const SCRATCH_HEAP_MAX = 16_384;
/**
 * Rows of vectors on disk are brought to the kernels in pieces of at most so many bytes, or one by one. The chunks in which
 * they are stored are as large, so another number is another format on disk.
 */
export const STAGED_BYTES = 8192;
export const HEAP_ENTRY_BYTES = 8;
export const ID_BYTES = 16;
export const VERSION_BYTES = 8;
export const LAYOUT_MAGIC = 0x5946524e;
export const LAYOUT_VERSION = 2;
const HEADER_BYTES = 4096;
const SECTION_ALIGN = 64;
const ROW_ALIGN = 16;

/** Constants that the kernels repeat, in the order of the kernel export `layoutConstant`. */
export const LAYOUT_CONSTANTS: readonly number[] = [
  LAYOUT_MAGIC,
  LAYOUT_VERSION,
  HEAP_ENTRY_BYTES,
  SECTION_ALIGN,
  ROW_ALIGN,
];

/** Metric ids as the kernels take them. All similarities are «larger is better»: Euclid and Manhattan are negated sums. */
export const METRIC = { Cosine: 0, Dot: 1, Euclid: 2, Manhattan: 3 } as const;
export type MetricName = keyof typeof METRIC;
export type MetricId = (typeof METRIC)[MetricName];

/** How the numbers of a row are stored. */
export const DATATYPE = { float32: 0, float16: 1, uint8: 2 } as const;
export type DatatypeName = keyof typeof DATATYPE;
/** Bytes of one number. */
export const VALUE_BYTES: Readonly<Record<DatatypeName, number>> = { float32: 4, float16: 2, uint8: 1 };

/** How the kernels compare a row with a float32 query: metric and datatype in one. For float32 it is the metric alone. */
export function comparisonId(metric: MetricName, datatype: DatatypeName): number {
  return METRIC[metric] | (DATATYPE[datatype] << 2);
}

/** Indexes of Int32 words in the header. */
export const HEADER = {
  magic: 0,
  layoutVersion: 1,
  capacity: 2,
  /** Rows that readers may see; stored atomically after the commit. */
  count: 3,
  deletedCount: 4,
  /** Sequence lock of the tombstones: odd while they change. */
  epoch: 5,
  /** Sequence lock of payloads that are changed in place, and of their versions and index columns: odd while they change. */
  payloadEpoch: 6,
  /** In a collection's first segment: the last operation that memory shows, modulo 2^32. */
  shownSeq: 7,
  /** Id of the collection's newest segment that had rows when the writer last showed or hid some. */
  newestSegment: 8,
} as const;

export interface VectorSpec {
  readonly name: string;
  readonly dim: number;
  /** float32 if absent. */
  readonly datatype?: DatatypeName;
  /** The rows lie elsewhere. */
  readonly isOnDisk?: boolean;
  /** Room for an HNSW graph over this vector; none if absent. */
  readonly graph?: GraphSpec;
}

export interface SegmentLayoutOptions {
  readonly vectors: readonly VectorSpec[];
  /** Rows; the most that fit into `bytesMax` if not given. */
  readonly capacity?: number;
  readonly bytesMax?: number;
  /** Rows to have room for, even where that takes more than `bytesMax`. */
  readonly capacityMin?: number;
  /** Scratch areas: one for each thread that may work in the segment. */
  readonly scratchCount: number;
}

/** Byte addresses of one named vector. */
export interface VectorLayout {
  readonly name: string;
  readonly dim: number;
  readonly strideBytes: number;
  readonly present: number;
  /** 0 if they lie on disk. */
  readonly rows: number;
  readonly isOnDisk: boolean;
  readonly graph?: GraphLayout;
}

/** Byte addresses of one thread's working space. */
export interface ScratchLayout {
  readonly query: number;
  readonly heap: number;
  readonly filter: number;
  readonly tombstones: number;
  readonly scores: number;
  readonly offsets: number;
  readonly staged: number;
  /** Present if any vector of the segment has a graph. */
  readonly walk?: WalkLayout;
}

/** Byte addresses of a segment's memory; plain data that can be sent between threads. */
export interface SegmentLayout {
  readonly layoutVersion: number;
  readonly capacity: number;
  /** Size of the memory: a whole number of pages. */
  readonly bytes: number;
  readonly pages: number;
  /** Bytes of each bitmap. */
  readonly bitmapBytes: number;
  readonly header: number;
  readonly tombstones: number;
  readonly idKinds: number;
  readonly ids: number;
  readonly versions: number;
  readonly vectors: readonly VectorLayout[];
  readonly scratch: readonly ScratchLayout[];
}

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Bytes from one row of `dim` values to the next. */
export function vectorStrideBytes(dim: number, datatype: DatatypeName = 'float32'): number {
  return roundUp(dim * VALUE_BYTES[datatype], ROW_ALIGN);
}

function layoutFor(options: SegmentLayoutOptions, capacity: number): SegmentLayout {
  let end = 0;
  const take = (bytes: number): number => {
    const start = end;
    end = roundUp(start + bytes, SECTION_ALIGN);
    return start;
  };
  const bitmapBytes = roundUp(Math.ceil(capacity / 8), SECTION_ALIGN);
  const queryBytes = Math.max(ROW_ALIGN, ...options.vectors.map(({ dim }) => vectorStrideBytes(dim)));
  const header = take(HEADER_BYTES);
  const tombstones = take(bitmapBytes);
  const idKinds = take(bitmapBytes);
  const ids = take(capacity * ID_BYTES);
  const versions = take(capacity * VERSION_BYTES);
  const vectors = options.vectors.map((spec): VectorLayout => {
    const { name, dim, datatype, graph, isOnDisk = false } = spec;
    const strideBytes = vectorStrideBytes(dim, datatype);
    const present = take(bitmapBytes);
    const rows = isOnDisk ? 0 : take(capacity * strideBytes);
    const vector = { name, dim, strideBytes, present, rows, isOnDisk };
    return graph === undefined ? vector : { ...vector, graph: takeGraph(take, capacity, dim, graph) };
  });
  const stagedBytes = Math.max(
    0,
    ...vectors.map(({ isOnDisk, strideBytes }) => (isOnDisk ? Math.max(STAGED_BYTES, strideBytes) : 0)),
  );
  const walkDims = options.vectors.flatMap(({ dim, graph }) => (graph === undefined ? [] : [dim]));
  const scratch = Array.from(
    { length: options.scratchCount },
    (): ScratchLayout => ({
      query: take(queryBytes),
      heap: take(SCRATCH_HEAP_MAX * HEAP_ENTRY_BYTES),
      filter: take(bitmapBytes),
      tombstones: take(bitmapBytes),
      scores: take(SCRATCH_HEAP_MAX * 4),
      offsets: take(SCRATCH_HEAP_MAX * 4),
      staged: take(stagedBytes),
      ...(walkDims.length === 0 ? {} : { walk: takeWalk(take, capacity, Math.max(...walkDims)) }),
    }),
  );
  const bytes = roundUp(end, WASM_PAGE_BYTES);
  const pages = bytes / WASM_PAGE_BYTES;
  return {
    layoutVersion: LAYOUT_VERSION,
    capacity,
    bytes,
    pages,
    bitmapBytes,
    header,
    tombstones,
    idKinds,
    ids,
    versions,
    vectors,
    scratch,
  };
}

/** The largest capacity whose layout fits into `bytesMax`; 0 if none does. O(log bytesMax). */
function largestCapacity(options: SegmentLayoutOptions, bytesMax: number): number {
  let fits = 0;
  let tooMany = Math.floor(bytesMax / ID_BYTES) + 1;
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (layoutFor(options, middle).bytes <= bytesMax) fits = middle;
    else tooMany = middle;
  }
  return fits;
}

/**
 * Computes the layout of a segment's memory. Without `capacity` it holds as many rows as fit into `bytesMax`.
 * Fails (a bug of the caller) if not one row fits, or if `capacity` rows need more than `bytesMax`. Not even `capacityMin`
 * makes it larger than SEGMENT_BYTES_MAX.
 */
export function segmentLayout(options: SegmentLayoutOptions): SegmentLayout {
  const bytesWanted = Math.min(options.bytesMax ?? SEGMENT_BYTES_MAX, SEGMENT_BYTES_MAX);
  const fitting = options.capacity ?? largestCapacity(options, bytesWanted);
  const capacity = Math.max(fitting, options.capacityMin ?? 0);
  const bytesMax = capacity > fitting ? SEGMENT_BYTES_MAX : bytesWanted;
  assert(
    Number.isInteger(capacity) && capacity > 0,
    `segment capacity ${capacity} is not a positive integer`,
  );
  const layout = layoutFor(options, capacity);
  assert(layout.bytes <= bytesMax, `${capacity} rows need ${layout.bytes} bytes, the limit is ${bytesMax}`);
  return layout;
}
