import { isFaissDue } from '../../../shared/faiss-lag.ts';
import { type Faiss, loadFaiss, type NativeIndex } from './addon.ts';
import { type FileFacts, verifyFile, writeIndexFile } from './index-file.ts';
import type { VectorRows } from './vector-rows.ts';

export interface BuildOptions {
  /** Where the index lies, or will. */
  readonly file: string;
  /** Published rows of the segment: those that are not in the index yet are added. */
  readonly count: number;
  /** Asked about every 50 ms; what was built then is lost. */
  readonly isCancelled: () => boolean;
}

/** Few, so that a build can be cancelled; FAISS prepares a lock for each row that it has whenever it adds some. */
const ROWS_PER_ADD = 64;

/**
 * Brings the FAISS index of a vector up to date, from the file if that is whole and of the same kind, and makes it known in
 * shared memory. Takes about as long as FAISS does on one thread, which is the calling one.
 * @throws if FAISS is not installed, or the disk is full
 */
export function buildFaissIndex(rows: VectorRows, options: BuildOptions): void {
  const { file, count, isCancelled } = options;
  const kind = { dim: rows.vector.dim, metric: rows.faissMetric, m: rows.m };
  const stored = storedRows(file, kind, count);
  if (!isFaissDue(stored, count)) {
    rows.coveredRows = stored;
    return;
  }
  const index = openIndex(loadFaiss(), file, kind, stored);
  try {
    index.setEf(rows.efConstruct, rows.efConstruct);
    for (let from = stored; from < count; from += ROWS_PER_ADD) {
      if (isCancelled()) return;
      const values = valuesOf(rows, from, Math.min(from + ROWS_PER_ADD, count));
      if (values.length > 0) index.add(values);
    }
    writeIndexFile(file, index, { ...kind, rows: count });
  } finally {
    index.dispose();
  }
  rows.coveredRows = count;
}

type Kind = Omit<FileFacts, 'rows'>;

/** Rows that the file has; 0 if it is of no use. */
function storedRows(file: string, { dim, metric, m }: Kind, count: number): number {
  const facts = verifyFile(file);
  const isSame = facts?.dim === dim && facts.metric === metric && facts.m === m && facts.rows <= count;
  return isSame ? facts.rows : 0;
}

function openIndex(faiss: Faiss, file: string, { dim, metric, m }: Kind, stored: number): NativeIndex {
  return stored > 0 ? faiss.Index.read(file) : faiss.Index.fromFactory(dim, `HNSW${m},Flat`, metric);
}

/** The vectors of rows, one behind the other; FAISS wants an array of plain numbers. */
function valuesOf(rows: VectorRows, from: number, to: number): number[] {
  const values: number[] = [];
  for (let row = from; row < to; row++) {
    if (rows.isPresent(row)) for (const value of rows.values(row)) values.push(value);
  }
  return values;
}
