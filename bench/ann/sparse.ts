/**
 * Measures searches of the inverted index of a sparse vector. Prints JSON: the time to index, and for queries of several
 * lengths the postings that they have and the time of one, the fastest of several rounds.
 *
 *     npm run bench -- ann/sparse [--rows 100000] [--length 60] [--vocabulary 30000] [--rounds 15]
 *
 * Indices of rows and queries are drawn by Zipf's law, so some are in nearly every row. With idf the frequent ones weigh
 * little, as texts have it; without it all weigh the same, the worst case.
 */
import { parseArgs } from 'node:util';
import { searchSparse } from '../../src/engine/index/sparse/search.ts';
import { createSideHandle, SideColumn } from '../../src/engine/vectors/side-column.ts';
import type { SparseConfig } from '../../src/engine/vectors/vector-config.ts';
import type { SparseValue } from '../../src/engine/vectors/vector-value.ts';
import { loadKernelModule } from '../../src/kernels/loader.ts';
import { prng } from '../../test/kernels/support.ts';

const K = 10;
const QUERIES = 100;
const LENGTHS = [8, 20, 60];
const CONFIG: SparseConfig = { kind: 'sparse', id: 1, name: 's', metric: 'Dot', hasIdf: false };

const { values: given } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    length: { type: 'string', default: '60' },
    vocabulary: { type: 'string', default: '30000' },
    rounds: { type: 'string', default: '15' },
  },
});
const [rows, length, vocabulary, rounds] = [given.rows, given.length, given.vocabulary, given.rounds].map(
  Number,
) as [number, number, number, number];
const random = prng(1);

function randomVector(count: number): SparseValue {
  const indices = new Set<number>();
  while (indices.size < count) indices.add(Math.floor(Math.exp(random() * Math.log(vocabulary + 1))) - 1);
  const ascending = Uint32Array.from(indices).toSorted();
  return { kind: 'sparse', indices: ascending, values: Float32Array.from(ascending, () => random() * 2) };
}

function filledColumn(): { column: SideColumn; indexMs: number } {
  const options = { capacity: rows, scratchCount: 1, bytesMax: 2 ** 32 - 2 ** 16 };
  const column = new SideColumn(createSideHandle(CONFIG, options), CONFIG, loadKernelModule());
  for (let i = 0; i < rows; i++) column.write(i, randomVector(length), i === 0);
  const start = performance.now();
  column.publish(0, rows, new Set());
  return { column, indexMs: Math.round(performance.now() - start) };
}

function withIdf(column: SideColumn, { indices, values }: SparseValue): SparseValue {
  const weights = values.map((value, i) => {
    const frequency = column.documentFrequency(indices[i]!);
    return value * Math.log((rows - frequency + 0.5) / (frequency + 0.5) + 1);
  });
  return { kind: 'sparse', indices, values: weights };
}

function searchMs(column: SideColumn, query: SparseValue): number {
  const scratch = column.scratch(0);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    column.writeQuery(query, scratch.query);
    searchSparse(column, {
      scratch,
      terms: query.indices.length,
      count: rows,
      tombstones: 0,
      allowed: 0,
      allowedCount: rows,
      k: K,
      checkCancelled: () => {},
    });
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

function measure(column: SideColumn, queries: readonly SparseValue[]) {
  const { query, terms, sums } = column.scratch(0);
  let postings = 0;
  let ms = 0;
  for (const one of queries) {
    ms += searchMs(column, one);
    column.writeQuery(one, query);
    postings += column.kernels.sparseBegin(query, terms, sums) >>> 0;
  }
  return {
    postings: Math.round(postings / queries.length),
    searchMs: Number((ms / queries.length).toFixed(3)),
  };
}

const { column, indexMs } = filledColumn();
const results = LENGTHS.map((terms) => {
  const queries = Array.from({ length: QUERIES }, () => randomVector(terms));
  const weighted = queries.map((query) => withIdf(column, query));
  return { terms, plain: measure(column, queries), idf: measure(column, weighted) };
});
console.log(JSON.stringify({ rows, length, vocabulary, indexMs, results }, undefined, 1));
