/**
 * Runs the index and others in turns on the same data and prints the medians of all and of the ratios to each other engine:
 * CPU of the build, CPU per query at equal recall (between two measured ef, on the line of log(1 - recall)).
 *
 *     npm run bench -- ann/in-turns --data <folder> [--against hnswlib,faiss,usearch,usearch-i8,faiss-node] [--turns 5]
 *         [--python <python with the engines, see engines.py>] [--recall 0.96,0.995]
 *
 * `faiss-node` is the other engine of the server, the rest are packages for Python.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

interface Measured {
  readonly build: { readonly cpuSeconds: number };
  readonly curve: readonly { readonly recall: number; readonly cpuMicros: number }[];
}

const { values: given } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.NEARIFY_BENCH_DATA ?? '' },
    against: { type: 'string', default: '' },
    python: { type: 'string', default: 'python3' },
    turns: { type: 'string', default: '5' },
    recall: { type: 'string', default: '0.96,0.995' },
    ef: { type: 'string', default: '24,32,48,96,128,160' },
  },
});
const others = given.against.split(',').filter((name) => name !== '');

function run(engine: string): Measured {
  const isOurs = engine === 'nearify' || engine === 'faiss-node';
  const script = fileURLToPath(new URL(isOurs ? 'hnsw.ts' : 'engines.py', import.meta.url));
  const name = { nearify: 'hnsw', 'faiss-node': 'faiss' }[engine] ?? engine;
  const args = [script, '--engine', name, '--data', given.data, '--ef', given.ef];
  const output = execFileSync(isOurs ? process.execPath : given.python, args, { encoding: 'utf8' });
  return JSON.parse(output) as Measured;
}

const loss = (recall: number): number => Math.log(1 - recall);

/** CPU per query at `recall`; NaN outside of what was measured. */
function cpuAt({ curve }: Measured, recall: number): number {
  const to = curve.findIndex((point) => point.recall >= recall);
  const [left, right] = [curve[to - 1], curve[to]];
  if (left === undefined || right === undefined) return Number.NaN;
  const share = (loss(recall) - loss(left.recall)) / (loss(right.recall) - loss(left.recall));
  return left.cpuMicros + share * (right.cpuMicros - left.cpuMicros);
}

function median(values: readonly number[]): number {
  return Number((values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN).toPrecision(4));
}

/** The number of ours and of every other engine, and how many times the other's ours is. */
function summary(runs: ReadonlyMap<string, Measured>[], number: (of: Measured) => number) {
  const ours = runs.map((turn) => number(turn.get('nearify')!));
  const beside = others.map((name) => {
    const theirs = runs.map((turn) => number(turn.get(name)!));
    const ratios = ours.map((value, i) => Number((value / theirs[i]!).toPrecision(3)));
    return [name, { median: median(theirs), ratio: median(ratios), ratios }];
  });
  return { nearify: median(ours), ...Object.fromEntries(beside) };
}

const turns = Array.from({ length: Number(given.turns) }, (_, turn) => {
  console.error(`turn ${turn + 1} of ${given.turns}`);
  return new Map(['nearify', ...others].map((engine) => [engine, run(engine)]));
});
const queryCpuMicros = Object.fromEntries(
  given.recall
    .split(',')
    .map((recall) => [`recall ${recall}`, summary(turns, (of) => cpuAt(of, Number(recall)))]),
);
const curves = Object.fromEntries(Array.from(turns.at(-1)!, ([name, { curve }]) => [name, { curve }]));
const buildCpuSeconds = summary(turns, ({ build }) => build.cpuSeconds);
console.log(JSON.stringify({ buildCpuSeconds, queryCpuMicros, curves }, undefined, 1));
