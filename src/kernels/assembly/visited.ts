import { WALK_EPOCH, WALK_VISITED, WALK_VISITED_BYTES } from './graph';

/** Starts a new set of visited rows: one byte a row equals the epoch if visited. Clears all bytes every 255 walks. */
export function beginVisited(walk: usize): void {
  let epoch = load<u32>(walk, WALK_EPOCH) + 1;
  if (epoch > 255) {
    memory.fill(load<u32>(walk, WALK_VISITED), 0, load<u32>(walk, WALK_VISITED_BYTES));
    epoch = 1;
  }
  store<u32>(walk, epoch, WALK_EPOCH);
}

/** Marks a row. */
export function markVisited(walk: usize, offset: u32): void {
  const visited: usize = load<u32>(walk, WALK_VISITED);
  store<u8>(visited + (offset as usize), load<u32>(walk, WALK_EPOCH) as u8);
}
