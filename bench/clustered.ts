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

/**
 * `isFlat`: the centres lie in the few directions as well, so that all of the data has their dimension. Else each is far from
 * all others, and searches have to find the right one of a thousand islands.
 */
export function clusteredVectors(dim: number, seed: number, isFlat = false): Generator {
  const shape = new Random(1);
  const centres = Array.from({ length: CLUSTERS }, () =>
    isFlat ? new Float64Array(dim) : Float64Array.from(normals(shape, dim)),
  );
  const directions = Array.from({ length: INTRINSIC_DIM }, () => normals(shape, dim));
  if (isFlat) {
    for (const centre of centres) addAlong(directions, centre, shape, 1 / Math.sqrt(INTRINSIC_DIM));
  }
  const random = new Random(seed);
  return {
    dim,
    next: () => {
      const centre = centres[Math.floor(random.next() * CLUSTERS)]!;
      const point = Float64Array.from(centre);
      addAlong(directions, point, random, SPREAD / Math.sqrt(INTRINSIC_DIM / 4));
      return Array.from(point, (value) => Math.round((value + NOISE * normal(random)) * DECIMALS) / DECIMALS);
    },
  };
}

/** Moves a point by a random length along each direction. */
function addAlong(
  directions: readonly number[][],
  point: Float64Array,
  random: Random,
  spread: number,
): void {
  for (const direction of directions) {
    const length = normal(random) * spread;
    for (let i = 0; i < point.length; i++) point[i]! += length * direction[i]!;
  }
}

function normals(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => normal(random));
}

/** Box and Muller 1958: two uniform numbers make a normal one. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
