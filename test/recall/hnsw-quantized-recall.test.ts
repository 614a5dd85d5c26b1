import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QuantizationConfig } from '../../schemas/quantization.ts';
import type { GraphHandle } from '../../src/engine/index/hnsw/graph.ts';
import { CodeColumn, createCodesHandle } from '../../src/engine/vectors/code-column.ts';
import { quantizationOf } from '../../src/engine/vectors/quantization.ts';
import { attachGraph, createGraphMemory, type GraphMemory, linkAll, writeRows } from './graph-memory.ts';
import { clustered, exactSearch, mean, recall, walkSearch } from './measure.ts';

const COUNT = 4000;
const QUERIES = 50;
const CLUSTERS = 16;
const K = 10;
const RECALL_MIN = 0.95;
/** Codes of few bits need more candidates. */
const OVERSAMPLING = 20;

const CONFIGS: readonly QuantizationConfig[] = [
  { scalar: { type: 'int8', quantile: 0.99 } },
  ...(['one_bit', 'one_and_half_bits', 'two_bits'] as const).flatMap((encoding) =>
    (['default', 'binary', 'scalar4bits', 'scalar8bits'] as const).map((query_encoding) => ({
      binary: { encoding, query_encoding },
    })),
  ),
  ...(['bits1', 'bits1_5', 'bits2', 'bits4', 'bits8'] as const).map((bits) => ({ turbo: { bits } })),
  ...(['x8', 'x32'] as const).map((compression) => ({ product: { compression } })),
];

/** The graph as it is searched by codes of its rows, for the query in scratch, which `walkSearch` writes. */
function quantized(target: GraphMemory, handle: GraphHandle, config: QuantizationConfig) {
  const { vector, words } = handle;
  const quantization = quantizationOf(config, { metric: target.metric, dim: vector.dim });
  assert.ok(quantization?.kind === 'codes');
  const codes = createCodesHandle(1, quantization.spec, { capacity: COUNT, threads: 1 });
  const column = new CodeColumn(codes, 0);
  const rowAt = (offset: number) =>
    new Float32Array(words.buffer, vector.rows + offset * vector.strideBytes, vector.dim);
  column.encode(COUNT, Number.POSITIVE_INFINITY, rowAt);
  const search = column.searchKernels(target.memory);
  const searchBegin: typeof search.searchBegin = (...args) => {
    column.prepareQuery(new Float32Array(words.buffer, handle.scratch.query, vector.dim));
    return search.searchBegin(...args);
  };
  return { ...handle, kernels: { ...handle.kernels, ...search, searchBegin } };
}

for (const metric of ['Cosine', 'Dot', 'Euclid'] as const) {
  const dim = 256;
  const target = createGraphMemory({ metric, dim, capacity: COUNT });
  const handle = attachGraph(target);
  writeRows(target, handle, clustered(COUNT, dim, 1, CLUSTERS));
  linkAll(handle, COUNT);
  const queries = clustered(QUERIES, dim, 2, CLUSTERS);
  const exact = queries.map((query) => exactSearch(target, handle, query, { k: K, count: COUNT }));
  for (const config of CONFIGS) {
    test(`${metric}, ${JSON.stringify(config)}: recall of rescored candidates is at least ${RECALL_MIN}`, () => {
      const graph = quantized(target, handle, config);
      const find = (i: number, isRescored: boolean) =>
        walkSearch(target, graph, queries[i]!, { k: K, ef: K * OVERSAMPLING, isRescored });
      const rescored = mean(queries.map((_, i) => recall(find(i, true), exact[i]!)));
      assert.ok(rescored >= RECALL_MIN, `recall ${rescored}`);
      if (JSON.stringify(config).includes('"binary"}')) return;
      // Scores by codes are about right on average, unless the query has only one bit a number as well.
      const errors = queries.flatMap((_, i) => {
        const scores = new Map(find(i, true).map(({ offset, score }) => [offset, score]));
        const spread = Math.abs(exact[i]![0]!.score) + 1e-6;
        return find(i, false).flatMap(({ offset, score }) =>
          scores.has(offset) ? [(score - scores.get(offset)!) / spread] : [],
        );
      });
      assert.ok(Math.abs(mean(errors)) < 0.35, `scores are off by ${mean(errors)} on average`);
    });
  }
}
