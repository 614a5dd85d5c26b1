/** How to run each bench in a few seconds, so that a test can show that none of them rots. */
import { clusteredFixture } from './fixtures.ts';

const TINY: Readonly<Record<string, readonly string[]>> = {
  'ann/filtered': ['--data', '@', '--shares', '0.1', '--rounds', '1'],
  'ann/hnsw': ['--data', '@', '--ef', '16,32', '--rounds', '1'],
  'ann/in-turns': ['--data', '@', '--ef', '16,64', '--turns', '1'],
  'ann/quantized': ['--data', '@', '--ef', '32', '--rounds', '1'],
  'ann/sparse': ['--rows', '500', '--length', '10', '--vocabulary', '300', '--rounds', '1'],
  'http/event-loop': ['--seconds', '1', '--points', '20'],
  'http/queries': ['--data', '@', '--rounds', '1', '--values', '500'],
  'http/scale': ['--points', '1500', '--dim', '16', '--ef', '16', '--seconds', '1'],
  'http/search': ['--data', '@', '--ef', '16,32'],
};

/** `@` stands for a small folder of data. */
export function tinyArguments(bench: string): string[] {
  const args = TINY[bench];
  if (args === undefined) throw new Error(`bench/tiny.ts does not say how to run ${bench} quickly`);
  return args.map((arg) => (arg === '@' ? clusteredFixture({ rows: 1500, dim: 16, queries: 40 }) : arg));
}
