import type { Filter } from '../../../../schemas/filter.ts';
import type { IdfParams } from '../../../../schemas/query.ts';
import { EF_MAX } from '../../../kernels/graph-layout.ts';
import { SCRATCH_HEAP_MAX, type ScratchLayout } from '../../../kernels/memory-layout.ts';
import type { IndexSearch, VectorIndex } from '../../index/vector-index.ts';
import type { QuantizedSearch } from '../../vectors/quantization.ts';
import type { VectorValue } from '../../vectors/vector-value.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { Segment, Snapshot, VectorColumn } from '../segment.ts';
import { type Hit, heapHits } from './heap-hits.ts';
import { freezeRows } from './moment.ts';
import { writeQuery } from './scorer.ts';

export interface NearestPlan {
  readonly vectorName: string;
  /** Of the kind of the vector. */
  readonly query: VectorValue;
  /** The corpus for document frequencies, for a sparse vector that uses them; all points if not given. */
  readonly idf?: IdfParams | null | undefined;
  readonly filter: Filter | undefined;
  /** How many hits at most. */
  readonly k: number;
  /** Candidate list of a walk through a graph; the index's own if not given. */
  readonly ef?: number;
  /** How to use a quantization, if there is one. */
  readonly quantized?: QuantizedSearch;
  /** Share of matches up to which a graph is walked by two hops, if it is walked at all. */
  readonly twoHopsMax?: number | undefined;
  /** Compare with every row. */
  readonly isExact?: boolean;
  /** Leave out rows that no graph holds yet. */
  readonly isIndexedOnly?: boolean;
}

const ROWS_PER_SLICE = 16_384;
/** After this many searches that a concurrent update made void, search under a private copy of the tombstones. */
const OPTIMISTIC_TRIES = 2;

/** One search of a segment's rows, the query being in `scratch`. */
interface Search extends IndexSearch {
  readonly segment: Segment;
  readonly column: VectorColumn;
  readonly scratch: ScratchLayout;
  readonly plan: NearestPlan;
  readonly cancel: Cancellation;
}

/**
 * The `k` rows of a segment most similar to the query, in no particular order: by an index as far as it goes and by
 * scanning the rows that it does not hold yet.
 */
export function searchSegment(
  collection: Collection,
  segment: Segment,
  column: VectorColumn,
  plan: NearestPlan,
  cancel: Cancellation,
): Hit[] {
  const scratch = segment.scratch(collection.threadIndex);
  const index = plan.isExact ? undefined : chooseIndex(collection, segment, column, plan);
  writeQuery(segment, column, plan.query, scratch.query);
  for (let attempt = 0; ; attempt++) {
    const isPrivate = attempt >= OPTIMISTIC_TRIES;
    const frozen = freeze(collection, segment, isPrivate);
    const { snapshot, tombstones } = frozen;
    const allowed = plan.filter && allow(collection, segment, plan.filter, frozen, cancel);
    const search: Search = {
      segment,
      column,
      scratch,
      plan,
      count: snapshot.count,
      tombstones,
      allowed,
      cancel,
    };
    const hits = plan.k <= SCRATCH_HEAP_MAX ? searchHeap(search, index) : scanAll(search);
    if (isPrivate || segment.isCurrent(snapshot)) return hits;
  }
}

/** FAISS cannot filter, and lacks rows that the graph has. */
function chooseIndex(
  { env, threadIndex }: Collection,
  segment: Segment,
  column: VectorColumn,
  { filter, isIndexedOnly }: NearestPlan,
): VectorIndex | undefined {
  const isPlain = filter === undefined && isIndexedOnly !== true;
  return (isPlain && segment.faissIndex(column, threadIndex, env.path)) || segment.index(column, threadIndex);
}

/**
 * The rows to look at; with `isPrivate` under a copy of the tombstones that no update can change. The payloads that reads
 * find from now on are of a state in which none of these rows has lost its own, or the snapshot is void.
 */
function freeze(
  collection: Collection,
  segment: Segment,
  isPrivate: boolean,
): { snapshot: Snapshot; tombstones: number } {
  const { layout, kernels } = segment;
  if (!isPrivate) {
    const snapshot = segment.snapshot();
    collection.env.refresh();
    return { snapshot, tombstones: layout.tombstones };
  }
  const { tombstones: copy } = segment.scratch(collection.threadIndex);
  const snapshot = freezeRows(collection, segment, (rows) =>
    kernels.bitmapCopy(copy, layout.tombstones, rows),
  );
  return { snapshot, tombstones: copy };
}

