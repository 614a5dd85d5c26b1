/**
 * Rows that one write transaction appended to a segment, column by column, so that a restart copies a few large values
 * instead of visiting every point. Little-endian; the rows of a value are consecutive offsets.
 *
 * column 0, what every point has:
 * | bytes            | content                                          |
 * |------------------|--------------------------------------------------|
 * | 0..4             | row count n                                      |
 * | 4..8             | zero                                             |
 * | 8..8+8n          | versions, float64                                |
 * | ..+16n           | point ids, 16 bytes each (see shared/ids.ts)     |
 * | ..+ceil(n/8)     | id kinds, bit set = UUID                         |
 *
 * column v, the dense vector with the number v:
 * | bytes            | content                                          |
 * |------------------|--------------------------------------------------|
 * | 0..4             | row count n                                      |
 * | 4..8             | bytes a row                                      |
 * | 8..8+ceil(n/8)   | presence, bit set = the point has this vector    |
 * | last n x stride  | rows                                             |
 *
 * column v, the sparse vector or multivector with the number v:
 * | bytes            | content                                          |
 * |------------------|--------------------------------------------------|
 * | 0..4             | row count n                                      |
 * | 4..8             | zero                                             |
 * | 8..8+4n          | u32 bytes of each row; 0: it lacks the vector    |
 * | the rest         | rows as kernels/side-layout.ts has them          |
 */
import { copyBytes } from '../shared/copy-bytes.ts';

export interface PointColumns {
  readonly count: number;
  /** 8 bytes a row. */
  readonly versions: Uint8Array;
  /** 16 bytes a row. */
  readonly ids: Uint8Array;
  readonly idKinds: Uint8Array;
}

export interface VectorRows {
  readonly count: number;
  readonly strideBytes: number;
  readonly presence: Uint8Array;
  readonly rows: Uint8Array;
}

/** Rows of any length, one after the other. */
export interface RaggedRows {
  /** Bytes of each row; 0 where a point lacks the vector. */
  readonly lengths: Uint32Array;
  readonly rows: Uint8Array;
}

const HEADER_BYTES = 8;

export function encodePointColumns(columns: PointColumns): Buffer {
  return concat(columns.count, 0, [columns.versions, columns.ids, columns.idKinds]);
}

export function decodePointColumns(value: Buffer): PointColumns {
  const count = value.readUInt32LE(0);
  const ids = HEADER_BYTES + 8 * count;
  const kinds = ids + 16 * count;
  return {
    count,
    versions: value.subarray(HEADER_BYTES, ids),
    ids: value.subarray(ids, kinds),
    idKinds: value.subarray(kinds, kinds + Math.ceil(count / 8)),
  };
}

export function encodeVectorRows(column: VectorRows): Buffer {
  return concat(column.count, column.strideBytes, [column.presence, column.rows]);
}

export function decodeVectorRows(value: Buffer): VectorRows {
  const count = value.readUInt32LE(0);
  const strideBytes = value.readUInt32LE(4);
  const rows = HEADER_BYTES + Math.ceil(count / 8);
  return {
    count,
    strideBytes,
    presence: value.subarray(HEADER_BYTES, rows),
    rows: value.subarray(rows, rows + count * strideBytes),
  };
}

export function encodeRaggedRows({ lengths, rows }: RaggedRows): Buffer {
  const bytes = new Uint8Array(lengths.buffer, lengths.byteOffset, lengths.byteLength);
  return concat(lengths.length, 0, [bytes, rows]);
}

export function decodeRaggedRows(value: Buffer): RaggedRows {
  const count = value.readUInt32LE(0);
  const lengths = Uint32Array.from({ length: count }, (_, i) => value.readUInt32LE(HEADER_BYTES + 4 * i));
  const start = HEADER_BYTES + 4 * count;
  return { lengths, rows: value.subarray(start, start + lengths.reduce((sum, length) => sum + length, 0)) };
}

function concat(first: number, second: number, parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + part.length, HEADER_BYTES));
  value.writeUInt32LE(first, 0);
  value.writeUInt32LE(second, 4);
  let at = HEADER_BYTES;
  for (const part of parts) {
    copyBytes(value, at, part);
    at += part.length;
  }
  return value;
}
