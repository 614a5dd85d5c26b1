import { SPARSE_WINDOW, type SideScratch, TERM } from '../../../kernels/side-layout.ts';
import type { SideColumn } from '../../vectors/side-column.ts';

export interface SparseSearch {
  /** The query is there already. */
  readonly scratch: SideScratch;
  /** Terms of the query. */
  readonly terms: number;
  /** Rows to look at, in `allowed` and not in `tombstones` (0: no such bitmap). */
  readonly count: number;
  readonly tombstones: number;
  readonly allowed: number;
  /** How many rows are in `allowed`. */
  readonly allowedCount: number;
  readonly k: number;
  readonly checkCancelled: () => void;
}

const WINDOWS_PER_SLICE = 16;
const ROWS_PER_SLICE = 16_384;
/** Comparing one row with the query costs about as much as adding up this many postings. */
const POSTINGS_PER_ROW = 64;
/** Above this many terms it is not worth finding out which do not matter. */
const ORDERED_TERMS_MAX = 4096;

/** Puts the `k` rows with the largest scores into the scratch heap; returns its length. */
export function searchSparse(column: SideColumn, search: SparseSearch): number {
  const { kernels } = column;
  const { query, terms, sums } = search.scratch;
  const postings = kernels.sparseBegin(query, terms, sums) >>> 0;
  if (search.allowedCount * POSTINGS_PER_ROW < postings) return scanRows(column, search);
  return readPostings(column, search);
}

function scanRows({ kernels, layout }: SideColumn, search: SparseSearch): number {
  const { scratch, count, tombstones, allowed, k } = search;
  let length = 0;
  for (let from = 0; from < count; from += ROWS_PER_SLICE) {
    search.checkCancelled();
    const to = Math.min(from + ROWS_PER_SLICE, count);
    const { query, heap } = scratch;
    length = kernels.sparseScan(layout.starts, query, from, to, tombstones, allowed, heap, length, k);
  }
  return length;
}

function readPostings(column: SideColumn, search: SparseSearch): number {
  const { kernels, layout } = column;
  const { scratch, count, tombstones, allowed, k } = search;
  const ordered = writeOrder(column, search);
  let length = 0;
  for (let from = 0; from < count; from += WINDOWS_PER_SLICE * SPARSE_WINDOW) {
    search.checkCancelled();
    length = kernels.sparseSearch(
      layout.starts,
      scratch.query,
      scratch.terms,
      scratch.order,
      ordered,
      scratch.sums,
      from,
      Math.min(from + WINDOWS_PER_SLICE * SPARSE_WINDOW, count),
      count,
      tombstones,
      allowed,
      scratch.heap,
      length,
      k,
    );
  }
  return length;
}

/** Writes the numbers of the terms by their bounds; returns how many there are, 0 if they are too many. */
function writeOrder({ memory }: SideColumn, { scratch, terms }: SparseSearch): number {
  if (terms > ORDERED_TERMS_MAX) return 0;
  const words = new Float32Array(memory.buffer, scratch.terms, terms * TERM.words);
  const bound = (term: number) => words[term * TERM.words + TERM.bound]!;
  const order = new Uint32Array(memory.buffer, scratch.order, terms + 1);
  for (let term = 0; term < terms; term++) order[term] = term;
  order.subarray(0, terms).sort((a, b) => bound(a) - bound(b));
  // None is idle yet.
  order[terms] = 0;
  return terms;
}
