import { copyBytes } from '../../shared/copy-bytes.ts';
import { attachKernels, type Kernels } from '../../kernels/loader.ts';
import { comparisonId, METRIC, VALUE_BYTES } from '../../kernels/memory-layout.ts';
import {
  createSideMemory,
  indexBytesMax,
  LIST,
  SIDE,
  SIDE_MAGIC,
  type SideLayout,
  sideLayout,
  type SideScratch,
} from '../../kernels/side-layout.ts';
import { assert } from '../../shared/assert.ts';
import type { RaggedRows } from '../../storage/row-batch.ts';
import { loadValues, normalised, roundTo, storeValues } from './datatypes.ts';
import type { MultiConfig, SparseConfig } from './vector-config.ts';
import type { MultiValue, VectorValue } from './vector-value.ts';

/** The memory of a sparse vector or multivector of one segment, as plain data that can be sent between threads. */
export interface SideHandle {
  /** The vector's number. */
  readonly vectorId: number;
  readonly memory: WebAssembly.Memory;
  readonly layout: SideLayout;
}

/** Rows of the running transaction, which are not published. */
interface Pending {
  /** Where the next row goes. */
  end: number;
  rowBytes: number;
  postings: number;
}

/** One sparse vector or multivector of a segment, as a thread sees it. One thread writes at a time, any number read. */
export class SideColumn {
  readonly config: SparseConfig | MultiConfig;
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  readonly layout: SideLayout;
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  #pending: Pending | undefined;

