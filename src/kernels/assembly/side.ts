// What side-layout.ts describes: a memory with rows of any length. A test compares the constants of both sides.

export const SIDE_MAGIC: u32 = 0x45444953;
export const SPARSE_WINDOW: u32 = 8192;

export const SIDE_MAGIC_WORD: usize = 0;
export const SIDE_ARENA_END: usize = 4;
export const SIDE_TABLE: usize = 8;
export const SIDE_TERMS: usize = 12;
export const SIDE_POSTINGS: usize = 16;
export const SIDE_LIVE_ROWS: usize = 20;
export const SIDE_ROW_BYTES: usize = 24;
export const SIDE_INDEXED_ROWS: usize = 28;

export const LIST_DOCUMENTS: usize = 0;
export const LIST_LENGTH: usize = 4;
export const LIST_FIRST: usize = 8;
export const LIST_LAST: usize = 12;
export const LIST_LARGEST: usize = 16;
export const LIST_SMALLEST: usize = 20;

export const BLOCK_NEXT: usize = 0;
export const BLOCK_COUNT: usize = 4;
export const BLOCK_CAPACITY: usize = 8;
export const BLOCK_POSTINGS: usize = 16;

export const TERM_LIST: usize = 0;
export const TERM_WEIGHT: usize = 4;
export const TERM_BLOCK: usize = 8;
export const TERM_AT: usize = 12;
export const TERM_BOUND: usize = 16;
export const TERM_BYTES: usize = 24;

/** Constant number `index` in the order of `SIDE_CONSTANTS` in side-layout.ts; 0xffffffff past the end. */
export function sideConstant(index: u32): u32 {
  if (index == 0) return SIDE_MAGIC;
  if (index == 1) return SPARSE_WINDOW;
  if (index < 10) return sideWord(index - 2);
  if (index < 16) return listWord(index - 10);
  if (index < 20) return blockWord(index - 16);
  return index < 26 ? termWord(index - 20) : 0xffffffff;
}

function sideWord(index: u32): u32 {
  if (index == 0) return SIDE_MAGIC_WORD as u32;
  if (index == 1) return SIDE_ARENA_END as u32;
  if (index == 2) return SIDE_TABLE as u32;
  if (index == 3) return SIDE_TERMS as u32;
  if (index == 4) return SIDE_POSTINGS as u32;
  if (index == 5) return SIDE_LIVE_ROWS as u32;
  return index == 6 ? (SIDE_ROW_BYTES as u32) : (SIDE_INDEXED_ROWS as u32);
}

function listWord(index: u32): u32 {
  if (index == 0) return LIST_DOCUMENTS as u32;
  if (index == 1) return LIST_LENGTH as u32;
  if (index == 2) return LIST_FIRST as u32;
  if (index == 3) return LIST_LAST as u32;
  return index == 4 ? (LIST_LARGEST as u32) : (LIST_SMALLEST as u32);
}

function blockWord(index: u32): u32 {
  if (index == 0) return BLOCK_NEXT as u32;
  if (index == 1) return BLOCK_COUNT as u32;
  return index == 2 ? (BLOCK_CAPACITY as u32) : (BLOCK_POSTINGS as u32);
}

function termWord(index: u32): u32 {
  if (index == 0) return TERM_LIST as u32;
  if (index == 1) return TERM_WEIGHT as u32;
  if (index == 2) return TERM_BLOCK as u32;
  if (index == 3) return TERM_AT as u32;
  return index == 4 ? (TERM_BOUND as u32) : (TERM_BYTES as u32);
}

/** Takes bytes of the arena, which the caller knows to have them; addresses are multiples of 8. */
export function takeArena(bytes: u32): usize {
  const start = (load<u32>(SIDE_ARENA_END) + 7) & ~7;
  store<u32>(SIDE_ARENA_END, start + bytes);
  return start;
}

/** Address of the row of a point, 0 if it lacks the vector. */
export function rowAt(starts: usize, offset: u32): usize {
  return load<u32>(starts + ((offset as usize) << 2));
}

export function bitAt(bitmap: usize, offset: u32): bool {
  return ((load<u8>(bitmap + ((offset >> 3) as usize)) >> (offset & 7)) & 1) != 0;
}

/**
 * The rows `word * 64` to `word * 64 + 63`, of those `from` ≤ offset < `to`, that are in `allowed` (0: all) and not in
 * `tombstones` (0: none), as bits.
 */
export function visibleWord(word: u32, from: u32, to: u32, tombstones: usize, allowed: usize): u64 {
  const at = (word as usize) << 3;
  let bits: u64 = ~(0 as u64);
  if (tombstones) bits = ~load<u64>(tombstones + at);
  if (allowed) bits &= load<u64>(allowed + at);
  const start = word << 6;
  if (start < from) bits &= ~(0 as u64) << (from - start);
  if (to - start < 64) bits &= ((1 as u64) << (to - start)) - 1;
  return bits;
}

/** How many visible rows below `to` have the vector. */
export function countRows(starts: usize, to: u32, tombstones: usize, allowed: usize): u32 {
  let count: u32 = 0;
  for (let word: u32 = 0; word << 6 < to; word++) {
    for (let bits = visibleWord(word, 0, to, tombstones, allowed); bits != 0; bits &= bits - 1) {
      if (rowAt(starts, (word << 6) + (ctz<u64>(bits) as u32))) count++;
    }
  }
  return count;
}
