import { STAGED_BYTES } from '../../kernels/memory-layout.ts';
import type { Env } from '../../storage/env.ts';
import { rowBatchKey } from '../../storage/keys.ts';
import { decodeVectorRows, encodeVectorRows } from '../../storage/row-batch.ts';

/** Room for what LMDB and the batch add to the rows, so that a chunk fills two pages. */
const OVERHEAD_BYTES = 64;

/** Rows that follow each other, without those at their end that no chunk holds. */
export interface DiskChunk {
  readonly first: number;
  readonly count: number;
  readonly rows: Uint8Array;
}

/**
 * The rows of a dense vector that stay in LMDB. They are stored as row batches like those of other vectors
 * (storage/row-batch.ts), but cut into chunks at multiples of `chunkRows`, so that one row can be read without the rest.
 */
export class DiskRows {
  /** Rows of a chunk. */
  readonly chunkRows: number;
  readonly #env: Env;
  readonly #segmentId: number;
  readonly #vectorId: number;
  readonly #strideBytes: number;
  /** Rows of the running transaction, by offset: they are not stored before its end. */
  readonly #pending = new Map<number, Uint8Array>();

  constructor(env: Env, place: { segmentId: number; vectorId: number; strideBytes: number }) {
    this.#env = env;
    this.#segmentId = place.segmentId;
    this.#vectorId = place.vectorId;
    this.#strideBytes = place.strideBytes;
    this.chunkRows = Math.max(1, Math.floor((STAGED_BYTES - OVERHEAD_BYTES) / place.strideBytes));
  }

  /**
   * Copies a row to `target`, as of the last `env.refresh()`. False if it was never stored, or its segment is no more. One
   * LMDB lookup.
   */
  read(offset: number, target: Uint8Array): boolean {
    const pending = this.#pending.get(offset);
    if (pending !== undefined) {
      target.set(pending);
      return true;
    }
    const chunk = this.chunkOf(offset);
    if (chunk === undefined || offset >= chunk.first + chunk.count) return false;
    const start = (offset - chunk.first) * this.#strideBytes;
    target.set(chunk.rows.subarray(start, start + this.#strideBytes));
    return true;
  }

  /**
   * The stored chunk that a row belongs to, valid until the next read of LMDB; undefined if none of its rows has the
   * vector.
   */
  chunkOf(offset: number): DiskChunk | undefined {
    const first = offset - (offset % this.chunkRows);
    const value = this.#env.peek(this.#key(first));
    return value && { first, ...decodeVectorRows(value) };
  }

  /** Writer: forgets the rows of a transaction, because it is over or was rolled back. */
  forget(): void {
    this.#pending.clear();
  }

  /** Writer: sets a row of the running transaction. */
  write(offset: number, row: Uint8Array): void {
    this.#pending.set(offset, row);
  }

  /**
   * Writer, inside `env.write`: stores the rows `first` ≤ offset < `end` of the running transaction. `presence` gives the
   * bits of any rows, bit 0 being the first of them.
   */
  store(first: number, end: number, presence: (from: number, to: number) => Uint8Array): void {
    for (let at = first - (first % this.chunkRows); at < end; at += this.chunkRows) {
      const chunkEnd = Math.min(at + this.chunkRows, end);
      const isEmpty = presence(Math.max(at, first), chunkEnd).every((byte) => byte === 0);
      if (isEmpty) continue;
      const count = chunkEnd - at;
      const rows = new Uint8Array(count * this.#strideBytes);
      // The chunk may have been begun by an earlier transaction.
      if (at < first) rows.set(this.chunkOf(at)?.rows ?? []);
      for (let offset = Math.max(at, first); offset < chunkEnd; offset++) {
        const row = this.#pending.get(offset);
        if (row !== undefined) rows.set(row, (offset - at) * this.#strideBytes);
      }
      const batch = { count, strideBytes: this.#strideBytes, presence: presence(at, chunkEnd), rows };
      this.#env.put(this.#key(at), encodeVectorRows(batch));
    }
  }

  #key(first: number): Buffer {
    return rowBatchKey(this.#segmentId, this.#vectorId, first);
  }
}
