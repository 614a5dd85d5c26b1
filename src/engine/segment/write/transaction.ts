import type { CreateCollection } from '../../../../schemas/collections.ts';
import { assert } from '../../../shared/assert.ts';
import { wrongInput } from '../../../shared/errors.ts';
import { encodePointId, type PointId } from '../../../shared/ids.ts';
import {
  META,
  metaKey,
  payloadKey,
  pointIdKey,
  rowBatchKey,
  TOMBSTONE_BLOCK_ROWS,
  tombstoneKey,
  VERSION_BLOCK_ROWS,
  versionsKey,
} from '../../../storage/keys.ts';
import { encodePointColumns, encodeRaggedRows, encodeVectorRows } from '../../../storage/row-batch.ts';
import { ID_BYTES, VERSION_BYTES } from '../../../kernels/memory-layout.ts';
import type { VectorValue } from '../../vectors/vector-value.ts';
import { IndexWriter } from '../../payload/fields/index-writer.ts';
import { type Collection, encodeLocation, type Location, locate } from '../collection.ts';
import { removeHiddenPayloads, storeHidden } from '../hidden-rows.ts';
import { publishRows, type Segment } from '../segment.ts';

/** The vectors of a point in the order of the collection's; undefined where it has none. */
export type PointVectors = readonly (VectorValue | undefined)[];

/** Opens a further segment when the last one is full; must store its meta record in the running transaction. */
export type SegmentOpener = (params: CreateCollection) => Segment;

interface NewRow {
  readonly id: PointId;
  readonly version: number;
  readonly vectors: PointVectors;
  readonly payload: Uint8Array;
}

interface SegmentChanges {
  /** First row of this transaction, and the row after its last. */
  readonly first: number;
  end: number;
  readonly deleted: Set<number>;
  /** Versions of the published rows whose payload is changed in place. */
  readonly rewritten: Map<number, number>;
}

/**
 * One LMDB transaction over a collection and what it changes in shared memory. Rows are written to memory beyond the
 * published count, where no reader looks, and to LMDB; `publish` shows them once the commit is on disk. If the
 * transaction rolls back, nothing was published and the rows are overwritten by the next one.
 */
export class WriteTransaction {
  readonly collection: Collection;
  readonly indexes: IndexWriter;
  readonly #segments: Segment[];
  readonly #openSegment: SegmentOpener;
  readonly #changes = new Map<Segment, SegmentChanges>();
  #seq: number;

  /** Begin inside `env.write`. */
  constructor(collection: Collection, openSegment: SegmentOpener) {
    this.#segments = [...collection.segments];
    this.collection = { ...collection, segments: this.#segments };
    this.indexes = new IndexWriter(collection.indexes);
    this.#openSegment = openSegment;
    this.#seq = Number(collection.env.get(metaKey(META.seq))?.toString() ?? '0');
  }

  /** All segments, those that this transaction opened included. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** Starts the next operation; its number is the version of the points that it writes. */
  nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  get seq(): number {
    return this.#seq;
  }

  locate(id: PointId): Location | undefined {
    return locate(this.collection, id);
  }

  /** The stored vectors of a point, as views that stay what they are. */
  vectorsOf({ segment, offset }: Location): PointVectors {
    return this.collection.vectors.map(({ name }) => segment.valueOf(name, offset));
  }

  /** Appends a point's new row and hides its old one. `payload` is JSON text. */
  put(id: PointId, vectors: PointVectors, payload: Uint8Array): void {
    const segment = this.#appendable(vectors);
    const old = this.locate(id);
    if (old !== undefined) this.#hide(old);
    this.#append(segment, { id, version: this.#seq, vectors, payload });
  }

  /** Moves a point's row behind the last one; nothing about the point changes. */
  move(at: Location): void {
    const { segment, offset } = at;
    const payload = this.payloadAt(at);
    assert(payload !== undefined, 'a living row has a payload');
    const vectors = this.vectorsOf(at);
    const target = this.#appendable(vectors);
    this.#hide(at);
    this.#append(target, { id: segment.idAt(offset), version: segment.versionAt(offset), vectors, payload });
  }

  #append(segment: Segment, { id, version, vectors, payload }: NewRow): void {
    const changes = this.#changesOf(segment);
    const offset = changes.end;
    changes.end += 1;
    segment.writeRow(offset, id, version, vectors);
    this.collection.env.put(pointIdKey(encodePointId(id)), encodeLocation(segment.id, offset));
    this.collection.env.put(payloadKey(segment.id, offset), payload);
    this.indexes.append(segment, offset, payload);
  }