/** Writes the bitmap of the living rows that a filter allows. */
function allow(
  collection: Collection,
  segment: Segment,
  filter: Filter,
  { snapshot, tombstones }: ReturnType<typeof freeze>,
  cancel: Cancellation,
): Search['allowed'] {
  const { filter: address } = segment.scratch(collection.threadIndex);
  const { kernels } = segment;
  const { bits } = collection.filterCache.bitmap(segment, filter, snapshot, cancel);
  segment.bytesAt(address, bits.length).set(bits);
  kernels.bitmapAndNot(address, tombstones, snapshot.count);
  return { address, count: kernels.bitmapCount(address, snapshot.count) };
}

function searchHeap(search: Search, index: VectorIndex | undefined): Hit[] {
  const hasIndex = index !== undefined && search.plan.k <= EF_MAX;
  let covered: number;
  let found: number | undefined;
  do {
    covered = hasIndex ? Math.min(index.coveredRows(), search.count) : 0;
    found = covered === 0 ? 0 : index!.search(search, covered);
  } while (found === undefined);
  const isComplete = search.plan.isIndexedOnly && index !== undefined;
  const { kernels, memory } = search.segment;
  const length = isComplete ? found : scan(search, covered, found);
  return heapHits(search.segment, { kernels, memory, address: search.scratch.heap, length });
}

/** Offers the rows from `from` on to the heap, which has `length` entries; returns its new length. */
function scan(search: Search, from: number, length: number): number {
  const { segment, column, scratch, plan, count, allowed } = search;
  let heapLength = length;
  const visit = (rows: number, first: number, end: number) => {
    heapLength = segment.kernels.scanTopK(
      column.comparison,
      rows,
      column.strideBytes,
      column.dim,
      first,
      end,
      search.tombstones,
      allowed?.address ?? 0,
      column.present,
      scratch.query,
      scratch.heap,
      heapLength,
      plan.k,
    );
  };
  const isWanted = allowed && ((first: number, end: number) => hasBit(segment, allowed.address, first, end));
  for (let at = from; at < count; at += ROWS_PER_SLICE) {
    search.cancel.check();
    segment.eachRows(
      column,
      { from: at, to: Math.min(at + ROWS_PER_SLICE, count), scratch },
      visit,
      isWanted,
    );
  }
  return heapLength;
}

/** Whether one of the bits `from` ≤ i < `to` is set. */
function hasBit(segment: Segment, bitmap: number, from: number, to: number): boolean {
  const bytes = segment.bytesAt(bitmap + (from >> 3), ((to - 1) >> 3) - (from >> 3) + 1);
  return bytes.some((byte, i) => {
    const base = ((from >> 3) + i) << 3;
    const low = Math.max(0, from - base);
    const high = Math.min(8, to - base);
    return (byte & ((1 << high) - 1) & -(1 << low)) !== 0;
  });
}

/** For a k that no heap in scratch holds: every allowed row with its score. */
function scanAll({ segment, column, scratch, count, tombstones, allowed, cancel }: Search): Hit[] {
  const hits: Hit[] = [];
  const bit = (bitmap: number, offset: number) =>
    (segment.bytesAt(bitmap + (offset >> 3), 1)[0]! >> (offset & 7)) & 1;
  const visit = (rows: number, first: number, end: number) => {
    segment.kernels.scoreRange(
      column.comparison,
      rows,
      column.strideBytes,
      column.dim,
      first,
      end,
      scratch.query,
      scratch.scores,
    );
    const scores = new Float32Array(segment.memory.buffer, scratch.scores, end - first);
    for (let offset = first; offset < end; offset++) {
      const isAllowed = allowed === undefined || bit(allowed.address, offset) === 1;
      if (!isAllowed || bit(tombstones, offset) === 1 || bit(column.present, offset) === 0) continue;
      hits.push({ segment, offset, similarity: scores[offset - first]! });
    }
  };
  for (let from = 0; from < count; from += ROWS_PER_SLICE) {
    cancel.check();
    segment.eachRows(column, { from, to: Math.min(from + ROWS_PER_SLICE, count), scratch }, visit);
  }
  return hits;
}
