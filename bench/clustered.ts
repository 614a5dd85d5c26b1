/** Vectors made for benches: a mixture of clusters whose points lie near a few directions, as embeddings do. Seeded. */
import { Random } from '../test/helpers/random.ts';

const CLUSTERS = 1000;
const INTRINSIC_DIM = 16;
/** Spread along the directions of a cluster, and in all others, beside centres of unit variance. */
const SPREAD = 0.6;
const NOISE = 0.05;
const DECIMALS = 1e4;

export interface Generator {
  readonly dim: number;
  /** The next vector, numbers rounded to four decimals. */
  next(): number[];
}

export function clusteredVectors(dim: number, seed: number): Generator {
  const shape = new Random(1);
  const centres = Array.from({ length: CLUSTERS }, () => normals(shape, dim));
  const directions = Array.from({ length: INTRINSIC_DIM }, () => normals(shape, dim));
  const random = new Random(seed);
  return {
    dim,
    next: () => {
      const centre = centres[Math.floor(random.next() * CLUSTERS)]!;
      const point = Float64Array.from(centre);
      for (const direction of directions) {
        const length = (normal(random) * SPREAD) / Math.sqrt(INTRINSIC_DIM / 4);
        for (let i = 0; i < dim; i++) point[i]! += length * direction[i]!;
      }
      return Array.from(point, (value) => Math.round((value + NOISE * normal(random)) * DECIMALS) / DECIMALS);
    },
  };
}

function normals(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => normal(random));
}

/** Box and Muller 1958: two uniform numbers make a normal one. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
