/** Data for benches that is made rather than found: folders of the files that ann/dataset.ts reads, and payload.jsonl. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '../test/helpers/random.ts';
import { clusteredVectors } from './clustered.ts';

const CACHE = fileURLToPath(new URL('../.bench-cache/', import.meta.url));
/** Exact neighbours of each query in the file. */
const TRUTH_WIDTH = 100;
const LEXNAMES = ['noun.plant', 'noun.shape', 'adj.all', 'verb.emotion', 'noun.animal'];
const POS = ['n', 'n', 'n', 's', 'v'];
const WORDS = ['bird', 'sea', 'idea', 'coin', 'metal', 'love', 'mushroom', 'small', 'river', 'stone'];

export interface FixtureShape {
  readonly rows: number;
  readonly dim: number;
  readonly queries: number;
}

/** The folder of a fixture; it is made if it is not there. The name says all that it depends on. */
export function clusteredFixture({ rows, dim, queries }: FixtureShape): string {
  const folder = path.join(CACHE, `clustered-${rows}x${dim}-${queries}q`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  const base = unitRows(clusteredVectors(dim, 2), rows);
  const asked = unitRows(clusteredVectors(dim, 3), queries);
  writeFileSync(path.join(unfinished, 'base.f16'), halves(base));
  writeFileSync(path.join(unfinished, 'queries.f16'), halves(asked));
  writeFileSync(path.join(unfinished, 'neighbours.i32'), neighbours(base, asked));
  writeFileSync(path.join(unfinished, 'payload.jsonl'), payloads(rows));
  renameSync(unfinished, folder);
  return folder;
}

function unitRows(source: { next(): number[] }, count: number): Float32Array[] {
  return Array.from({ length: count }, () => {
    const row = source.next();
    const length = Math.hypot(...row);
    // As the file holds them, so that the truth is that of the file.
    return Float32Array.from(row, (value) => Math.f16round(value / length));
  });
}

function halves(rows: readonly Float32Array[]): Uint8Array {
  const dim = rows[0]?.length ?? 0;
  const all = new Float16Array(rows.length * dim);
  for (const [i, row] of rows.entries()) all.set(row, i * dim);
  return new Uint8Array(all.buffer);
}

function neighbours(base: readonly Float32Array[], queries: readonly Float32Array[]): Uint8Array {
  const lengths = base.map((row) => Math.hypot(...row));
  const rows = queries.map((query) => {
    const scores = base.map((row, i) => row.reduce((sum, x, j) => sum + x * query[j]!, 0) / lengths[i]!);
    const best = [...scores.keys()].toSorted((a, b) => scores[b]! - scores[a]!);
    return Int32Array.from(best.slice(0, TRUTH_WIDTH));
  });
  const all = new Int32Array(rows.length * TRUTH_WIDTH);
  for (const [i, row] of rows.entries()) all.set(row, i * TRUTH_WIDTH);
  return new Uint8Array(all.buffer);
}

/** With the keys of a dictionary of words, which the benches filter, group and search by. */
function payloads(rows: number): string {
  const random = new Random(5);
  const one = <T>(of: readonly T[]): T => of[random.between(0, of.length - 1)]!;
  const lines = Array.from({ length: rows }, (_, row) => {
    const gloss = Array.from({ length: random.between(5, 20) }, () => one(WORDS)).join(' ');
    return JSON.stringify({
      lemmas: [one(WORDS)],
      pos: one(POS),
      lexname: one(LEXNAMES),
      offset: row * 97,
      gloss_len: gloss.length,
      gloss,
    });
  });
  return lines.join('\n');
}