  constructor(handle: SideHandle, config: SparseConfig | MultiConfig, module: WebAssembly.Module) {
    this.config = config;
    this.memory = handle.memory;
    this.layout = handle.layout;
    this.kernels = attachKernels(handle.memory, module);
    const { buffer } = handle.memory;
    this.#words = new Uint32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#starts = new Uint32Array(buffer, handle.layout.starts, handle.layout.capacity);
    assert(this.#words[SIDE.magic] === SIDE_MAGIC, 'the memory holds a sparse vector or multivector');
  }

  get name(): string {
    return this.config.name;
  }

  /** For the kernels: metric and datatype in one; of multivectors only. */
  get comparison(): number {
    return this.config.kind === 'multi' ? comparisonId(this.config.metric, this.config.datatype) : METRIC.Dot;
  }

  /** Rows that have the vector and are not deleted; of sparse vectors only. */
  get liveRows(): number {
    return this.#words[SIDE.liveRows]!;
  }

  /** How many rows that are not deleted have the index. */
  documentFrequency(index: number): number {
    const list = this.kernels.sparseList(index) >>> 0;
    return list === 0 ? 0 : this.#words[list / 4 + LIST.documents]!;
  }

  scratch(threadIndex: number): SideScratch {
    const scratch = this.layout.scratch[threadIndex];
    assert(scratch !== undefined, `scratch area ${threadIndex} exists`);
    return scratch;
  }

  has(offset: number): boolean {
    return this.#starts[offset] !== 0;
  }

  /** The vector of a row, as views of the memory; undefined if the row has none. */
  valueOf(offset: number): VectorValue | undefined {
    const row = this.#starts[offset]!;
    if (row === 0) return undefined;
    const { buffer } = this.memory;
    const count = this.#words[row / 4]!;
    if (this.config.kind === 'multi') {
      const { dim, datatype } = this.config;
      const rows = loadValues(buffer, row + 4, count * dim, datatype);
      return { kind: 'multi', dim, rows, isStored: true };
    }
    return {
      kind: 'sparse',
      indices: new Uint32Array(buffer, row + 4, count),
      values: new Float32Array(buffer, row + 4 + 4 * count, count),
    };
  }

  /**
   * Writes a value to where the kernels read the query: float32 numbers that the rows could hold, a multivector's Cosine
   * rows normalised.
   */
  writeQuery(value: VectorValue, address: number): void {
    const { config } = this;
    if (config.kind === 'sparse' || value.kind !== 'multi') {
      this.#writeRow(value, address);
      return;
    }
    const { datatype, metric } = config;
    this.#words[address / 4] = value.rows.length / value.dim;
    const rows = new Float32Array(this.memory.buffer, address + 4, value.rows.length);
    rows.set(value.rows);
    if (datatype === 'uint8') roundTo(datatype, rows);
    const isUnit = metric !== 'Cosine' || (value.isStored === true && datatype !== 'uint8');
    if (!isUnit) this.#normaliseRows(address + 4, value);
    if (datatype === 'float16') roundTo(datatype, rows);
  }

  /** A view of `length` bytes of the memory. */
  bytesAt(address: number, length: number): Uint8Array {
    return this.#bytes.subarray(address, address + length);
  }

  /** Writer: whether a further row fits. `isFirst`: it is the first one of a transaction. */
  hasRoomFor(value: VectorValue | undefined, isFirst: boolean): boolean {
    const { rowBytes, postings } = this.#begin(isFirst);
    const length = value?.kind === 'sparse' ? value.indices.length : 0;
    const rows = this.#words[SIDE.rowBytes]! + rowBytes + (value === undefined ? 0 : this.#bytesOf(value));
    const newPostings = postings + length;
    const index = indexBytesMax(
      this.#words[SIDE.postings]! + newPostings,
      this.#words[SIDE.terms]! + newPostings,
    );
    return rows + index < this.layout.end - this.layout.arena;
  }

  /** Writer: sets the vector of a row that is not published yet. */
  write(offset: number, value: VectorValue | undefined, isFirst: boolean): void {
    const pending = this.#begin(isFirst);
    this.#starts[offset] = 0;
    if (value === undefined) return;
    assert(value.kind === this.config.kind, 'the value is of the kind of the vector');
    this.#writeRow(value, pending.end);
    this.#starts[offset] = pending.end;
    this.#grow(pending, this.#bytesOf(value), value.kind === 'sparse' ? value.indices.length : 0);
  }

  /** Writer: the rows `first` ≤ offset < `end` of the running transaction for LMDB; undefined if none has the vector. */
  pendingRows(first: number, end: number): RaggedRows | undefined {
    const lengths = new Uint32Array(end - first);
    let data = 0;
    for (let offset = first; offset < end; offset++) {
      const row = this.#starts[offset]!;
      if (row === 0) continue;
      if (data === 0) data = row;
      lengths[offset - first] = this.#rowBytes(row);
    }
    // The rows of a transaction lie one after the other: postings are written when it is published.
    return data === 0 ? undefined : { lengths, rows: this.bytesAt(data, this.#begin(false).end - data) };
  }

  /** Writer: copies rows that an earlier process stored. `isFirst`: they follow the published ones. */
  load(first: number, { lengths, rows }: RaggedRows, isFirst: boolean): void {
    const pending = this.#begin(isFirst);
    copyBytes(this.#bytes, pending.end, rows);
    for (const [i, length] of lengths.entries()) {
      this.#starts[first + i] = length === 0 ? 0 : pending.end;
      const postings = this.config.kind === 'sparse' && length > 0 ? this.#words[pending.end / 4]! : 0;
      this.#grow(pending, length, postings);
    }
  }

  /**
   * Writer, after the commit and before the segment shows the rows `first` ≤ offset < `end`: adds them to the index, but
   * for those that are `deleted` already, and takes what else is deleted out of its counts.
   */
  publish(first: number, end: number, deleted: ReadonlySet<number>): void {
    if (end > first) {
      const pending = this.#begin(false);
      this.#words[SIDE.arenaEnd] = pending.end;
      this.#words[SIDE.rowBytes]! += pending.rowBytes;
    }
    this.#pending = undefined;
    if (this.config.kind === 'multi') return;
    // A writer that died may have begun with these rows.
    for (let offset = Math.max(first, this.#words[SIDE.indexedRows]!); offset < end; offset++) {
      const row = this.#starts[offset]!;
      if (row !== 0 && !deleted.has(offset)) this.kernels.sparseAppend(row, offset);
      this.#words[SIDE.indexedRows] = offset + 1;
    }
    for (const offset of deleted) {
      const row = offset < first ? this.#starts[offset]! : 0;
      if (row !== 0) this.kernels.sparseForget(row);
    }
    assert(this.#words[SIDE.arenaEnd]! <= this.layout.end, 'the index stays within its memory');
  }

  /** Writer: forgets the rows of a transaction that was rolled back. */
  forget(): void {
    this.#pending = undefined;
  }

  #begin(isFirst: boolean): Pending {
    // What a transaction that was rolled back has left is overwritten.
    if (isFirst) this.#pending = undefined;
    this.#pending ??= { end: Math.ceil(this.#words[SIDE.arenaEnd]! / 4) * 4, rowBytes: 0, postings: 0 };
    return this.#pending;
  }

  #grow(pending: Pending, bytes: number, postings: number): void {
    pending.end += bytes;
    pending.rowBytes += bytes;
    pending.postings += postings;
  }

  #writeRow(value: VectorValue, address: number): void {
    assert(value.kind !== 'dense', 'a dense vector has no row of its own length');
    const words = address / 4;
    if (value.kind === 'sparse') {
      const { length } = value.indices;
      this.#words[words] = length;
      this.#words.set(value.indices, words + 1);
      new Float32Array(this.memory.buffer, address + 4 + 4 * length, length).set(value.values);
      return;
    }
    assert(this.config.kind === 'multi', 'a multivector has many rows');
    const { metric, datatype } = this.config;
    const count = value.rows.length / value.dim;
    this.#words[words] = count;
    const isNew = metric === 'Cosine' && value.isStored !== true;
    const rows = isNew && datatype === 'float16' ? normalisedRows(value) : value.rows;
    storeValues(this.memory.buffer, address + 4, rows, datatype);
    if (isNew && datatype === 'float32') this.#normaliseRows(address + 4, value);
  }

  #normaliseRows(address: number, { dim, rows }: MultiValue): void {
    for (let at = 0; at < rows.length; at += dim) this.kernels.normalise(address + 4 * at, dim);
  }

  #rowBytes(row: number): number {
    const count = this.#words[row / 4]!;
    if (this.config.kind === 'sparse') return 4 + 8 * count;
    return 4 + valueBytes(this.config, count * this.config.dim);
  }

  #bytesOf(value: VectorValue): number {
    if (value.kind === 'sparse') return 4 + 8 * value.indices.length;
    assert(value.kind === 'multi' && this.config.kind === 'multi', 'the value is of the kind of the vector');
    return 4 + valueBytes(this.config, value.rows.length);
  }
}

/** Bytes of so many numbers of a multivector; rows start at multiples of 4. */
function valueBytes({ datatype }: MultiConfig, length: number): number {
  return Math.ceil((length * VALUE_BYTES[datatype]) / 4) * 4;
}

function normalisedRows({ dim, rows }: MultiValue): Float32Array {
  const result = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at += dim) result.set(normalised(rows.subarray(at, at + dim)), at);
  return result;
}

/** Creates the memory of a sparse vector or multivector for a segment of `capacity` rows. */
export function createSideHandle(
  { id }: SparseConfig | MultiConfig,
  options: { readonly capacity: number; readonly scratchCount: number; readonly bytesMax: number },
): SideHandle {
  const layout = sideLayout(options);
  return { vectorId: id, memory: createSideMemory(layout), layout };
}
