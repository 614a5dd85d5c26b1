import { GRAPH_GIVEN_UP } from './graph';

const SPINS: i32 = 200;
const WAIT_NANOSECONDS: i64 = 50_000;

/**
 * Takes the spin lock in the u32 at `lock`. The holder may have been interrupted on a machine with fewer cores than
 * threads: after some turns the thread sleeps for a moment instead of burning its time slice. Or it may have died: when the
 * graph has been given up the wait ends with a trap.
 */
export function acquire(lock: usize, graph: usize): void {
  while (atomic.cmpxchg<u32>(lock, 0, 1) != 0) {
    let spins = SPINS;
    while (atomic.load<u32>(lock) != 0 && --spins > 0) {}
    if (spins > 0) continue;
    if (atomic.load<u32>(graph, GRAPH_GIVEN_UP) != 0) unreachable();
    atomic.wait<i32>(lock, 1, WAIT_NANOSECONDS);
  }
}

export function release(lock: usize): void {
  atomic.store<u32>(lock, 0);
}
