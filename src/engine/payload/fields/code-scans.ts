import type { CellScan } from './column.ts';

/** More codes than this are looked up in a bitmap, cell by cell, instead of compared one after the other. */
const COMPARED_MAX = 48;

/** Finds cells with one of the codes. */
export function scanCodes(codes: readonly number[]): CellScan {
  if (codes.length > COMPARED_MAX) return scanManyCodes(codes);
  return ({ kernels }, cells, count, out) => {
    for (const code of codes) kernels.columnEquals(cells, count, code, out);
  };
}

function scanManyCodes(codes: readonly number[]): CellScan {
  const last = codes.reduce((max, code) => Math.max(max, code), 0);
  const wanted = new Uint8Array(last + 1);
  for (const code of codes) wanted[code] = 1;
  return ({ codes: words }, cells, count, out) => {
    const from = cells >> 2;
    const to = out >> 2;
    for (let i = 0; i < count; i++) {
      if (wanted[words[from + i]!] === 1) words[to + (i >> 5)]! |= 1 << (i & 31);
    }
  };
}
