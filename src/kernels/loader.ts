import { readFileSync } from 'node:fs';

type Pointer = number;

/**
 * The functions of kernels.wasm over one memory. Pointers are byte addresses in it, results are counts unless said
 * otherwise. `reference.ts` holds the same functions in plain TypeScript.
 */
export interface ScanKernels {
  /** Constant number `index` of LAYOUT_CONSTANTS as the kernels were compiled with. */
  layoutConstant(index: number): number;
  /** Similarity (float32, larger is better) of a row to a query of `dim` floats. `comparison`: see `comparisonId`. */
  similarity(comparison: number, row: Pointer, query: Pointer, dim: number): number;
  /** Scales a vector to unit length in place, as Qdrant does for Cosine; 1 if the vector changed. */
  normalise(vector: Pointer, dim: number): number;
  /**
   * Exact top-k over the rows `from` ≤ offset < `to` in `allowed` and `present` (0: no such bitmap) and not in
   * `tombstones` (0: none). The heap holds (score: float32, offset: u32) entries, worst at the root; of equal scores the
   * smaller offset is better; NaN counts as -Infinity. Returns the heap's new length, to be given to the next slice.
   * O(rows · dim).
   */
  scanTopK(
    comparison: number,
    rows: Pointer,
    strideBytes: number,
    dim: number,
    from: number,
    to: number,
    tombstones: Pointer,
    allowed: Pointer,
    present: Pointer,
    query: Pointer,
    heap: Pointer,
    heapLength: number,
    k: number,
  ): number;
  /** Scores of the rows with the `n` u32 offsets at `offsets`, written as float32 to `out`. Asks no bitmap. */
  scoreOffsets(
    comparison: number,
    rows: Pointer,
    strideBytes: number,
    dim: number,
    offsets: Pointer,
    n: number,
    query: Pointer,
    out: Pointer,
  ): void;
  /** Scores of the rows `from` ≤ offset < `to`, written as float32 to `out`. Asks no bitmap. */
  scoreRange(
    comparison: number,
    rows: Pointer,
    strideBytes: number,
    dim: number,
    from: number,
    to: number,
    query: Pointer,
    out: Pointer,
  ): void;
  /** Offers an entry to a heap that keeps the best `k` > 0; returns its new length. */
  heapOffer(heap: Pointer, length: number, k: number, score: number, offset: number): number;
  /** Sorts a heap in place, best first. */
  heapSort(heap: Pointer, length: number): void;
  /** target &= source. Bitmap functions work on whole 64-bit words that cover `bits`. */
  bitmapAnd(target: Pointer, source: Pointer, bits: number): void;
  bitmapOr(target: Pointer, source: Pointer, bits: number): void;
  /** target &= ~source. */
  bitmapAndNot(target: Pointer, source: Pointer, bits: number): void;
  bitmapCopy(target: Pointer, source: Pointer, bits: number): void;
  /** Sets the first `bits` bits and clears the rest of their last word. */
  bitmapFill(target: Pointer, bits: number): void;
  /** How many of the first `bits` bits are set. */
  bitmapCount(bitmap: Pointer, bits: number): number;
}

