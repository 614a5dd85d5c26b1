import { SPARSE_QUERY_MAX } from '../../../kernels/side-layout.ts';
import { wrongInput } from '../../../shared/errors.ts';
import type { SideColumn } from '../../vectors/side-column.ts';
import type { VectorValue } from '../../vectors/vector-value.ts';

/** Writes a query to where the kernels read it. @throws NEARIFY_WRONG_INPUT if it has too many terms */
export function writeSideQuery(column: SideColumn, query: VectorValue, threadIndex: number): void {
  if (query.kind === 'sparse' && query.indices.length > SPARSE_QUERY_MAX) {
    throw wrongInput(`a sparse query may have at most ${SPARSE_QUERY_MAX} indices`);
  }
  column.writeQuery(query, column.scratch(threadIndex).query);
}

/**
 * Similarities of at most SCRATCH_HEAP_MAX rows to the query that was written last: NaN for rows without the vector, `none`
 * for sparse rows that share no index with the query. A view that is valid until the next call.
 */
export function sideScores(
  column: SideColumn,
  offsets: Uint32Array,
  threadIndex: number,
  none: number,
): Float32Array {
  const { config, kernels, memory, comparison } = column;
  const { starts } = column.layout;
  const { query, offsets: list, scores } = column.scratch(threadIndex);
  const n = offsets.length;
  new Uint32Array(memory.buffer, list, n).set(offsets);
  if (config.kind === 'sparse') kernels.sparseScoreOffsets(starts, list, n, query, none, scores);
  else kernels.multiScoreOffsets(comparison, starts, list, n, query, config.dim, scores);
  return new Float32Array(memory.buffer, scores, n);
}
