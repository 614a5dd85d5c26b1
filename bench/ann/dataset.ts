import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Nearest neighbours per query in the file of exact answers. */
const TRUTH_WIDTH = 100;

export interface Dataset {
  readonly dim: number;
  readonly base: readonly Float32Array[];
  readonly queries: readonly Float32Array[];
  /** For each query the exact nearest rows by cosine, best first. */
  readonly truth: readonly Int32Array[];
}

function halfFloatRows(file: string, dim: number): Float32Array[] {
  const bytes = readFileSync(file);
  const halves = new Float16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  return Array.from({ length: halves.length / dim }, (_, i) =>
    Float32Array.from(halves.subarray(i * dim, (i + 1) * dim)),
  );
}

/** Reads a folder of base.f16 and queries.f16 (half floats, row by row) and neighbours.i32 (100 row numbers a query). */
export function readDataset(folder: string): Dataset {
  const bytes = readFileSync(join(folder, 'neighbours.i32'));
  const neighbours = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const truth = Array.from({ length: neighbours.length / TRUTH_WIDTH }, (_, i) =>
    neighbours.subarray(i * TRUTH_WIDTH, (i + 1) * TRUTH_WIDTH),
  );
  const queryFile = join(folder, 'queries.f16');
  const dim = readFileSync(queryFile).byteLength / 2 / truth.length;
  return {
    dim,
    base: halfFloatRows(join(folder, 'base.f16'), dim),
    queries: halfFloatRows(queryFile, dim),
    truth,
  };
}
