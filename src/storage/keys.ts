/**
 * Keys of a collection's LMDB environment. All numbers big-endian, so that LMDB's byte order is the order we iterate in.
 *
 * | byte 0 | rest                                          | value                                             |
 * |--------|-----------------------------------------------|---------------------------------------------------|
 * | 0x00   | kind u8 (see META), then for segments id u32   | UTF-8 JSON                                        |
 * | 0x01   | point id: tag u8, then u64 or 16 UUID bytes    | segment u32 LE, offset u32 LE                     |
 * | 0x02   | segment u32, offset u32                        | payload, JSON text as the client sent it          |
 * | 0x03   | segment u32, column u16, first offset u32      | rows of one write batch (see row-batch.ts)        |
 * | 0x04   | segment u32, block u32                         | tombstone bits of TOMBSTONE_BLOCK_ROWS rows       |
 * | 0x05   | segment u32, block u32                         | versions, float64 LE, of VERSION_BLOCK_ROWS rows, as  |
 * |        |                                               | of the last change in place; 0: as in 0x03        |
 * | 0x10   | index u32, segment u32, block u32             | rows of a payload index (see column-block.ts)     |
 * | 0x11   | index u32, 0x00                               | number of codes, u32 LE                           |
 * | 0x11   | index u32, 0x01, code u32                     | the text of the code, UTF-8                       |
 * | 0x11   | index u32, 0x02, text (see codeOfTextKey)     | the code of the text, u32 LE                      |
 * | 0x12   | index u32, segment u32, code u32, block u32   | rows with a token of a text index (see postings.ts) |
 */
import { createHash } from 'node:crypto';

export const PREFIX = {
  meta: 0x00,
  pointId: 0x01,
  payload: 0x02,
  rowBatch: 0x03,
  tombstones: 0x04,
  versions: 0x05,
  columnBlock: 0x10,
  dictionary: 0x11,
  postings: 0x12,
} as const;
/** `hidden`: rows that the last transaction hid, whose payloads the next one removes. */
export const META = {
  formatVersion: 1,
  params: 2,
  seq: 3,
  segment: 4,
  hidden: 5,
  vectorNumbers: 6,
  payloadIndexes: 7,
} as const;

/** Rows whose tombstone bits share one value: 512 bytes, rewritten when one of the rows dies. */
export const TOMBSTONE_BLOCK_ROWS = 4096;

/** Rows whose versions share one value: 2 KiB, rewritten when a payload is changed in place. */
export const VERSION_BLOCK_ROWS = 256;

export function metaKey(kind: number): Buffer {
  return Buffer.of(PREFIX.meta, kind);
}

export function segmentMetaKey(segmentId: number): Buffer {
  const key = Buffer.allocUnsafe(6);
  key[0] = PREFIX.meta;
  key[1] = META.segment;
  key.writeUInt32BE(segmentId, 2);
  return key;
}

/** `encodedId`: the bytes of `encodePointId`. */
export function pointIdKey(encodedId: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(1 + encodedId.length);
  key[0] = PREFIX.pointId;
  key.set(encodedId, 1);
  return key;
}

export function payloadKey(segmentId: number, offset: number): Buffer {
  return twoNumbers(PREFIX.payload, segmentId, offset);
}

export function tombstoneKey(segmentId: number, block: number): Buffer {
  return twoNumbers(PREFIX.tombstones, segmentId, block);
}

export function versionsKey(segmentId: number, block: number): Buffer {
  return twoNumbers(PREFIX.versions, segmentId, block);
}

export function rowBatchKey(segmentId: number, column: number, firstOffset: number): Buffer {
  const key = Buffer.allocUnsafe(11);
  key[0] = PREFIX.rowBatch;
  key.writeUInt32BE(segmentId, 1);
  key.writeUInt16BE(column, 5);
  key.writeUInt32BE(firstOffset, 7);
  return key;
}

export function columnBlockKey(indexId: number, segmentId: number, block: number): Buffer {
  const key = Buffer.allocUnsafe(13);
  key[0] = PREFIX.columnBlock;
  key.writeUInt32BE(indexId, 1);
  key.writeUInt32BE(segmentId, 5);
  key.writeUInt32BE(block, 9);
  return key;
}

/** Everything under the prefix that an index has. */
export function indexPrefix(prefix: number, indexId: number): Buffer {
  const key = Buffer.allocUnsafe(5);
  key[0] = prefix;
  key.writeUInt32BE(indexId, 1);
  return key;
}

export function postingsKey(indexId: number, segmentId: number, code: number, block: number): Buffer {
  const key = Buffer.allocUnsafe(17);
  key[0] = PREFIX.postings;
  key.writeUInt32BE(indexId, 1);
  key.writeUInt32BE(segmentId, 5);
  key.writeUInt32BE(code, 9);
  key.writeUInt32BE(block, 13);
  return key;
}

const DICTIONARY = { size: 0, text: 1, code: 2 } as const;

export function dictionarySizeKey(indexId: number): Buffer {
  return Buffer.concat([indexPrefix(PREFIX.dictionary, indexId), Buffer.of(DICTIONARY.size)]);
}

export function textOfCodeKey(indexId: number, code: number): Buffer {
  const key = Buffer.allocUnsafe(10);
  indexPrefix(PREFIX.dictionary, indexId).copy(key);
  key[5] = DICTIONARY.text;
  key.writeUInt32BE(code, 6);
  return key;
}

/** Longest text that is a key as it is; a longer one is cut here and followed by its SHA-256. */
const KEY_TEXT_BYTES_MAX = 400;

/**
 * The key of a text, or (`isPrefix`) what the keys of all texts that start with it start with; for a prefix longer than
 * KEY_TEXT_BYTES_MAX others start with it too.
 */
export function codeOfTextKey(indexId: number, text: string, isPrefix = false): Buffer {
  const bytes = Buffer.from(text);
  const parts: Uint8Array[] = [indexPrefix(PREFIX.dictionary, indexId), Buffer.of(DICTIONARY.code)];
  parts.push(bytes.subarray(0, KEY_TEXT_BYTES_MAX));
  if (!isPrefix && bytes.length > KEY_TEXT_BYTES_MAX) parts.push(createHash('sha256').update(bytes).digest());
  return Buffer.concat(parts);
}

/** The last number of a payload, tombstone, versions, row-batch, column-block, postings or text key: its offset, block or first offset. */
export function lastNumberOf(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(key.byteLength - 4);
}

/** Smallest key after every key that starts with `prefix`; `prefix` must not be all 0xff. */
export function endOfPrefix(prefix: Uint8Array): Buffer {
  const end = Buffer.from(prefix);
  for (let i = end.length - 1; i >= 0; i--) {
    const next = end[i]! + 1;
    if (next <= 0xff) {
      end[i] = next;
      return end.subarray(0, i + 1);
    }
  }
  throw new Error('no key is larger than this prefix');
}

function twoNumbers(prefix: number, first: number, second: number): Buffer {
  const key = Buffer.allocUnsafe(9);
  key[0] = prefix;
  key.writeUInt32BE(first, 1);
  key.writeUInt32BE(second, 5);
  return key;
}