/** The HNSW graph of graph-layout.ts: `graph` is the head of a graph, `walk` the head of the calling thread's walk area. */
export interface GraphKernels {
  /** Constant number `index` of GRAPH_CONSTANTS as the kernels were compiled with. */
  graphConstant(index: number): number;
  /**
   * Encodes and links the rows `from` ≤ offset < `to` of a graph (HNSW paper, Algorithm 1); rows without a vector are
   * marked done. Several threads may do so at once, each with its own walk area and rows. O(log rows) distances a row.
   */
  insertRange(graph: Pointer, walk: Pointer, from: number, to: number): void;
  /** Raises the graph's `linkedCount` over the rows that are done, at most to `limit`; returns it. */
  advanceLinked(graph: Pointer, limit: number): number;
  /**
   * Starts a search for the query in the scratch area with a pool of `ef` entries (WALK_MODE `mode`; bitmaps may be 0).
   * Returns 0 if the graph is empty: then there is nothing to run or end.
   */
  searchBegin(
    graph: Pointer,
    walk: Pointer,
    ef: number,
    mode: number,
    tombstones: Pointer,
    allowed: Pointer,
  ): number;
  /** After `searchBegin` in mode `scan`: scores the linked rows `from` ≤ offset < `to` by their codes, instead of a walk. */
  searchScan(graph: Pointer, walk: Pointer, from: number, to: number): void;
  /** Expands at most `hops` candidates; 1 when the search is finished, else it can go on or be given up. */
  searchRun(graph: Pointer, walk: Pointer, hops: number): number;
  /** How many of the rows found are not hidden and below `limit`. */
  searchFound(walk: Pointer, limit: number): number;
  /**
   * Offers what was found, offsets below `limit` only, to the scratch heap that keeps the best `k` by exact float32
   * score; returns the heap's new length.
   */
  searchEnd(graph: Pointer, walk: Pointer, limit: number, heapLength: number, k: number): number;
  /**
   * Writes the rows that `searchEnd` would offer to the scratch heap, with upper bounds of their exact scores; returns how
   * many there are. Of graphs with codes.
   */
  searchBounds(graph: Pointer, walk: Pointer, limit: number): number;
  /** As `searchEnd`, but by the scores that the search went by. */
  searchEndByCodes(walk: Pointer, limit: number, heapLength: number, k: number): number;
}

/** What a search of a graph calls: of kernels.wasm, or of quantized.wasm, which scores by other codes (codes-loader.ts). */
export type SearchKernels = Pick<
  GraphKernels,
  | 'searchBegin'
  | 'searchScan'
  | 'searchRun'
  | 'searchFound'
  | 'searchEnd'
  | 'searchBounds'
  | 'searchEndByCodes'
>;

/** The int8 codes of a graph's rows, as quantize.ts describes them. The graph kernels call these; tests do too. */
export interface CodeKernels {
  /** Writes the code record of the `dim` floats at `row`, which are padded to 16 bytes. */
  encodeRow(row: Pointer, dim: number, codeBytes: number, record: Pointer): void;
  /** Writes the signed codes and the coefficients of a query. */
  encodeQuery(graph: Pointer, query: Pointer, code: Pointer, coefficients: Pointer): void;
  /** Writes the coefficients of a row that takes the query's part; its codes follow 16 bytes into the record. */
  rowCoefficients(graph: Pointer, record: Pointer, coefficients: Pointer): void;
  /** Approximate scores of the `n` > 0 rows at `list`; `list` and `out` have room for up to 3 words more. */
  scoreCodes(
    graph: Pointer,
    code: Pointer,
    coefficients: Pointer,
    list: Pointer,
    n: number,
    out: Pointer,
  ): void;
}

/**
 * Sparse vectors and multivectors in a memory of side-layout.ts. Rows and queries are the addresses of rows as described
 * there, `starts` the column of their addresses. `reference-side.ts` holds the same functions in plain TypeScript.
 */
