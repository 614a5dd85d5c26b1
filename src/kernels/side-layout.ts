/**
 * The memory beside a segment's that holds one sparse vector or multivector: rows of any length, which the fixed layout of
 * a segment has no place for. Like a segment's it is created at full size; what nobody touches costs nothing.
 *
 * | section                | bytes               | content                                                             |
 * |------------------------|---------------------|---------------------------------------------------------------------|
 * | header                 | 4,096               | u32 words, see SIDE                                                 |
 * | starts                 | 4 a row             | address of the row in the arena; 0: the point lacks the vector      |
 * | scratch[i].query       | SIDE_QUERY_BYTES    | a row to compare with                                               |
 * | scratch[i].terms       | 24 a query term     | terms of a sparse query, see TERM                                   |
 * | scratch[i].order       | 4 a query term + 4  | u32: the terms by what they can add to a score, and how many idle   |
 * | scratch[i].sums        | 4 x SPARSE_WINDOW   | float32 sums of a window of rows                                    |
 * | scratch[i].heap        | 8 x SCRATCH_HEAP_MAX | entries of (score: float32, offset: u32)                           |
 * | scratch[i].filter      | bitmap              | rows that a filter allows, copied from the segment                  |
 * | scratch[i].tombstones  | bitmap              | tombstones, copied from the segment                                 |
 * | scratch[i].scores      | 4 x SCRATCH_HEAP_MAX | float32                                                            |
 * | scratch[i].offsets     | 4 x SCRATCH_HEAP_MAX | u32                                                                |
 * | arena                  | the rest            | rows and posting lists, one after the other                         |
 *
 * A sparse row: u32 count, count u32 indices in ascending order, count float32 values. A row of a multivector: u32 number
 * of vectors, then their float32 values. Rows start at multiples of 4.
 *
 * The inverted index of a sparse vector, all of it in the arena: a hash table (u32 slots, a power of two; u32 zero; then
 * slots of u32 index and u32 address of its list, 0: empty), replaced by a larger one when it is half full; a list (LIST)
 * for each index; its postings in blocks (BLOCK) that are never moved. Postings are written before the count of their
 * block, and blocks before they are linked, so that readers need no lock; they go by the segment's count of rows.
 */
import { assert } from '../shared/assert.ts';
import { HEAP_ENTRY_BYTES, SCRATCH_HEAP_MAX, SEGMENT_BYTES_MAX, WASM_PAGE_BYTES } from './memory-layout.ts';

export const SIDE_MAGIC = 0x4544_4953;

/** Word numbers in the header. */
export const SIDE = {
  magic: 0,
  /** First byte after the published rows and the lists. */
  arenaEnd: 1,
  /** Address of the hash table. */
  table: 2,
  /** Indices that have a list. */
  terms: 3,
  /** Postings of all lists, those of deleted rows included. */
  postings: 4,
  /** Rows that have the vector and are not deleted. */
  liveRows: 5,
  /** Bytes of all rows. */
  rowBytes: 6,
  /** Rows whose postings are in the lists. */
  indexedRows: 7,
} as const;

/** Word numbers in the head of a posting list. `documents`: postings of rows that are not deleted. */
export const LIST = { documents: 0, length: 1, first: 2, last: 3, largest: 4, smallest: 5 } as const;
/** Word numbers in a block of postings; they follow as pairs of u32 offset and float32 weight. */
export const BLOCK = { next: 0, count: 1, capacity: 2, postings: 4 } as const;
/** Word numbers in a term of a query: its list (0: none), weight, cursor in the list, and what it can add to a score. */
export const TERM = { list: 0, weight: 1, block: 2, at: 3, bound: 4, words: 6 } as const;

/** Rows whose scores are summed up at a time: they fit the first-level cache. */
export const SPARSE_WINDOW = 8192;
/** Most terms of a sparse query. */
export const SPARSE_QUERY_MAX = 262_144;
/** Most numbers of a multivector, all rows together, plus one: as in Qdrant. */
export const MULTI_LENGTH_MAX = 1_048_576;
const SIDE_QUERY_BYTES = 4 + 4 * MULTI_LENGTH_MAX;

