/**
 * Runs hnsw.ts and hnswlib.py in turns on the same data and prints the medians of both and of their ratios, as JSON: CPU
 * of the build, CPU per query at equal recall (between two measured ef, on the line of log(1 - recall)).
 *
 *     node bench/ann/in-turns.ts --data <folder> --python <python with hnswlib> [--turns 5] [--recall 0.96,0.995]
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
    python: { type: 'string', default: 'python3' },
    turns: { type: 'string', default: '5' },
    recall: { type: 'string', default: '0.96,0.995' },
    ef: { type: 'string', default: '24,32,48,96,128,160' },
  },
});

function run(command: string, script: string): Measured {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const output = execFileSync(command, [file, '--data', given.data, '--ef', given.ef], { encoding: 'utf8' });
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

function summary(turns: readonly { nearify: number; hnswlib: number }[]) {
  return {
    nearify: median(turns.map(({ nearify }) => nearify)),
    hnswlib: median(turns.map(({ hnswlib }) => hnswlib)),
    ratio: median(turns.map(({ nearify, hnswlib }) => nearify / hnswlib)),
    ratios: turns.map(({ nearify, hnswlib }) => Number((nearify / hnswlib).toPrecision(3))),
  };
}

const turns = Array.from({ length: Number(given.turns) }, () => ({
  nearify: run(process.execPath, 'hnsw.ts'),
  hnswlib: run(given.python, 'hnswlib.py'),
}));
const buildCpuSeconds = summary(
  turns.map(({ nearify, hnswlib }) => ({
    nearify: nearify.build.cpuSeconds,
    hnswlib: hnswlib.build.cpuSeconds,
  })),
);
const queryCpuMicros = Object.fromEntries(
  given.recall.split(',').map((text) => {
    const recall = Number(text);
    const at = ({ nearify, hnswlib }: (typeof turns)[number]) => ({
      nearify: cpuAt(nearify, recall),
      hnswlib: cpuAt(hnswlib, recall),
    });
    return [`recall ${text}`, summary(turns.map(at))];
  }),
);
console.log(JSON.stringify({ buildCpuSeconds, queryCpuMicros }, null, 1));
