/*
 * How far the FAISS index of a segment may lag behind its rows. Searches scan the rows that it lacks; extending it means
 * writing all of its file, and reading it on each search thread.
 */
const EXTEND_SHARE = 0.05;
const USE_SHARE = 0.1;

/** Whether an index of `covered` rows is to be extended to `count`, or built if it has none. */
export function isFaissDue(covered: number, count: number): boolean {
  return count - covered > count * EXTEND_SHARE;
}

/** Whether searches of `count` rows may go by an index of `covered` rows: also while it is being extended. */
export function isFaissUsable(covered: number, count: number): boolean {
  return covered > 0 && count - covered <= count * USE_SHARE;
}
