import { EF_MAX } from '../../../kernels/graph-layout.ts';
import { isFaissUsable } from '../../../shared/faiss-lag.ts';
import { storageError } from '../../../storage/storage-error.ts';
import type { GraphHandle } from '../hnsw/graph.ts';
import type { IndexSearch, VectorIndex } from '../vector-index.ts';
import { loadFaiss, type NativeIndex } from './addon.ts';
import { readFacts } from './index-file.ts';
import { VectorRows } from './vector-rows.ts';

export interface FaissIndexOptions {
  /** The vector's graph, for the calling thread. */
  readonly graph: GraphHandle;
  readonly memory: WebAssembly.Memory;
  readonly file: string;
  /** Candidate list of a search that names none. */
  readonly efDefault: number;
  /** Searches where too many of FAISS's candidates are deleted. */
  readonly fallback: VectorIndex;
}

/** What a thread has in memory. */
interface Loaded {
  readonly native: NativeIndex;
  readonly rows: number;
  /** Row of each label; undefined if they are the same, because every row has the vector. */
  readonly rowOf: Uint32Array | undefined;
}

/** How often a file is read that is replaced at the same moment. */
const READS_MAX = 3;

/**
 * Searches by FAISS, without a filter. Its candidates are scored once more by the kernels, so that scores are the same as
 * anywhere else. Each thread has a copy of its own in memory, which it loads when it searches and a newer one is there.
 */
export class FaissIndex implements VectorIndex {
  readonly #options: FaissIndexOptions;
  readonly #rows: VectorRows;
  #loaded: Loaded | undefined;

  constructor(options: FaissIndexOptions) {
    this.#options = options;
    this.#rows = new VectorRows(options.memory, options.graph.vector);
  }

  /** True if it covers enough of `count` rows to scan the rest; loads it then. @throws NEARIFY_STORAGE for a damaged file */
  isUsable(count: number): boolean {
    const covered = this.#rows.coveredRows;
    if (!isFaissUsable(covered, count)) return false;
    if (covered > this.#options.fallback.coveredRows()) return false;
    if (this.#loaded === undefined || this.#loaded.rows < covered) this.#load();
    return true;
  }

  coveredRows(): number {
    // The graph may have been emptied since.
    return Math.min(this.#loaded?.rows ?? 0, this.#options.fallback.coveredRows());
  }

  search(search: IndexSearch, limit: number): number | undefined {
    const { efDefault, fallback, graph } = this.#options;
    const { plan, segment, tombstones } = search;
    const { native, rowOf } = this.#loaded!;
    const { kernels, scratch, vector } = graph;
    const ef = Math.min(EF_MAX, Math.max(plan.k, plan.ef ?? efDefault));
    native.setEf(ef, ef);
    const total = native.ntotal();
    if (total === 0) return 0;
    // Without deleted rows the first k are the best; else those that are left of the whole list.
    const { deletedCount } = segment;
    const { labels } = native.search(this.#query(), Math.min(total, deletedCount === 0 ? plan.k : ef));
    let length = 0;
    for (const label of labels) {
      const row = rowOf?.[label] ?? label;
      if (row < 0 || row >= limit) continue;
      length = kernels.scanTopK(
        this.#rows.comparison,
        vector.rows,
        vector.strideBytes,
        vector.dim,
        row,
        row + 1,
        tombstones,
        0,
        vector.present,
        scratch.query,
        scratch.heap,
        length,
        plan.k,
      );
    }
    return length < Math.min(plan.k, total - deletedCount) ? fallback.search(search, limit) : length;
  }

  /** Frees the memory; it is loaded again when it is wanted. */
  release(): void {
    this.#loaded?.native.dispose();
    this.#loaded = undefined;
  }

  /** FAISS wants an array of plain numbers. */
  #query(): number[] {
    const { memory, graph } = this.#options;
    return Array.from(new Float32Array(memory.buffer, graph.scratch.query, graph.vector.dim));
  }

  #load(): void {
    this.release();
    const { file } = this.#options;
    try {
      this.#loaded = this.#read(file);
    } catch (cause) {
      // The searches that follow do without.
      this.#rows.coveredRows = 0;
      throw storageError(`the FAISS index ${file} cannot be read`, cause);
    }
  }

  #read(file: string): Loaded {
    for (let read = 0; read < READS_MAX; read++) {
      const rows = readFacts(file)?.rows ?? 0;
      const native = loadFaiss().Index.read(file);
      const total = native.ntotal();
      const { present } = this.#options.graph.vector;
      if (this.#options.graph.kernels.bitmapCount(present, rows) === total) {
        return { native, rows, rowOf: total === rows ? undefined : this.#presentRows(rows, total) };
      }
      // Another file took its place in between.
      native.dispose();
    }
    throw new Error('it is of other rows');
  }

  #presentRows(rows: number, total: number): Uint32Array {
    const found = new Uint32Array(total);
    let length = 0;
    for (let row = 0; row < rows; row++) if (this.#rows.isPresent(row)) found[length++] = row;
    return found;
  }
}
