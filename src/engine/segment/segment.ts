import { assert } from '../../shared/assert.ts';
import { copyBytes } from '../../shared/copy-bytes.ts';
import type { Env } from '../../storage/env.ts';
import { type PointId, readIdColumn, writeIdColumn } from '../../shared/ids.ts';
import { attachKernels, type Kernels } from '../../kernels/loader.ts';
import {
  HEADER,
  ID_BYTES,
  LAYOUT_MAGIC,
  LAYOUT_VERSION,
  comparisonId,
  type DatatypeName,
  type MetricName,
  type ScratchLayout,
  type SegmentLayout,
} from '../../kernels/memory-layout.ts';
import { FAISS_ROWS } from '../../kernels/graph-layout.ts';
import { type GraphHandle, linkedCount, openGraph } from '../index/hnsw/graph.ts';
import { FaissIndex } from '../index/faiss/faiss-index.ts';
import { faissFile } from '../index/faiss/index-file.ts';
import { HnswIndex } from '../index/hnsw/hnsw-index.ts';
import type { VectorIndex } from '../index/vector-index.ts';
import { loadValues, normalised, storeValues } from '../vectors/datatypes.ts';
import { CodeColumn, type CodesHandle } from '../vectors/code-column.ts';
import type { Quantization } from '../vectors/quantization.ts';
import { SideColumn } from '../vectors/side-column.ts';
import { DiskRows } from '../vectors/disk-rows.ts';
import type { IndexConfig, VectorConfig } from '../vectors/vector-config.ts';
import type { DenseValue, VectorValue } from '../vectors/vector-value.ts';
import type { GraphPlace, SegmentHandle } from './segment-handle.ts';

/** One dense vector of a segment: where its rows lie and how they compare. */
export interface VectorColumn {
  readonly id: number;
  readonly name: string;
  readonly dim: number;
  readonly metric: MetricName;
  readonly datatype: DatatypeName;
  /** For the kernels: metric and datatype in one. */
  readonly comparison: number;
  readonly strideBytes: number;
  /** Addresses for the kernels; see {@link Segment.eachRows} for the rows. */
  readonly rows: number;
  readonly present: number;
  readonly index: IndexConfig;
  readonly quantization: Quantization | undefined;
  /** Where the rows are if they are not in memory. */
  readonly disk: DiskRows | undefined;
}

/** What a reader may see: rows below `count`, under the tombstones as they were at `epoch`. */
export interface Snapshot {
  readonly count: number;
  readonly epoch: number;
  /** Payloads that are read from a state of LMDB which is seen after this snapshot are at least of this one. */
  readonly payloadEpoch: number;
}

/**
 * A thread's view of a segment: typed arrays and kernels over the shared memory. The memory never grows, so views stay
 * valid. One thread writes at a time (the owner of the collection's update turn); any number read.
 */
export class Segment {
  readonly id: number;
  /** Of the handle that it was attached by. */
  readonly revision: number;
  readonly layout: SegmentLayout;
  readonly #graphPlaces: readonly GraphPlace[];
  readonly #codesHandles: readonly CodesHandle[];
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
  /** The dense vectors that the segment has room for and the collection still has. */
  readonly vectors: readonly VectorColumn[];
  /** The sparse vectors and multivectors, likewise; each has a memory of its own. */
  readonly sides: readonly SideColumn[];
  readonly #configs: readonly VectorConfig[];
  /** Positions in `#configs` of the vectors in `vectors`. */
  readonly #positions: readonly number[];
  readonly #vectorIds: readonly number[];
  readonly #header: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #idView: DataView;
  readonly #versions: Float64Array;
  readonly #graphs = new Map<number, GraphHandle>();
  readonly #codes = new Map<number, CodeColumn>();
  readonly #indexes = new Map<number, VectorIndex>();
  readonly #faissIndexes = new Map<number, FaissIndex>();

