import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { finishFile, partialName } from '../../../storage/block-file.ts';
import { openIfExists } from '../../../storage/open-if-exists.ts';
import type { NativeIndex } from './addon.ts';

/*
 * A file is what FAISS writes, then six words (u32 LE): magic, dim, number of the metric, m, rows, CRC-32 of all before.
 * FAISS reads as far as its own part goes.
 */

/** What an index was built of. */
export interface FileFacts {
  readonly dim: number;
  readonly metric: number;
  readonly m: number;
  /** Rows of the segment below which the index has all vectors. */
  readonly rows: number;
}

const MAGIC = 0x4953_4146;
const WORD_BYTES = 4;
const TRAILER_BYTES = 6 * WORD_BYTES;
const CHUNK_BYTES = 4 * 1024 * 1024;

/** `faiss-<segment>-<number of the vector>` beside the collection's LMDB files. */
export function faissFile(directory: string, segmentId: number, vectorId: number): string {
  return path.join(directory, `faiss-${segmentId}-${vectorId}`);
}

/** Writes an index, which replaces an older one in the file when it is complete and durable. @throws if the disk is full */
export function writeIndexFile(file: string, index: NativeIndex, facts: FileFacts): void {
  const partial = partialName(file);
  index.write(partial);
  const fd = openSync(partial, 'r+');
  try {
    const end = fstatSync(fd).size;
    const trailer = Buffer.alloc(TRAILER_BYTES);
    const words = [MAGIC, facts.dim, facts.metric, facts.m, facts.rows];
    for (const [i, word] of words.entries()) trailer.writeUInt32LE(word, i * WORD_BYTES);
    const checked = TRAILER_BYTES - WORD_BYTES;
    trailer.writeUInt32LE(crc32(trailer.subarray(0, checked), checksum(fd, end)), checked);
    writeSync(fd, trailer, 0, TRAILER_BYTES, end);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  finishFile(file);
}

/** The facts of a file without a look at the rest of it; undefined if there is none that is complete. */
export function readFacts(file: string): FileFacts | undefined {
  return withTrailer(file, (trailer) => factsOf(trailer));
}

/** As {@link readFacts}; undefined also for a file that is damaged. Reads all of it. */
export function verifyFile(file: string): FileFacts | undefined {
  return withTrailer(file, (trailer, fd, end) => {
    const checked = TRAILER_BYTES - WORD_BYTES;
    const expected = crc32(trailer.subarray(0, checked), checksum(fd, end));
    return trailer.readUInt32LE(checked) === expected ? factsOf(trailer) : undefined;
  });
}

function withTrailer<T>(
  file: string,
  use: (trailer: Buffer, fd: number, end: number) => T | undefined,
): T | undefined {
  const fd = openIfExists(file);
  if (fd === undefined) return undefined;
  try {
    const end = fstatSync(fd).size - TRAILER_BYTES;
    if (end < 0) return undefined;
    const trailer = Buffer.alloc(TRAILER_BYTES);
    readSync(fd, trailer, 0, TRAILER_BYTES, end);
    return trailer.readUInt32LE(0) === MAGIC ? use(trailer, fd, end) : undefined;
  } finally {
    closeSync(fd);
  }
}

function factsOf(trailer: Buffer): FileFacts {
  const [dim, metric, m, rows] = [1, 2, 3, 4].map((word) => trailer.readUInt32LE(word * WORD_BYTES));
  return { dim: dim!, metric: metric!, m: m!, rows: rows! };
}

/** CRC-32 of the first `end` bytes. */
function checksum(fd: number, end: number): number {
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, end)));
  let crc = 0;
  for (let at = 0; at < end; ) {
    const length = readSync(fd, chunk, 0, Math.min(chunk.length, end - at), at);
    if (length === 0) break;
    crc = crc32(chunk.subarray(0, length), crc);
    at += length;
  }
  return crc;
}