  /** The row after the last one of a segment, rows of this transaction included. */
  rowsEnd(segment: Segment): number {
    return this.#changes.get(segment)?.end ?? segment.count;
  }

  /** Published rows whose payload this transaction has changed so far. */
  rewrittenRows(segment: Segment): Iterable<number> {
    return this.#changes.get(segment)?.rewritten.keys() ?? [];
  }

  /** The payload of a row as JSON text, or undefined if the row is deleted. */
  payloadAt({ segment, offset }: Location): Buffer | undefined {
    if (segment.isDeleted(offset) || this.#changes.get(segment)?.deleted.has(offset)) return undefined;
    return this.collection.env.get(payloadKey(segment.id, offset));
  }

  /** Replaces the payload of a point, as JSON text, where it lies: nothing needs to be linked or indexed by vector again. */
  rewrite({ segment, offset }: Location, payload: Uint8Array): void {
    const { env } = this.collection;
    const key = payloadKey(segment.id, offset);
    const before = this.indexes.asksForBefore ? env.get(key) : undefined;
    env.put(key, payload);
    this.indexes.rewrite(segment, offset, payload, before);
    const { first, rewritten } = this.#changesOf(segment);
    if (offset >= first) segment.writeVersion(offset, this.#seq);
    else rewritten.set(offset, this.#seq);
  }

  /** Deletes the point of a row. */
  remove(at: Location): void {
    this.#hide(at);
    this.collection.env.remove(pointIdKey(encodePointId(at.segment.idAt(at.offset))));
  }

  /** Writes what the operations left to the end; call last inside `env.write`. */
  finish(): void {
    const { env } = this.collection;
    for (const [segment, changes] of this.#changes) {
      if (changes.end > changes.first) storeRows(this.collection, segment, changes);
      storeTombstones(this.collection, segment, changes);
      storeVersions(this.collection, segment, changes);
    }
    this.indexes.store();
    removeHiddenPayloads(env);
    storeHidden(
      env,
      Array.from(this.#changes, ([{ id }, { deleted }]) => [id, deleted] as const),
    );
    env.put(metaKey(META.seq), Buffer.from(String(this.#seq)));
  }

  /** Shows the changes to readers; call after the commit. New rows first, then the tombstones of older segments. */
  publish(): void {
    const { indexes } = this;
    const changes = this.#segments.toReversed().map((segment) => ({ segment, ...this.#changesOf(segment) }));
    for (const { segment, rewritten, deleted } of changes) {
      segment.publishPayloads(rewritten, () => indexes.applyChanges(segment.id));
      indexes.publish(segment.id, (row) => segment.isDeleted(row), deleted);
    }
    // A reader that was not told of it yet learns that points may be where it does not look.
    const newest = this.#segments.at(-1)?.id ?? 0;
    for (const segment of this.#segments) segment.noteNewest(newest);
    publishRows(changes.map(({ segment, end, deleted }) => ({ segment, count: end, deleted: [...deleted] })));
    indexes.publishCodes();
    this.#segments[0]?.showSeq(this.#seq);
  }

  #hide({ segment, offset }: Location): void {
    this.#changesOf(segment).deleted.add(offset);
    this.indexes.touch(segment);
  }

  #changesOf(segment: Segment): SegmentChanges {
    const known = this.#changes.get(segment);
    if (known !== undefined) return known;
    const { count } = segment;
    const changes = {
      first: count,
      end: count,
      deleted: new Set<number>(),
      rewritten: new Map<number, number>(),
    };
    this.#changes.set(segment, changes);
    return changes;
  }

  #appendable(vectors: PointVectors): Segment {
    const last = this.#segments.at(-1);
    if (last?.hasRoomFor(this.#changesOf(last).end, vectors)) return last;
    const opened = this.#openSegment(this.collection.params);
    this.#segments.push(opened);
    if (!opened.hasRoomFor(0, vectors)) {
      throw wrongInput('the vectors of a point need more memory than a segment has');
    }
    return opened;
  }
}

function storeRows({ env }: Collection, segment: Segment, { first, end }: SegmentChanges): void {
  const count = end - first;
  const { layout } = segment;
  const points = {
    count,
    versions: segment.bytesAt(layout.versions + first * 8, count * 8),
    ids: segment.bytesAt(layout.ids + first * ID_BYTES, count * ID_BYTES),
    idKinds: bitsOf(segment, layout.idKinds, first, end),
  };
  env.put(rowBatchKey(segment.id, 0, first), encodePointColumns(points));
  for (const column of segment.vectors) {
    const presence = bitsOf(segment, column.present, first, end);
    if (presence.every((byte) => byte === 0)) continue;
    if (column.disk !== undefined) {
      column.disk.store(first, end, (from, to) => bitsOf(segment, column.present, from, to));
      continue;
    }
    const { strideBytes } = column;
    const rows = segment.bytesAt(column.rows + first * strideBytes, count * strideBytes);
    env.put(
      rowBatchKey(segment.id, column.id, first),
      encodeVectorRows({ count, strideBytes, presence, rows }),
    );
  }
  for (const side of segment.sides) {
    const rows = side.pendingRows(first, end);
    if (rows !== undefined) env.put(rowBatchKey(segment.id, side.config.id, first), encodeRaggedRows(rows));
  }
}

/** Rewrites the stored bits of every block in which a row died. */
function storeTombstones({ env }: Collection, segment: Segment, { deleted }: SegmentChanges): void {
  const blocks = Map.groupBy(deleted, (offset) => Math.floor(offset / TOMBSTONE_BLOCK_ROWS));
  for (const [block, offsets] of blocks) {
    const blockBytes = TOMBSTONE_BLOCK_ROWS / 8;
    const start = block * blockBytes;
    const length = Math.min(blockBytes, segment.layout.bitmapBytes - start);
    const bits = Buffer.alloc(blockBytes);
    bits.set(segment.bytesAt(segment.layout.tombstones + start, length));
    for (const offset of offsets) bits[(offset >> 3) - start]! |= 1 << (offset & 7);
    env.put(tombstoneKey(segment.id, block), bits);
  }
}

/** Rewrites the stored versions of every block in which a payload was changed. */
function storeVersions({ env }: Collection, segment: Segment, { end, rewritten }: SegmentChanges): void {
  const blocks = Map.groupBy(rewritten, ([offset]) => Math.floor(offset / VERSION_BLOCK_ROWS));
  for (const [block, versions] of blocks) {
    const start = block * VERSION_BLOCK_ROWS;
    const rows = Math.min(VERSION_BLOCK_ROWS, end - start);
    const value = Buffer.alloc(VERSION_BLOCK_ROWS * VERSION_BYTES);
    value.set(segment.bytesAt(segment.layout.versions + start * VERSION_BYTES, rows * VERSION_BYTES));
    for (const [offset, version] of versions) value.writeDoubleLE(version, (offset - start) * VERSION_BYTES);
    env.put(versionsKey(segment.id, block), value);
  }
}

/** The bits of the rows from `first` on, shifted so that bit 0 is row `first`. */
function bitsOf(segment: Segment, bitmap: number, first: number, end: number): Uint8Array {
  assert(end >= first, 'rows come in order');
  const bytes = segment.bytesAt(bitmap, segment.layout.bitmapBytes);
  const bits = new Uint8Array(Math.ceil((end - first) / 8));
  for (let row = first; row < end; row++) {
    if ((bytes[row >> 3]! & (1 << (row & 7))) !== 0) bits[(row - first) >> 3]! |= 1 << ((row - first) & 7);
  }
  return bits;
}
