import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { copyBytes } from '../shared/copy-bytes.ts';
import { openIfExists } from './open-if-exists.ts';

/**
 * A file that is written a few blocks at a time and appears whole or not at all. It holds the bytes of several views of
 * memory one after another, cut into blocks of BLOCK_BYTES (the last one shorter), each followed by its CRC-32 (u32 LE).
 */
const BLOCK_BYTES = 4 * 1024 * 1024;
const CHECKSUM_BYTES = 4;

/** A block with its checksum. One buffer for all: garbage of megabytes a block would pile up on a busy thread. */
let blockBuffer: Buffer | undefined;

/** Memory that a file holds, in order. */
export type Views = readonly Uint8Array[];

export function blockCount(views: Views): number {
  return Math.ceil(totalBytes(views) / BLOCK_BYTES);
}

/**
 * Writes block number `block` of a file that is not in place yet, and makes it durable. Blocks are written in order from 0; the
 * views must not change in between. @throws the error of the file system
 */
export function writeBlock(file: string, views: Views, block: number): void {
  const fd = openSync(partialName(file), block === 0 ? 'w' : 'r+');
  try {
    const { content, whole } = blockAreas(views, block);
    eachPart(views, block, (view, from, to, at) => copyBytes(content, at, view.subarray(from, to)));
    whole.writeUInt32LE(crc32(content), content.length);
    writeWhole(fd, whole, block * (BLOCK_BYTES + CHECKSUM_BYTES));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Puts a file in place whose blocks are all written; it replaces an older one. */
export function finishFile(file: string): void {
  renameSync(partialName(file), file);
  const directory = openSync(path.dirname(file), 'r');
  fsyncSync(directory);
  closeSync(directory);
}

/** Removes a file and what there is of a newer one. */
export function removeFile(file: string): void {
  rmSync(file, { force: true });
  rmSync(partialName(file), { force: true });
}

/** The first bytes of a file, not checked; undefined if there is no such file or it is shorter. */
export function readStart(file: string, length: number): Buffer | undefined {
  const fd = openIfExists(file);
  if (fd === undefined) return undefined;
  try {
    const bytes = Buffer.alloc(length);
    return readSync(fd, bytes, 0, length, 0) === length ? bytes : undefined;
  } finally {
    closeSync(fd);
  }
}

/**
 * Reads a file into views of the lengths that it was written from. False if there is no such file, or if it is of another
 * length or damaged; then the views may hold anything.
 */
export function readBlocks(file: string, views: Views): boolean {
  const fd = openIfExists(file);
  if (fd === undefined) return false;
  try {
    const count = blockCount(views);
    if (fstatSync(fd).size !== totalBytes(views) + count * CHECKSUM_BYTES) return false;
    for (let block = 0; block < count; block++) if (!readBlock(fd, views, block)) return false;
    return true;
  } finally {
    closeSync(fd);
  }
}

function readBlock(fd: number, views: Views, block: number): boolean {
  const { content, whole } = blockAreas(views, block);
  const read = readSync(fd, whole, 0, whole.length, block * (BLOCK_BYTES + CHECKSUM_BYTES));
  if (read !== whole.length || crc32(content) !== whole.readUInt32LE(content.length)) return false;
  eachPart(views, block, (view, from, to, at) => copyBytes(view, from, content.subarray(at, at + to - from)));
  return true;
}

/** Where a block is put together or taken apart, without its checksum and with it. */
function blockAreas(views: Views, block: number): { readonly content: Buffer; readonly whole: Buffer } {
  const length = Math.min(BLOCK_BYTES, totalBytes(views) - block * BLOCK_BYTES);
  blockBuffer ??= Buffer.allocUnsafeSlow(BLOCK_BYTES + CHECKSUM_BYTES);
  return {
    content: blockBuffer.subarray(0, length),
    whole: blockBuffer.subarray(0, length + CHECKSUM_BYTES),
  };
}

/** Calls `use` for each part of a view that lies in the block; `at` is its place within the block. */
function eachPart(
  views: Views,
  block: number,
  use: (view: Uint8Array, from: number, to: number, at: number) => void,
): void {
  const start = block * BLOCK_BYTES;
  const end = start + BLOCK_BYTES;
  let viewStart = 0;
  for (const view of views) {
    const from = Math.max(0, start - viewStart);
    const to = Math.min(view.length, end - viewStart);
    if (from < to) use(view, from, to, viewStart + from - start);
    viewStart += view.length;
  }
}

function totalBytes(views: Views): number {
  return views.reduce((sum, { length }) => sum + length, 0);
}

function writeWhole(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

/** Where a file is written until it is finished. */
export function partialName(file: string): string {
  return `${file}.partial`;
}