export interface SideKernels {
  /** Constant number `index` of SIDE_CONSTANTS as the kernels were compiled with. */
  sideConstant(index: number): number;
  /** How many rows below `to`, in `allowed` and not in `tombstones` (0: no such bitmap), have the vector. */
  countRows(starts: Pointer, to: number, tombstones: Pointer, allowed: Pointer): number;
  /** Adds the postings of a row. Offsets ascend from call to call; the arena must have room. One writer at a time. */
  sparseAppend(row: Pointer, offset: number): void;
  /** Takes a deleted row, which was appended, out of the document counts. */
  sparseForget(row: Pointer): void;
  /** Address of the posting list of an index; 0: no row has it. */
  sparseList(index: number): Pointer;
  /** How many rows below `to`, in `allowed` and not in `tombstones`, have the index. */
  sparseFrequency(index: number, to: number, tombstones: Pointer, allowed: Pointer): number;
  /** Sum of products over the indices that both rows have, in their order; NaN if they share none. */
  sparseDot(a: Pointer, b: Pointer): number;
  /** Scores of the rows with the `n` u32 offsets at `offsets`: `none` where no index is shared, NaN without a row. */
  sparseScoreOffsets(
    starts: Pointer,
    offsets: Pointer,
    n: number,
    query: Pointer,
    none: number,
    out: Pointer,
  ): void;
  /** Top-k over the rows `from` ≤ offset < `to`, one by one: for filters that leave few rows. */
  sparseScan(
    starts: Pointer,
    query: Pointer,
    from: number,
    to: number,
    tombstones: Pointer,
    allowed: Pointer,
    heap: Pointer,
    heapLength: number,
    k: number,
  ): number;
  /** Makes the terms of a query and clears the sums of the window; returns the number of their postings. */
  sparseBegin(query: Pointer, terms: Pointer, sums: Pointer): number;
  /**
   * Top-k over the rows `from` ≤ offset < `to` of `allRows` by the posting lists. Calls go on where the one before ended,
   * at multiples of SPARSE_WINDOW. `order`: the numbers of the `n` terms by their bounds, smallest first, and a 0, to leave
   * out those that cannot matter; with `n` = 0 all are read.
   */
  sparseSearch(
    starts: Pointer,
    query: Pointer,
    terms: Pointer,
    order: Pointer,
    n: number,
    sums: Pointer,
    from: number,
    to: number,
    allRows: number,
    tombstones: Pointer,
    allowed: Pointer,
    heap: Pointer,
    heapLength: number,
    k: number,
  ): number;
  /** For each vector of the query the similarity of the most similar one of the row, added up. */
  maxSim(comparison: number, row: Pointer, query: Pointer, dim: number): number;
  /** `maxSim` of the rows with the `n` u32 offsets at `offsets`; NaN without a row. */
  multiScoreOffsets(
    comparison: number,
    starts: Pointer,
    offsets: Pointer,
    n: number,
    query: Pointer,
    dim: number,
    out: Pointer,
  ): void;
  /** Top-k over the rows `from` ≤ offset < `to` by `maxSim`. */
  multiScan(
    comparison: number,
    starts: Pointer,
    query: Pointer,
    dim: number,
    from: number,
    to: number,
    tombstones: Pointer,
    allowed: Pointer,
    heap: Pointer,
    heapLength: number,
    k: number,
  ): number;
}

/**
 * Scans of payload-index columns (column-layout.ts). Each compares `count` cells and sets bit i of the bitmap `out` for
 * every hit i; other bits stay. Up to 63 cells behind the last one are read too.
 */
export interface ColumnKernels {
  /** Cells are u32: those equal to `value`. */
  columnEquals(cells: Pointer, count: number, value: number, out: Pointer): void;
  /** Cells are i64: those from `low` to `high`, both included. */
  columnIntegers(cells: Pointer, count: number, low: bigint, high: bigint, out: Pointer): void;
  /** Cells are float64: those from `low` to `high`, both included. */
  columnFloats(cells: Pointer, count: number, low: number, high: number, out: Pointer): void;
  /** Cells are (longitude, latitude), float64 each: those within the box, its edges included. */
  columnBox(
    cells: Pointer,
    count: number,
    west: number,
    south: number,
    east: number,
    north: number,
    out: Pointer,
  ): void;
  /** For every bit i < `count` of `hits`: sets bit `rows[i]` (u32) of `out` if that is below `rowCount`. */
  columnScatter(hits: Pointer, count: number, rows: Pointer, rowCount: number, out: Pointer): void;
}

/** All functions of kernels.wasm. */
export type Kernels = ScanKernels & GraphKernels & CodeKernels & SideKernels & ColumnKernels;

/** Reads and compiles kernels.wasm, which `npm run build:wasm` makes. Once a thread, at start: it blocks. */
export function loadKernelModule(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL('./kernels.wasm', import.meta.url)));
}

/** The kernels of `module` (of `loadKernelModule`) over a segment's shared memory. Cheap: nothing is copied. */
export function attachKernels(memory: WebAssembly.Memory, module: WebAssembly.Module): Kernels {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return instance.exports as unknown as Kernels;
}
