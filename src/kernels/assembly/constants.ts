// What memory-layout.ts must agree with; a test compares the two sides through `layoutConstant`.

export const LAYOUT_MAGIC: u32 = 0x5946524e;
export const LAYOUT_VERSION: u32 = 2;
export const HEAP_ENTRY_BYTES: u32 = 8;
export const SECTION_ALIGN: u32 = 64;
export const ROW_ALIGN: u32 = 16;

/** Constant number `index` in the order of `LAYOUT_CONSTANTS` in memory-layout.ts; 0xffffffff past the end. */
export function layoutConstant(index: u32): u32 {
  if (index == 0) return LAYOUT_MAGIC;
  if (index == 1) return LAYOUT_VERSION;
  if (index == 2) return HEAP_ENTRY_BYTES;
  if (index == 3) return SECTION_ALIGN;
  if (index == 4) return ROW_ALIGN;
  return 0xffffffff;
}
