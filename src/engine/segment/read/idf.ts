import type { Filter } from '../../../../schemas/filter.ts';
import type { IdfParams } from '../../../../schemas/query.ts';
import { inverseFrequency } from '../../query/bm25.ts';
import { badRequest } from '../../../shared/errors.ts';
import type { SideColumn } from '../../vectors/side-column.ts';
import type { VectorConfig } from '../../vectors/vector-config.ts';
import type { SparseValue } from '../../vectors/vector-value.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import { atOneMoment } from './moment.ts';
import type { Example } from './scorer.ts';
import { copyVisibleRows } from './side-search.ts';

/** How many documents there are, and how many of them have each index of a query. */
interface Statistics {
  documents: number;
  readonly frequencies: Uint32Array;
}

/** @throws NEARIFY_BAD_REQUEST if `idf` is given for a vector that has no such modifier */
export function checkIdf(config: VectorConfig, idf: IdfParams | null | undefined): void {
  if (!idf || (config.kind === 'sparse' && config.hasIdf)) return;
  throw badRequest(`idf params need a sparse vector with the idf modifier, '${config.name}' is none`);
}

/** The filter that `idf` names; undefined: all points. */
export function corpusOf(idf: IdfParams | null | undefined): Filter | undefined {
  return typeof idf === 'object' && idf !== null ? idf.corpus : undefined;
}

/**
 * The example with its weights multiplied by the inverse document frequencies of their indices, if its vector asks for
 * that; the same one if not. Frequencies are those of all points that have the vector, or of the corpus that `idf` names.
 */
export function weighted(
  collection: Collection,
  example: Example,
  idf: IdfParams | null | undefined,
  cancel: Cancellation,
): Example {
  const { config, value } = example;
  if (config.kind !== 'sparse' || !config.hasIdf || value.kind !== 'sparse') return example;
  const corpus = corpusOf(idf);
  const { documents, frequencies } = atOneMoment(collection, () => {
    const statistics: Statistics = { documents: 0, frequencies: new Uint32Array(value.indices.length) };
    for (const segment of collection.segments) {
      const column = segment.side(config.name);
      if (column === undefined) continue;
      if (corpus === undefined) addAll(column, value, statistics);
      else {
        const rows = copyVisibleRows(collection, segment, column, corpus, cancel);
        addCorpus(column, value, statistics, { rows, bitmap: column.scratch(collection.threadIndex).filter });
      }
    }
    return statistics;
  });
  const values = value.values.map(
    (weight, i) => weight * Math.fround(inverseFrequency(documents, frequencies[i]!)),
  );
  return { config, value: { kind: 'sparse', indices: value.indices, values } };
}

function addAll(column: SideColumn, { indices }: SparseValue, statistics: Statistics): void {
  statistics.documents += column.liveRows;
  for (const [i, index] of indices.entries()) statistics.frequencies[i]! += column.documentFrequency(index);
}

function addCorpus(
  column: SideColumn,
  { indices }: SparseValue,
  statistics: Statistics,
  { rows, bitmap }: { readonly rows: number; readonly bitmap: number },
): void {
  const { kernels, layout } = column;
  statistics.documents += kernels.countRows(layout.starts, rows, 0, bitmap);
  for (const [i, index] of indices.entries()) {
    statistics.frequencies[i]! += kernels.sparseFrequency(index, rows, 0, bitmap);
  }
}
