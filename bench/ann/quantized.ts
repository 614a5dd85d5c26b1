/**
 * Measures searches by the codes of each quantization in this process: bytes a vector, then recall@10 and CPU time per
 * query, in turns with the default walk. Prints JSON: a curve by ef for each.
 *
 *     npm run bench -- ann/quantized --data <folder> [--ef 64,128] [--rounds 5]
 *
 * The folder (or NEARIFY_BENCH_DATA) holds what dataset.ts reads; vectors are compared by cosine.
 */
import { parseArgs } from 'node:util';
import type { QuantizationConfig } from '../../schemas/quantization.ts';
import { linkSlice } from '../../src/engine/index/hnsw/build.ts';
import { type GraphHandle, linkedCount } from '../../src/engine/index/hnsw/graph.ts';
import { searchGraph } from '../../src/engine/index/hnsw/search.ts';
import { CodeColumn, createCodesHandle } from '../../src/engine/vectors/code-column.ts';
import { quantizationOf } from '../../src/engine/vectors/quantization.ts';
import type { SearchKernels } from '../../src/kernels/loader.ts';
import { attachGraph, createGraphMemory, writeRows } from '../../test/recall/graph-memory.ts';
import { readDataset } from './dataset.ts';

const K = 10;

const { values: given } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.NEARIFY_BENCH_DATA ?? '' },
    ef: { type: 'string', default: '64,128' },
    rounds: { type: 'string', default: '5' },
  },
});

const CONFIGS: readonly QuantizationConfig[] = [
  { scalar: { type: 'int8', quantile: 0.99 } },
  ...(['one_bit', 'one_and_half_bits', 'two_bits'] as const).flatMap((encoding) =>
    (['binary', 'scalar4bits', 'scalar8bits'] as const).map((query_encoding) => ({
      binary: { encoding, query_encoding },
    })),
  ),
  ...(['bits1', 'bits1_5', 'bits2', 'bits4'] as const).map((bits) => ({ turbo: { bits } })),
  ...(['x4', 'x8', 'x16', 'x32', 'x64'] as const).map((compression) => ({ product: { compression } })),
];

interface Contender {
  readonly name: string;
  readonly bytes: number;
  readonly encodeMicros: number;
  readonly kernels: SearchKernels;
  readonly prepare: (query: Float32Array) => void;
}

const { dim, base, queries, truth } = readDataset(given.data);
const target = createGraphMemory({ metric: 'Cosine', dim, capacity: base.length });
const handle = attachGraph(target);
writeRows(target, handle, base);
linkSlice(handle, base.length, { msMax: Number.POSITIVE_INFINITY });

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

function rowAt(offset: number): Float32Array {
  const { vector, words } = handle;
  return new Float32Array(words.buffer, vector.rows + offset * vector.strideBytes, dim);
}

function quantized(config: QuantizationConfig): Contender {
  const quantization = quantizationOf(config, { metric: 'Cosine', dim });
  if (quantization?.kind !== 'codes') throw new Error(`${JSON.stringify(config)} has no codes`);
  const codes = createCodesHandle(1, quantization.spec, { capacity: base.length, threads: 1 });
  const column = new CodeColumn(codes, 0);
  const start = cpuMicros();
  column.encode(base.length, Number.POSITIVE_INFINITY, rowAt);
  const [kind, settings] = Object.entries(config)[0] ?? [];
  return {
    name: `${kind} ${Object.values(settings as object).join(' ')}`,
    bytes: codes.layout.strideBytes,
    encodeMicros: (cpuMicros() - start) / base.length,
    kernels: column.searchKernels(target.memory),
    prepare: (query) => column.prepareQuery(query),
  };
}

function search(contender: Contender, query: Float32Array, ef: number, isRescored: boolean): Uint32Array {
  const { words, scratch } = handle;
  new Float32Array(words.buffer, scratch.query, query.length).set(query);
  contender.prepare(query);
  const view: GraphHandle = { ...handle, kernels: { ...handle.kernels, ...contender.kernels } };
  const length = searchGraph(view, {
    ef,
    k: K,
    mode: 'plain',
    tombstones: 0,
    allowed: 0,
    limit: linkedCount(handle),
    heapLength: 0,
    isRescored,
    checkCancelled: () => {},
  });
  return Uint32Array.from({ length }, (_, i) => words[scratch.heap / 4 + 2 * i + 1] ?? 0);
}

function recallOf(contender: Contender, ef: number, isRescored: boolean): number {
  let hits = 0;
  for (const [i, query] of queries.entries()) {
    const exact = new Set(truth[i]?.subarray(0, K));
    hits += search(contender, query, ef, isRescored).filter((offset) => exact.has(offset)).length;
  }
  return hits / (K * queries.length);
}

const standard: Contender = {
  name: 'default walk',
  bytes: handle.graph.codeStrideBytes,
  encodeMicros: Number.NaN,
  kernels: handle.kernels,
  prepare: () => {},
};
const contenders = [standard, ...CONFIGS.map(quantized)];
/** A line of each contender for one ef, measured in turns. */
function measure(ef: number) {
  const times = contenders.map((): number[] => []);
  for (let turn = 0; turn < Number(given.rounds); turn++) {
    for (const [i, contender] of contenders.entries()) {
      const start = cpuMicros();
      for (const query of queries) search(contender, query, ef, true);
      times[i]?.push((cpuMicros() - start) / queries.length);
    }
  }
  return contenders.map((contender, i) => ({
    ef,
    recall: round(recallOf(contender, ef, true), 4),
    recallWithoutRescoring: round(recallOf(contender, ef, false), 4),
    cpuMicros: round(median(times[i] ?? []), 1),
  }));
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

const byEf = given.ef.split(',').map((ef) => measure(Number(ef)));
const kinds = contenders.map(({ name, bytes, encodeMicros }, i) => [
  name,
  { bytes, encodeMicros: round(encodeMicros, 1), curve: byEf.map((lines) => lines[i]) },
]);
console.log(JSON.stringify(Object.fromEntries(kinds), undefined, 1));