/** Constants that the kernels repeat, in the order of the kernel export `sideConstant`. */
export const SIDE_CONSTANTS: readonly number[] = [
  SIDE_MAGIC,
  SPARSE_WINDOW,
  ...[SIDE, LIST, BLOCK, TERM].flatMap((words) => Object.values(words).map((word) => 4 * word)),
];

/** Rows of a segment that has such a memory, at most: each takes some bytes of it even where it lacks the vector. */
export const SIDE_ROWS_MAX = 16_777_216;
const HEADER_BYTES = 4096;
const SECTION_ALIGN = 64;
/** Room for rows and lists even where segments are to be small. */
const ARENA_BYTES_MIN = 134_217_728;
const TABLE_SLOTS_START = 256;

export interface SideScratch {
  readonly query: number;
  readonly terms: number;
  readonly order: number;
  readonly sums: number;
  readonly heap: number;
  readonly filter: number;
  readonly tombstones: number;
  readonly scores: number;
  readonly offsets: number;
}

/** Byte addresses in a side memory; plain data that can be sent between threads. */
export interface SideLayout {
  readonly capacity: number;
  readonly pages: number;
  readonly starts: number;
  readonly scratch: readonly SideScratch[];
  readonly arena: number;
  /** First byte after the arena. */
  readonly end: number;
}

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** The layout for the `capacity` rows of a segment, in about `bytesMax`; more if the arena needs it. */
export function sideLayout(options: {
  readonly capacity: number;
  readonly scratchCount: number;
  readonly bytesMax: number;
}): SideLayout {
  const { capacity, scratchCount, bytesMax } = options;
  let end = HEADER_BYTES;
  const take = (bytes: number): number => {
    const start = end;
    end = roundUp(start + bytes, SECTION_ALIGN);
    return start;
  };
  const bitmapBytes = roundUp(Math.ceil(capacity / 8), SECTION_ALIGN);
  const starts = take(4 * capacity);
  const scratch = Array.from(
    { length: scratchCount },
    (): SideScratch => ({
      query: take(SIDE_QUERY_BYTES),
      terms: take(4 * TERM.words * SPARSE_QUERY_MAX),
      order: take(4 * SPARSE_QUERY_MAX + 4),
      sums: take(4 * SPARSE_WINDOW),
      heap: take(HEAP_ENTRY_BYTES * SCRATCH_HEAP_MAX),
      filter: take(bitmapBytes),
      tombstones: take(bitmapBytes),
      scores: take(4 * SCRATCH_HEAP_MAX),
      offsets: take(4 * SCRATCH_HEAP_MAX),
    }),
  );
  const bytes = Math.min(SEGMENT_BYTES_MAX, Math.max(bytesMax, end + ARENA_BYTES_MIN));
  assert(bytes >= end + ARENA_BYTES_MIN, `${capacity} rows leave no room for an arena`);
  const pages = Math.floor(bytes / WASM_PAGE_BYTES);
  return { capacity, pages, starts, scratch, arena: end, end: pages * WASM_PAGE_BYTES };
}

/** Creates the memory of a sparse vector or multivector without any row. */
export function createSideMemory({ pages, arena }: SideLayout): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const header = new Uint32Array(memory.buffer, 0, HEADER_BYTES / 4);
  header[SIDE.magic] = SIDE_MAGIC;
  header[SIDE.table] = arena;
  new Uint32Array(memory.buffer, arena, 1)[0] = TABLE_SLOTS_START;
  header[SIDE.arenaEnd] = arena + 8 + 8 * TABLE_SLOTS_START;
  return memory;
}

const POSTING_BYTES_MAX = 18;
const TERM_BYTES_MAX = 160;

/** Bytes that the index of so many postings and indices takes at most, tables that were replaced included. */
export function indexBytesMax(postings: number, terms: number): number {
  return POSTING_BYTES_MAX * postings + TERM_BYTES_MAX * terms;
}
