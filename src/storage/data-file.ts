import { closeSync, fstatSync, readSync } from 'node:fs';
import path from 'node:path';
import { ServiceError } from '../shared/errors.ts';
import { openIfExists } from './open-if-exists.ts';

/*
 * The head of LMDB's two meta pages (data version 2), little-endian:
 *
 * | byte | content                                                   |
 * |------|-----------------------------------------------------------|
 * | 24   | magic, u32                                                |
 * | 48   | page size, u32 (only the first page's counts)             |
 * | 88   | root page of the free list, u64; all ones: it is empty    |
 * | 136  | root page of the data, u64; likewise                      |
 * | 152  | transaction, u64: of the two pages the larger one is in force |
 */
const MAGIC = 0xbeef_c0de;
const META_BYTES = 160;
const MAGIC_AT = 24;
const PAGE_SIZE_AT = 48;
const ROOTS_AT = [88, 136];
const TRANSACTION_AT = 152;
const NO_PAGE = 2n ** 64n - 1n;

/**
 * Refuses a data file that was overwritten or cut off: LMDB would crash the process instead of reporting it. Looks at the
 * meta pages and at where the trees begin; a file without any byte is new. @throws NEARIFY_STORAGE
 */
export function checkDataFile(directory: string): void {
  const file = openIfExists(path.join(directory, 'data.mdb'));
  if (file === undefined) return;
  try {
    if (fstatSync(file).size > 0 && !isWhole(file)) {
      const text = `cannot open the storage at ${directory} (data.mdb is damaged: restore the directory from a backup)`;
      throw new ServiceError('NEARIFY_STORAGE', text);
    }
  } finally {
    closeSync(file);
  }
}

function isWhole(file: number): boolean {
  const first = readMeta(file, 0);
  if (first === undefined) return false;
  const pageSize = first.readUInt32LE(PAGE_SIZE_AT);
  const second = readMeta(file, pageSize);
  if (second === undefined) return false;
  const isSecondNewer = second.readBigUInt64LE(TRANSACTION_AT) > first.readBigUInt64LE(TRANSACTION_AT);
  const inForce = isSecondNewer ? second : first;
  // After the meta page was read: a writer puts pages into the file before it names them.
  const bytes = BigInt(fstatSync(file).size);
  return ROOTS_AT.map((at) => inForce.readBigUInt64LE(at)).every(
    (page) => page === NO_PAGE || (page + 1n) * BigInt(pageSize) <= bytes,
  );
}

function readMeta(file: number, position: number): Buffer | undefined {
  const meta = Buffer.alloc(META_BYTES);
  const bytes = readSync(file, meta, 0, META_BYTES, position);
  return bytes === META_BYTES && meta.readUInt32LE(MAGIC_AT) === MAGIC ? meta : undefined;
}
