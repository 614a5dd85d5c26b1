import type { Filter } from '../../../../schemas/filter.ts';
import {
  METRIC,
  type MetricName,
  SCRATCH_HEAP_MAX,
  type ScratchLayout,
} from '../../../kernels/memory-layout.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { Segment, Snapshot, VectorColumn } from '../segment.ts';

/** A row that a search found. `similarity`: larger is better, float32; `reportedScore` turns it into what clients see. */
export interface Hit {
  readonly segment: Segment;
  readonly offset: number;
  readonly similarity: number;
}

export interface NearestPlan {
  readonly vectorName: string;
  /** Length dim; need not be normalised. */
  readonly query: ArrayLike<number>;
  readonly filter: Filter | undefined;
  /** How many hits at most. */
  readonly k: number;
}

const ROWS_PER_SLICE = 16_384;
/** After this many searches that a concurrent update made void, search under a private copy of the tombstones. */
const OPTIMISTIC_TRIES = 2;

/**
 * The `k` rows most similar to the query, best first, by an exact scan of every segment.
 * O(rows · dim), in slices between which `cancel` is asked.
 */
export function nearest(collection: Collection, plan: NearestPlan, cancel: Cancellation): Hit[] {
  const hits = collection.segments.flatMap((segment) => {
    const column = segment.vector(plan.vectorName);
    return column === undefined || segment.count === 0
      ? []
      : searchSegment(collection, segment, column, plan, cancel);
  });
  hits.sort((a, b) => b.similarity - a.similarity);
  return withoutReplaced(hits).slice(0, plan.k);
}

/** The score that clients see: distances for Euclid and Manhattan, the similarity itself otherwise. */
export function reportedScore(metric: MetricName, similarity: number): number {
  if (metric === 'Euclid') return Math.fround(Math.sqrt(-similarity));
  if (metric === 'Manhattan') return -similarity;
  return similarity;
}

function searchSegment(
  collection: Collection,
  segment: Segment,
  column: VectorColumn,
  plan: NearestPlan,
  cancel: Cancellation,
): Hit[] {
  const scratch = segment.scratch(collection.threadIndex);
  writeQuery(segment, column, plan.query, scratch.query);
  for (let attempt = 0; ; attempt++) {
    const isPrivate = attempt >= OPTIMISTIC_TRIES;
    const { snapshot, tombstones } = freeze(segment, scratch, isPrivate);
    if (plan.filter !== undefined) {
      collection.env.refresh();
      const bitmap = collection.filterCache.bitmap(segment, plan.filter, snapshot.count, cancel);
      segment.bytesAt(scratch.filter, bitmap.bits.length).set(bitmap.bits);
    }
    const allowed = plan.filter === undefined ? 0 : scratch.filter;
    const scan: Scan = { segment, column, scratch, count: snapshot.count, tombstones, allowed };
    const hits = plan.k <= SCRATCH_HEAP_MAX ? scanHeap(scan, plan.k, cancel) : scanAll(scan, cancel);
    if (isPrivate || segment.isCurrent(snapshot)) return hits;
  }
}

/** One pass over a segment's rows with the query in `scratch`. */
interface Scan {
  readonly segment: Segment;
  readonly column: VectorColumn;
  readonly scratch: ScratchLayout;
  readonly count: number;
  /** Addresses of bitmaps. */
  readonly tombstones: number;
  readonly allowed: number;
}

/** The rows to look at; with `isPrivate` under a copy of the tombstones that no update can change. */
function freeze(
  segment: Segment,
  scratch: ScratchLayout,
  isPrivate: boolean,
): { snapshot: Snapshot; tombstones: number } {
  for (;;) {
    const snapshot = segment.snapshot();
    if (!isPrivate) return { snapshot, tombstones: segment.layout.tombstones };
    segment.kernels.bitmapCopy(scratch.tombstones, segment.layout.tombstones, snapshot.count);
    if (segment.isCurrent(snapshot)) return { snapshot, tombstones: scratch.tombstones };
  }
}

function writeQuery(segment: Segment, column: VectorColumn, query: ArrayLike<number>, address: number): void {
  const target = new Float32Array(segment.memory.buffer, address, column.strideBytes / 4);
  target.fill(0);
  target.set(query);
  if (column.metric === 'Cosine') segment.kernels.normalise(address, column.dim);
}

function scanHeap(scan: Scan, k: number, cancel: Cancellation): Hit[] {
  const { segment, column, scratch, count } = scan;
  const { kernels, memory } = segment;
  let length = 0;
  for (let from = 0; from < count; from += ROWS_PER_SLICE) {
    cancel.check();
    const to = Math.min(from + ROWS_PER_SLICE, count);
    length = kernels.scanTopK(
      METRIC[column.metric],
      column.rows,
      column.strideBytes,
      column.dim,
      from,
      to,
      scan.tombstones,
      scan.allowed,
      column.present,
      scratch.query,
      scratch.heap,
      length,
      k,
    );
  }
  kernels.heapSort(scratch.heap, length);
  const scores = new Float32Array(memory.buffer, scratch.heap, length * 2);
  const offsets = new Uint32Array(memory.buffer, scratch.heap, length * 2);
  return Array.from({ length }, (_, i) => ({
    segment,
    offset: offsets[i * 2 + 1]!,
    similarity: scores[i * 2]!,
  }));
}

/** For a k that no heap in scratch holds: every allowed row with its score. */
function scanAll(scan: Scan, cancel: Cancellation): Hit[] {
  const { segment, column, scratch, count } = scan;
  const hits: Hit[] = [];
  const bit = (bitmap: number, offset: number) =>
    (segment.bytesAt(bitmap + (offset >> 3), 1)[0]! >> (offset & 7)) & 1;
  for (let from = 0; from < count; from += ROWS_PER_SLICE) {
    cancel.check();
    const to = Math.min(from + ROWS_PER_SLICE, count);
    segment.kernels.scoreRange(
      METRIC[column.metric],
      column.rows,
      column.strideBytes,
      column.dim,
      from,
      to,
      scratch.query,
      scratch.scores,
    );
    const scores = new Float32Array(segment.memory.buffer, scratch.scores, to - from);
    for (let offset = from; offset < to; offset++) {
      const isAllowed = scan.allowed === 0 || bit(scan.allowed, offset) === 1;
      if (!isAllowed || bit(scan.tombstones, offset) === 1 || bit(column.present, offset) === 0) continue;
      hits.push({ segment, offset, similarity: scores[offset - from]! });
    }
  }
  return hits;
}

/**
 * Drops the older row of a point that was replaced while the segments were searched one after the other: the writer shows
 * the new row before it hides the old one in another segment.
 */
function withoutReplaced(hits: readonly Hit[]): readonly Hit[] {
  const rest = hits.filter(({ segment, offset }) => !segment.isDeleted(offset));
  return rest.length === hits.length ? hits : dropOlderTwins(hits);
}

function dropOlderTwins(hits: readonly Hit[]): Hit[] {
  const newest = new Map<unknown, Hit>();
  for (const hit of hits) {
    const id = hit.segment.idAt(hit.offset);
    const other = newest.get(id);
    if (other === undefined || isNewer(hit, other)) newest.set(id, hit);
  }
  return hits.filter((hit) => newest.get(hit.segment.idAt(hit.offset)) === hit);
}

function isNewer(a: Hit, b: Hit): boolean {
  return a.segment.id === b.segment.id ? a.offset > b.offset : a.segment.id > b.segment.id;
}
