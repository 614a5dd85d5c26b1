import { SCRATCH_HEAP_MAX, type ScratchLayout, vectorStrideBytes } from '../../../kernels/memory-layout.ts';
import { assert } from '../../../shared/assert.ts';
import { roundTo } from '../../vectors/datatypes.ts';
import type { SideColumn } from '../../vectors/side-column.ts';
import type { VectorConfig } from '../../vectors/vector-config.ts';
import type { VectorValue } from '../../vectors/vector-value.ts';
import type { Segment, VectorColumn } from '../segment.ts';
import { sideScores, writeSideQuery } from './side-scores.ts';

const BYTES_PER_VALUE = 4;

/** A vector that rows are compared with, for queries that look at rows one by one. */
export interface Example {
  /** The vector of the collection that it is compared with. */
  readonly config: VectorConfig;
  readonly value: VectorValue;
}

export interface Scoring {
  /** The calling thread's, whose scratch area is used. */
  readonly threadIndex: number;
  /** Similarity of a sparse row that shares no index with the example; 0 if not given. */
  readonly unshared?: number | undefined;
}

/**
 * How similar rows are to an example, in the order of `offsets`, as searches see it: larger is better (Euclid and Manhattan
 * are negated sums). Rows that lack the vector get NaN.
 */
export function similarities(
  example: Example,
  segment: Segment,
  offsets: Uint32Array,
  scoring: Scoring,
): Float32Array {
  const { threadIndex } = scoring;
  const result = new Float32Array(offsets.length).fill(Number.NaN);
  const side = segment.side(example.config.name);
  if (side !== undefined) return sideSimilarities(side, example.value, offsets, scoring);
  const column = segment.vector(example.config.name);
  if (column === undefined) return result;
  const scratch = segment.scratch(threadIndex);
  writeQuery(segment, column, example.value, scratch.query);
  if (column.disk !== undefined) return diskSimilarities(segment, column, offsets, scratch);
  const { buffer } = segment.memory;
  for (let from = 0; from < offsets.length; from += SCRATCH_HEAP_MAX) {
    const slice = offsets.subarray(from, from + SCRATCH_HEAP_MAX);
    new Uint32Array(buffer, scratch.offsets, slice.length).set(slice);
    segment.kernels.scoreOffsets(
      column.comparison,
      column.rows,
      column.strideBytes,
      column.dim,
      scratch.offsets,
      slice.length,
      scratch.query,
      scratch.scores,
    );
    result.set(new Float32Array(buffer, scratch.scores, slice.length), from);
  }
  for (let i = 0; i < offsets.length; i++) {
    if (!segment.hasVector(column, offsets[i]!)) result[i] = Number.NaN;
  }
  return result;
}

/** Of rows on disk; the query is in `scratch`. */
function diskSimilarities(
  segment: Segment,
  column: VectorColumn,
  offsets: Uint32Array,
  scratch: ScratchLayout,
): Float32Array {
  return Float32Array.from(
    offsets,
    (offset) => segment.similarityOnDisk(column, offset, scratch) ?? Number.NaN,
  );
}

function sideSimilarities(
  side: SideColumn,
  value: VectorValue,
  offsets: Uint32Array,
  { threadIndex, unshared = 0 }: Scoring,
): Float32Array {
  const result = new Float32Array(offsets.length);
  writeSideQuery(side, value, threadIndex);
  for (let from = 0; from < offsets.length; from += SCRATCH_HEAP_MAX) {
    result.set(
      sideScores(side, offsets.subarray(from, from + SCRATCH_HEAP_MAX), threadIndex, unshared),
      from,
    );
  }
  return result;
}

/** Writes a query to where the kernels read it: as numbers that the rows could hold, normalised for Cosine. */
export function writeQuery(
  segment: Segment,
  column: VectorColumn,
  query: VectorValue,
  address: number,
): void {
  assert(query.kind === 'dense', 'a dense vector is compared with a dense one');
  const { datatype, dim, metric } = column;
  const target = new Float32Array(segment.memory.buffer, address, vectorStrideBytes(dim) / BYTES_PER_VALUE);
  target.fill(0);
  target.set(query.values);
  const isUnit = metric !== 'Cosine' || (query.isStored === true && datatype !== 'uint8');
  if (datatype === 'uint8') roundTo(datatype, target);
  if (!isUnit) segment.kernels.normalise(address, dim);
  if (datatype === 'float16') roundTo(datatype, target);
}
