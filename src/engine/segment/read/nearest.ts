import type { MetricName } from '../../../kernels/memory-layout.ts';
import { assert } from '../../../shared/assert.ts';
import type { VectorValue } from '../../vectors/vector-value.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import { weighted } from './idf.ts';
import type { Hit } from './heap-hits.ts';
import { type NearestPlan, searchSegment } from './segment-search.ts';
import { searchSide } from './side-search.ts';

/** The `k` rows most similar to the query over all segments, best first. `cancel` is asked between slices of work. */
export function nearest(collection: Collection, asked: NearestPlan, cancel: Cancellation): Hit[] {
  const plan = { ...asked, query: weightedQuery(collection, asked, cancel) };
  const { segments } = collection;
  const before = segments.length > 1 ? segments.map((segment) => segment.snapshot()) : [];
  const hits = segments.flatMap((segment) => {
    // Also if a vacuum has moved all points on: what the segment has on disk may be gone.
    if (segment.isEmpty) return [];
    const side = segment.side(plan.vectorName);
    if (side !== undefined) return searchSide(collection, segment, side, plan, cancel);
    const column = segment.vector(plan.vectorName);
    return column === undefined ? [] : searchSegment(collection, segment, column, plan, cancel);
  });
  hits.sort((a, b) => b.similarity - a.similarity);
  // The writer shows the new row of a point before it hides the old one: both may have been found, in two segments.
  const isOneMoment = before.every((snapshot, i) => segments[i]!.isCurrent(snapshot));
  return (isOneMoment ? hits : dropOlderTwins(hits)).slice(0, plan.k);
}

function weightedQuery(collection: Collection, plan: NearestPlan, cancel: Cancellation): VectorValue {
  const config = collection.vectors.find(({ name }) => name === plan.vectorName);
  assert(config !== undefined, `vector ${plan.vectorName} is one of the collection`);
  return weighted(collection, { config, value: plan.query }, plan.idf, cancel).value;
}

/** The score that clients see: distances for Euclid and Manhattan, the similarity itself otherwise. */
export function reportedScore(metric: MetricName, similarity: number): number {
  // A similarity of codes is an estimate, which may be better than that of equal vectors.
  if (metric === 'Euclid') return similarity > 0 ? 0 : Math.fround(Math.sqrt(-similarity));
  if (metric === 'Manhattan') return -similarity;
  return similarity;
}

/** Drops the older row of a point that was replaced while the segments were searched one after the other. */
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
