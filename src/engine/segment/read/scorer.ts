import { METRIC, SCRATCH_HEAP_MAX } from '../../../kernels/memory-layout.ts';
import { assert } from '../../../shared/assert.ts';
import type { VectorConfig } from '../../vectors/vector-config.ts';
import type { VectorValue } from '../../vectors/vector-value.ts';
import type { Segment, VectorColumn } from '../segment.ts';

const BYTES_PER_VALUE = 4;

/** A vector that rows are compared with, for queries that look at rows one by one. */
export interface Example {
  /** The vector of the collection that it is compared with. */
  readonly config: VectorConfig;
  readonly value: VectorValue;
}

/**
 * How similar a row is to an example, as searches see it: larger is better (Euclid and Manhattan are negated sums);
 * undefined if the row lacks the vector. `threadIndex` is the calling thread's, whose scratch area is used.
 */
export function similarity(
  example: Example,
  segment: Segment,
  offset: number,
  threadIndex: number,
): number | undefined {
  if (!segment.has(example.config.name, offset)) return undefined;
  return similarities(example, segment, Uint32Array.of(offset), threadIndex)[0]!;
}

/**
 * The similarities of some rows to an example, in the order of `offsets`; rows that lack the vector get NaN. Cheaper than
 * one call of `similarity` for each.
 */
export function similarities(
  example: Example,
  segment: Segment,
  offsets: Uint32Array,
  threadIndex: number,
): Float32Array {
  const result = new Float32Array(offsets.length).fill(Number.NaN);
  const column = segment.vector(example.config.name);
  if (column === undefined) return result;
  const scratch = segment.scratch(threadIndex);
  writeQuery(segment, column, example.value, scratch.query);
  const { buffer } = segment.memory;
  for (let from = 0; from < offsets.length; from += SCRATCH_HEAP_MAX) {
    const slice = offsets.subarray(from, from + SCRATCH_HEAP_MAX);
    new Uint32Array(buffer, scratch.offsets, slice.length).set(slice);
    segment.kernels.scoreOffsets(
      METRIC[column.metric],
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
  for (const [i, offset] of offsets.entries()) {
    if (!segment.hasVector(column, offset)) result[i] = Number.NaN;
  }
  return result;
}

/** Writes a query to where the kernels read it, normalised for Cosine. */
export function writeQuery(
  segment: Segment,
  column: VectorColumn,
  query: VectorValue,
  address: number,
): void {
  assert(query.kind === 'dense', 'a dense vector is compared with a dense one');
  const target = new Float32Array(segment.memory.buffer, address, column.strideBytes / BYTES_PER_VALUE);
  target.fill(0);
  target.set(query.values);
  if (column.metric === 'Cosine') segment.kernels.normalise(address, column.dim);
}
