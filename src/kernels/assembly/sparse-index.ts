// The inverted index of a sparse vector: a hash table of posting lists, appended to by one writer, read by anybody at the
// same time. side-layout.ts describes its parts.

import {
  BLOCK_CAPACITY,
  BLOCK_COUNT,
  BLOCK_NEXT,
  BLOCK_POSTINGS,
  bitAt,
  LIST_DOCUMENTS,
  LIST_FIRST,
  LIST_LARGEST,
  LIST_LAST,
  LIST_LENGTH,
  LIST_SMALLEST,
  SIDE_LIVE_ROWS,
  SIDE_POSTINGS,
  SIDE_TABLE,
  SIDE_TERMS,
  takeArena,
} from './side';

const TABLE_SLOTS: usize = 8;
const BLOCK_CAPACITY_START: u32 = 4;
const BLOCK_CAPACITY_MAX: u32 = 1024;
const LIST_BYTES: u32 = 24;

/** The slot of `index` in a table, or the empty one where it belongs. */
function slotOf(table: usize, index: u32): usize {
  const mask = load<u32>(table) - 1;
  let hash = index * 0x9e3779b1;
  hash ^= hash >> 15;
  let at = hash & mask;
  while (true) {
    const slot = table + TABLE_SLOTS + ((at as usize) << 3);
    const found = atomic.load<u64>(slot);
    if (found == 0 || (found as u32) == index) return slot;
    at = (at + 1) & mask;
  }
}

/** Address of the posting list of an index, 0 if no row ever had it. */
export function sparseList(index: u32): usize {
  const table: usize = atomic.load<u32>(SIDE_TABLE);
  return (load<u64>(slotOf(table, index)) >> 32) as usize;
}

/** Copies all slots to a table of twice the size. Readers go on with the old one, which stays as it is. */
function growTable(): void {
  const old: usize = load<u32>(SIDE_TABLE);
  const slots = load<u32>(old) << 1;
  const bytes = slots << 3;
  const table = takeArena(bytes + (TABLE_SLOTS as u32));
  memory.fill(table, 0, (bytes as usize) + TABLE_SLOTS);
  store<u32>(table, slots);
  const end = old + TABLE_SLOTS + ((load<u32>(old) as usize) << 3);
  for (let at = old + TABLE_SLOTS; at < end; at += 8) {
    const slot = load<u64>(at);
    if (slot != 0) store<u64>(slotOf(table, slot as u32), slot);
  }
  atomic.store<u32>(SIDE_TABLE, table as u32);
}

function newBlock(capacity: u32): usize {
  const block = takeArena((BLOCK_POSTINGS as u32) + (capacity << 3));
  store<u32>(block, 0, BLOCK_NEXT);
  store<u32>(block, 0, BLOCK_COUNT);
  store<u32>(block, capacity, BLOCK_CAPACITY);
  return block;
}

/** The posting list of an index, an empty one if it is new. */
function listFor(index: u32): usize {
  let slot = slotOf(load<u32>(SIDE_TABLE), index);
  const found = load<u64>(slot);
  if (found != 0) return (found >> 32) as usize;
  const list = takeArena(LIST_BYTES);
  const block = newBlock(BLOCK_CAPACITY_START);
  store<u32>(list, 0, LIST_DOCUMENTS);
  store<u32>(list, 0, LIST_LENGTH);
  store<u32>(list, block as u32, LIST_FIRST);
  store<u32>(list, block as u32, LIST_LAST);
  store<f32>(list, -Infinity, LIST_LARGEST);
  store<f32>(list, Infinity, LIST_SMALLEST);
  const terms = load<u32>(SIDE_TERMS) + 1;
  store<u32>(SIDE_TERMS, terms);
  if (terms << 1 > load<u32>(load<u32>(SIDE_TABLE))) {
    growTable();
    slot = slotOf(load<u32>(SIDE_TABLE), index);
  }
  atomic.store<u64>(slot, ((list as u64) << 32) | (index as u64));
  return list;
}

function appendPosting(list: usize, offset: u32, weight: f32): void {
  let block: usize = load<u32>(list, LIST_LAST);
  let count = load<u32>(block, BLOCK_COUNT);
  // A writer that died in the middle of the row has left this one.
  if (count > 0 && load<u32>(block + BLOCK_POSTINGS + (((count - 1) as usize) << 3)) == offset) return;
  if (count == load<u32>(block, BLOCK_CAPACITY)) {
    const next = newBlock(min(count << 1, BLOCK_CAPACITY_MAX));
    atomic.store<u32>(block, next as u32, BLOCK_NEXT);
    store<u32>(list, next as u32, LIST_LAST);
    block = next;
    count = 0;
  }
  // The bounds first: who sees the posting must know that it may be that large.
  if (weight > load<f32>(list, LIST_LARGEST)) store<f32>(list, weight, LIST_LARGEST);
  if (weight < load<f32>(list, LIST_SMALLEST)) store<f32>(list, weight, LIST_SMALLEST);
  const at = block + BLOCK_POSTINGS + ((count as usize) << 3);
  store<u32>(at, offset);
  store<f32>(at, weight, 4);
  atomic.store<u32>(block, count + 1, BLOCK_COUNT);
  store<u32>(list, load<u32>(list, LIST_LENGTH) + 1, LIST_LENGTH);
  store<u32>(list, load<u32>(list, LIST_DOCUMENTS) + 1, LIST_DOCUMENTS);
}

/** Adds the postings of the row at `row`. Offsets must not descend from call to call, and the arena have room. */
export function sparseAppend(row: usize, offset: u32): void {
  const n = load<u32>(row);
  const indices = row + 4;
  const values = indices + ((n as usize) << 2);
  for (let at: usize = 0; at < (n as usize) << 2; at += 4) {
    appendPosting(listFor(load<u32>(indices + at)), offset, load<f32>(values + at));
  }
  store<u32>(SIDE_POSTINGS, load<u32>(SIDE_POSTINGS) + n);
  store<u32>(SIDE_LIVE_ROWS, load<u32>(SIDE_LIVE_ROWS) + 1);
}

/** Takes a row that was appended, and is deleted now, out of the document counts. Its postings stay. */
export function sparseForget(row: usize): void {
  const end = row + 4 + ((load<u32>(row) as usize) << 2);
  for (let at = row + 4; at < end; at += 4) {
    const list = sparseList(load<u32>(at));
    store<u32>(list, load<u32>(list, LIST_DOCUMENTS) - 1, LIST_DOCUMENTS);
  }
  store<u32>(SIDE_LIVE_ROWS, load<u32>(SIDE_LIVE_ROWS) - 1);
}

/** How many rows below `to` that are in `allowed` and not in `tombstones` have the index. */
export function sparseFrequency(index: u32, to: u32, tombstones: usize, allowed: usize): u32 {
  let frequency: u32 = 0;
  const list = sparseList(index);
  if (list == 0) return 0;
  for (
    let block: usize = load<u32>(list, LIST_FIRST);
    block != 0;
    block = atomic.load<u32>(block, BLOCK_NEXT)
  ) {
    const end = block + BLOCK_POSTINGS + ((atomic.load<u32>(block, BLOCK_COUNT) as usize) << 3);
    for (let at = block + BLOCK_POSTINGS; at < end; at += 8) {
      const offset = load<u32>(at);
      if (offset >= to) return frequency;
      if (tombstones != 0 && bitAt(tombstones, offset)) continue;
      if (allowed == 0 || bitAt(allowed, offset)) frequency++;
    }
  }
  return frequency;
}
