import { FAISS_ROWS, GRAPH } from '../../../kernels/graph-layout.ts';
import { METRIC, type VectorLayout } from '../../../kernels/memory-layout.ts';
import { assert } from '../../../shared/assert.ts';
import { FAISS_METRIC } from './addon.ts';

/** The vectors of one name in a segment's memory, and what the head of their graph says of them. */
export class VectorRows {
  readonly vector: VectorLayout;
  readonly words: Uint32Array;
  readonly #floats: Float32Array;
  readonly #head: number;

  constructor(memory: WebAssembly.Memory, vector: VectorLayout) {
    assert(vector.graph !== undefined, `vector "${vector.name}" has a graph`);
    this.vector = vector;
    this.words = new Uint32Array(memory.buffer);
    this.#floats = new Float32Array(memory.buffer);
    this.#head = vector.graph.head / 4;
  }

  get m(): number {
    return this.vector.graph!.m;
  }

  get efConstruct(): number {
    return Atomics.load(this.words, this.#head + GRAPH.efConstruct);
  }

  /** Metric and datatype of the rows, see `comparisonId`. */
  get comparison(): number {
    return this.words[this.#head + GRAPH.metric]!;
  }

  /** FAISS's number of the metric: Cosine is the inner product of rows that are normalised. */
  get faissMetric(): number {
    return this.comparison === METRIC.Euclid ? FAISS_METRIC.squaredEuclid : FAISS_METRIC.innerProduct;
  }

  /** Rows that the FAISS index in the file covers; 0: there is none. */
  get coveredRows(): number {
    return Atomics.load(this.words, this.#head + FAISS_ROWS);
  }

  set coveredRows(rows: number) {
    Atomics.store(this.words, this.#head + FAISS_ROWS, rows);
  }

  isPresent(row: number): boolean {
    return (this.words[this.vector.present / 4 + (row >>> 5)]! & (1 << (row & 31))) !== 0;
  }

  /** A view. */
  values(row: number): Float32Array {
    const { rows, strideBytes, dim } = this.vector;
    const at = (rows + row * strideBytes) / 4;
    return this.#floats.subarray(at, at + dim);
  }
}