  /** Attaches to a segment that exists; `configs` are the vectors that the collection has now, `env` has its rows. */
  constructor(
    handle: SegmentHandle,
    module: WebAssembly.Module,
    { configs, env }: { readonly configs: readonly VectorConfig[]; readonly env: Env },
  ) {
    this.id = handle.id;
    this.revision = handle.revision;
    this.layout = handle.layout;
    this.#graphPlaces = handle.graphs;
    this.#codesHandles = handle.codes;
    this.memory = handle.memory;
    this.kernels = attachKernels(handle.memory, module);
    const { buffer } = handle.memory;
    this.#header = new Int32Array(buffer, handle.layout.header, 1024);
    assert(this.#header[HEADER.magic] === LAYOUT_MAGIC, 'the memory holds a segment');
    assert(handle.layout.layoutVersion === LAYOUT_VERSION, 'the layout is of this build');
    this.#bytes = new Uint8Array(buffer);
    this.#idView = new DataView(buffer, handle.layout.ids, handle.layout.capacity * ID_BYTES);
    this.#versions = new Float64Array(buffer, handle.layout.versions, handle.layout.capacity);
    this.#configs = configs;
    this.#vectorIds = handle.vectorIds;
    this.sides = handle.sides.flatMap((side) => {
      const config = configs.find(({ id }) => id === side.vectorId);
      return config === undefined || config.kind === 'dense' ? [] : [new SideColumn(side, config, module)];
    });
    this.vectors = handle.layout.vectors.flatMap((layout, i) => {
      const config = configs.find(({ id }) => id === handle.vectorIds[i]);
      if (config?.kind !== 'dense') return [];
      const { dim, strideBytes, rows, present, isOnDisk } = layout;
      const { id, name, metric, datatype, index, quantization } = config;
      const comparison = comparisonId(metric, datatype);
      const disk = isOnDisk
        ? new DiskRows(env, { segmentId: handle.id, vectorId: id, strideBytes })
        : undefined;
      const place = { strideBytes, rows, present, disk };
      return [{ id, name, dim, metric, datatype, comparison, ...place, index, quantization }];
    });
    this.#positions = this.vectors.map(({ id }) => configs.findIndex((config) => config.id === id));
  }

  get capacity(): number {
    return this.layout.capacity;
  }

  /** Published rows, deleted ones included. */
  get count(): number {
    return Atomics.load(this.#header, HEADER.count);
  }

  /** True if no row is alive. */
  get isEmpty(): boolean {
    // Both counts only grow, this one after the other: read the other way round, rows that replace all would not be seen.
    const { deletedCount } = this;
    return this.count === deletedCount;
  }

  get deletedCount(): number {
    return Atomics.load(this.#header, HEADER.deletedCount);
  }

  vector(name: string): VectorColumn | undefined {
    return this.vectors.find((column) => column.name === name);
  }

  side(name: string): SideColumn | undefined {
    return this.sides.find((column) => column.name === name);
  }

  scratch(threadIndex: number): ScratchLayout {
    const scratch = this.layout.scratch[threadIndex];
    assert(scratch !== undefined, `scratch area ${threadIndex} exists`);
    return scratch;
  }

  /** The graph of a vector for the thread that owns the scratch area; undefined if the vector has none. */
  graph({ id, index }: VectorColumn, threadIndex: number): GraphHandle | undefined {
    const layout = this.layout.vectors[this.#vectorIds.indexOf(id)];
    if (layout?.graph === undefined || index.m === 0) return undefined;
    const known = this.#graphs.get(id);
    if (known !== undefined) return known;
    const opened = openGraph(this.memory, this.kernels, this.layout, layout, this.scratch(threadIndex));
    this.#graphs.set(id, opened);
    return opened;
  }

  /** What finds rows by a vector for the thread that owns the scratch area; undefined if the vector has no index. */
  index(column: VectorColumn, threadIndex: number): VectorIndex | undefined {
    const known = this.#indexes.get(column.id);
    if (known !== undefined) return known;
    const graph = this.graph(column, threadIndex);
    if (graph === undefined) return undefined;
    const scratch = this.scratch(threadIndex);
    const opened = new HnswIndex(graph, column.index.efConstruct, {
      quantization: column.quantization && { memory: this.memory, codes: this.codes(column, threadIndex) },
      scoreRow: column.disk && ((offset) => this.similarityOnDisk(column, offset, scratch)),
    });
    this.#indexes.set(column.id, opened);
    return opened;
  }

  /**
   * As {@link index}, by the second engine, for searches without a filter; `directory` is the collection's. Undefined if
   * there is no such index, or if it is too old. @throws NEARIFY_STORAGE if it is damaged
   */
  faissIndex(column: VectorColumn, threadIndex: number, directory: string): FaissIndex | undefined {
    const graph = this.graph(column, threadIndex);
    if (graph === undefined) return undefined;
    if (Atomics.load(graph.words, graph.graph.head / 4 + FAISS_ROWS) === 0) return undefined;
    let index = this.#faissIndexes.get(column.id);
    if (index === undefined) {
      index = new FaissIndex({
        graph,
        memory: this.memory,
        file: faissFile(directory, this.id, column.id),
        efDefault: column.index.efConstruct,
        fallback: this.index(column, threadIndex)!,
      });
      this.#faissIndexes.set(column.id, index);
    }
    return index.isUsable(this.count) ? index : undefined;
  }

  /** Frees what this thread holds of the segment outside of the shared memory. It may be used on: it is loaded anew. */
  release(): void {
    for (const index of this.#faissIndexes.values()) index.release();
  }

  /** The codes that a vector is quantized by, for the thread that owns the area; undefined if it has none of its own. */
  codes({ id }: VectorColumn, threadIndex: number): CodeColumn | undefined {
    const known = this.#codes.get(id);
    if (known !== undefined) return known;
    const handle = this.#codesHandles.find(({ vectorId }) => vectorId === id);
    if (handle === undefined) return undefined;
    const opened = new CodeColumn(handle, threadIndex);
    this.#codes.set(id, opened);
    return opened;
  }

  /** True if the segment has enough rows for the graph, or has begun with it. */
  isIndexed(graph: GraphHandle): boolean {
    if (linkedCount(graph) > 0) return true;
    return this.count > this.#graphPlaces.find(({ head }) => head === graph.graph.head)!.rowsMin;
  }

  idAt(offset: number): PointId {
    return readIdColumn(this.#idView, offset * ID_BYTES, this.#bit(this.layout.idKinds, offset));
  }

  versionAt(offset: number): number {
    return this.#versions[offset]!;
  }

  isDeleted(offset: number): boolean {
    return this.#bit(this.layout.tombstones, offset);
  }

  hasVector(column: VectorColumn, offset: number): boolean {
    return this.#bit(column.present, offset);
  }

  /**
   * The stored vector, length dim: a view if it is float32 in memory. Cosine vectors are normalised, unless they are bytes.
   * Undefined if the row lacks the vector.
   */
  vectorAt(column: VectorColumn, offset: number): Float32Array | undefined {
    if (!this.hasVector(column, offset)) return undefined;
    const { dim, datatype, disk, strideBytes } = column;
    if (disk === undefined) {
      return loadValues(this.memory.buffer, column.rows + offset * strideBytes, dim, datatype);
    }
    const row = new Uint8Array(strideBytes);
    return disk.read(offset, row) ? loadValues(row.buffer, 0, dim, datatype) : undefined;
  }

  /** As {@link vectorAt}, but as searches compare it: of unit length for Cosine. */
  comparedAt(column: VectorColumn, offset: number): Float32Array | undefined {
    const values = this.vectorAt(column, offset);
    return values && column.metric === 'Cosine' && column.datatype === 'uint8' ? normalised(values) : values;
  }

  /**
   * Brings the rows `from` ≤ offset < `to` to where kernels can read them, which for rows on disk is a part of `scratch`:
   * calls `visit` with ranges that cover all that have the vector, and with the address where row 0 would lie then.
   * `isWanted` may leave ranges out.
   */
  eachRows(
    column: VectorColumn,
    { from, to, scratch }: { readonly from: number; readonly to: number; readonly scratch: ScratchLayout },
    visit: (rows: number, from: number, to: number) => void,
    isWanted: (from: number, to: number) => boolean = () => true,
  ): void {
    const { disk, strideBytes } = column;
    if (disk === undefined) {
      visit(column.rows, from, to);
      return;
    }
    for (let at = from, end = 0; at < to; at = end) {
      end = Math.min(at - (at % disk.chunkRows) + disk.chunkRows, to);
      const chunk = isWanted(at, end) ? disk.chunkOf(at) : undefined;
      const last = chunk && Math.min(end, chunk.first + chunk.count);
      if (chunk === undefined || last === undefined || last <= at) continue;
      this.#bytes.set(chunk.rows, scratch.staged);
      // Addresses are numbers of 32 bits: this one plus that of a row within the memory is the row's place in it.
      visit((scratch.staged - chunk.first * strideBytes) >>> 0, at, last);
    }
  }

  /** How similar a row on disk is to the query in `scratch`; undefined if it lacks the vector. */
  similarityOnDisk(
    column: VectorColumn,
    offset: number,
    { staged, query }: ScratchLayout,
  ): number | undefined {
    if (!this.hasVector(column, offset)) return undefined;
    if (column.disk?.read(offset, this.bytesAt(staged, column.strideBytes)) !== true) return undefined;
    return this.kernels.similarity(column.comparison, staged, query, column.dim);
  }

  /** Whether a row has a vector of that name. */
  has(name: string, offset: number): boolean {
    const column = this.vector(name);
    if (column !== undefined) return this.hasVector(column, offset);
    return this.side(name)?.has(offset) ?? false;
  }

  /** The vector of a row as it is stored, as views of the memory; undefined if the row has none of that name. */
  valueOf(name: string, offset: number): VectorValue | undefined {
    const column = this.vector(name);
    if (column === undefined) return this.side(name)?.valueOf(offset);
    const values = this.vectorAt(column, offset);
    return values && { kind: 'dense', values, isStored: true };
  }

  /** Writer: whether a row with these vectors, in the order of the collection's, can be written at `offset`. */
  hasRoomFor(offset: number, vectors: readonly (VectorValue | undefined)[]): boolean {
    if (offset >= this.capacity) return false;
    return this.#configs.every((config, i) => {
      if (config.kind === 'dense') return vectors[i] === undefined || this.#vectorIds.includes(config.id);
      const side = this.side(config.name);
      return side === undefined
        ? vectors[i] === undefined
        : side.hasRoomFor(vectors[i], offset === this.count);
    });
  }

  /** A view of `length` bytes of the memory. */
  bytesAt(address: number, length: number): Uint8Array {
    return this.#bytes.subarray(address, address + length);
  }

  /** The state to read under; waits out a change of tombstones that is under way. */
  snapshot(): Snapshot {
    for (;;) {
      const epoch = Atomics.load(this.#header, HEADER.epoch);
      if ((epoch & 1) === 0) {
        const count = this.count;
        const payloadEpoch = this.payloadEpoch();
        if (Atomics.load(this.#header, HEADER.epoch) === epoch) return { count, epoch, payloadEpoch };
      }
      Atomics.wait(this.#header, HEADER.epoch, epoch, 1);
    }
  }

  /** Grows with every change of payloads in place; waits out one that is under way. */
  payloadEpoch(): number {
    for (;;) {
      const epoch = Atomics.load(this.#header, HEADER.payloadEpoch);
      if ((epoch & 1) === 0) return epoch;
      Atomics.wait(this.#header, HEADER.payloadEpoch, epoch, 1);
    }
  }

  /** True if no tombstone changed since the snapshot was taken. */
  isCurrent(snapshot: Snapshot): boolean {
    return Atomics.load(this.#header, HEADER.epoch) === snapshot.epoch;
  }

  /** Writer: fills a row that is not published yet; vectors are in the order of the collection's. */
  writeRow(
    offset: number,
    id: PointId,
    version: number,
    vectors: readonly (VectorValue | undefined)[],
  ): void {
    assert(offset < this.capacity, 'the row lies within the segment');
    this.#setBit(this.layout.idKinds, offset, writeIdColumn(this.#idView, offset * ID_BYTES, id));
    this.#versions[offset] = version;
    for (const [i, column] of this.vectors.entries()) {
      const value = vectors[this.#positions[i]!];
      this.#setBit(column.present, offset, value !== undefined);
      // What a transaction that was rolled back has left is overwritten.
      if (offset === this.count) column.disk?.forget();
      if (value === undefined) continue;
      assert(value.kind === 'dense', 'a dense vector gets a dense value');
      this.#writeVector(column, offset, value);
    }
    for (const side of this.sides) {
      side.write(offset, vectors[this.#configs.indexOf(side.config)], offset === this.count);
    }
  }

  /** Bytes are stored as they come, also for Cosine, which then divides by their length. */
  #writeVector({ metric, datatype, dim, ...column }: VectorColumn, offset: number, value: DenseValue): void {
    const { values, isStored } = value;
    const isNew = metric === 'Cosine' && isStored !== true && datatype !== 'uint8';
    if (column.disk !== undefined) {
      const row = new Uint8Array(column.strideBytes);
      storeValues(row.buffer, 0, isNew ? normalised(values) : values, datatype);
      column.disk.write(offset, row);
      return;
    }
    const address = column.rows + offset * column.strideBytes;
    const given = isNew && datatype === 'float16' ? normalised(values) : values;
    storeValues(this.memory.buffer, address, given, datatype);
    if (isNew && datatype === 'float32') this.kernels.normalise(address, dim);
  }

  /** Writer: copies rows that an earlier process stored; see storage/row-batch.ts. */
  loadPoints(
    first: number,
    points: { versions: Uint8Array; ids: Uint8Array; idKinds: Uint8Array; count: number },
  ): void {
    this.#bytes.set(points.versions, this.layout.versions + first * 8);
    this.#bytes.set(points.ids, this.layout.ids + first * ID_BYTES);
    copyBits(points.idKinds, points.count, (row, bit) => this.#setBit(this.layout.idKinds, first + row, bit));
  }

  /** Writer: the version of a row that is not published yet. */
  writeVersion(offset: number, version: number): void {
    this.#versions[offset] = version;
  }

  /** Writer: as {@link loadPoints}, for the rows of one vector. */
  loadVector(
    column: VectorColumn,
    first: number,
    batch: { presence: Uint8Array; rows: Uint8Array; count: number },
  ): void {
    if (column.disk === undefined)
      copyBytes(this.#bytes, column.rows + first * column.strideBytes, batch.rows);
    copyBits(batch.presence, batch.count, (row, bit) => this.#setBit(column.present, first + row, bit));
  }

  /**
   * Writer, after the commit: shows the rows below `count` and hides others. Where rows are hidden, between `beginHiding`
   * and `endHiding`; see {@link publishRows}.
   */
  publish(count: number, deleted: readonly number[]): void {
    const deletedRows = new Set(deleted);
    for (const side of this.sides) side.publish(this.count, count, deletedRows);
    this.forgetPending();
    Atomics.store(this.#header, HEADER.count, count);
    for (const offset of deleted) this.#setBit(this.layout.tombstones, offset, true);
    Atomics.add(this.#header, HEADER.deletedCount, deleted.length);
  }

  /** Writer: forgets what it keeps of the rows of a transaction that is over or was rolled back. */
  forgetPending(): void {
    for (const { disk } of this.vectors) disk?.forget();
    for (const side of this.sides) side.forget();
  }

  /** Writer: readers wait from now on, and those that have looked already know that they must look again. */
  beginHiding(): void {
    Atomics.add(this.#header, HEADER.epoch, 1);
  }

  endHiding(): void {
    Atomics.add(this.#header, HEADER.epoch, 1);
    Atomics.notify(this.#header, HEADER.epoch);
  }

  /**
   * Writer, after the commit: the rows of `versions` got new payloads where they are. `change` brings what else is in
   * shared memory into line; readers know that they must look again.
   */
  publishPayloads(versions: ReadonlyMap<number, number>, change: () => void): void {
    if (versions.size === 0) return;
    Atomics.add(this.#header, HEADER.payloadEpoch, 1);
    for (const [offset, version] of versions) this.#versions[offset] = version;
    change();
    Atomics.add(this.#header, HEADER.payloadEpoch, 1);
    Atomics.notify(this.#header, HEADER.payloadEpoch);
  }

  /** Id of the newest segment that rows may have moved to, as far as the writer has told. */
  get newestSegment(): number {
    return Atomics.load(this.#header, HEADER.newestSegment);
  }

  /** Writer, before it shows and hides rows: tells readers of this segment which one is the newest. */
  noteNewest(segmentId: number): void {
    Atomics.store(this.#header, HEADER.newestSegment, segmentId);
  }

  /** In a collection's first segment: the last operation that memory shows, modulo 2^32. */
  get shownSeq(): number {
    return Atomics.load(this.#header, HEADER.shownSeq);
  }

  /** Writer, last of all that it does after the commit of operation `seq`. */
  showSeq(seq: number): void {
    Atomics.store(this.#header, HEADER.shownSeq, seq | 0);
  }

  /** Writer: makes readers look again, and ends changes that a thread left under way when it died. */
  endChanges(): void {
    for (const word of [HEADER.epoch, HEADER.payloadEpoch]) {
      const isUnderWay = (Atomics.load(this.#header, word) & 1) === 1;
      Atomics.add(this.#header, word, isUnderWay ? 1 : 2);
      Atomics.notify(this.#header, word);
    }
  }

  #bit(bitmap: number, offset: number): boolean {
    return (this.#bytes[bitmap + (offset >> 3)]! & (1 << (offset & 7))) !== 0;
  }

  #setBit(bitmap: number, offset: number, value: boolean): void {
    const at = bitmap + (offset >> 3);
    const mask = 1 << (offset & 7);
    this.#bytes[at] = value ? this.#bytes[at]! | mask : this.#bytes[at]! & ~mask;
  }
}

/**
 * Writer, after the commit: shows and hides rows, in the order given. Tombstones change under the sequence locks of all
 * their segments, together with the counts: a reader that has seen neither or both rows of a replaced point, be they in
 * one segment or in two, knows that it must look again.
 */
export function publishRows(
  changes: readonly {
    readonly segment: Segment;
    readonly count: number;
    readonly deleted: readonly number[];
  }[],
): void {
  const hiding = changes.filter(({ deleted }) => deleted.length > 0);
  for (const { segment } of hiding) segment.beginHiding();
  for (const { segment, count, deleted } of changes) segment.publish(count, deleted);
  for (const { segment } of hiding) segment.endHiding();
}

function copyBits(source: Uint8Array, count: number, set: (row: number, bit: boolean) => void): void {
  for (let row = 0; row < count; row++) set(row, (source[row >> 3]! & (1 << (row & 7))) !== 0);
}
