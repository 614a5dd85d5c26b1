/** The kernels of codes.wasm once more in plain TypeScript: a row becomes levels, levels become a code and scores. */
import { CENTROIDS, type CodesLayout, type CodesSpec, ROTATION_ROUNDS } from './codes-layout.ts';

/** Numbers whose second bits are one, in the form sharedBits, lie so far apart. */
const BLOCK = 128;

/** A row as its code stands for it: x[i] ≈ mean + scale · level[i]. */
export interface ReferenceRow {
  readonly mean: number;
  readonly scale: number;
  /** Σx² of the row itself. */
  readonly norm: number;
  readonly levels: readonly number[];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const dot = (a: readonly number[], b: readonly number[]): number => sum(a.map((value, i) => value * b[i]!));
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Rounds to the nearest whole number, halves to the even one, as WebAssembly does. */
function nearest(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function isOdd(bits: number): boolean {
  let parity = 0;
  for (let rest = bits; rest > 0; rest >>= 1) parity ^= rest & 1;
  return parity === 1;
}

/** Hadamard transform of a power of two of numbers by its definition: O(n²). */
function hadamard(values: readonly number[]): number[] {
  const { length } = values;
  return values.map((_, row) => {
    const signed = values.map((value, column) => (isOdd(row & column) ? -value : value));
    return sum(signed) / Math.sqrt(length);
  });
}

/** The numbers after a rotation; `signs` holds ROTATION_ROUNDS times as many. */
export function referenceRotate(values: readonly number[], signs: ArrayLike<number>): number[] {
  const { length } = values;
  const n = 2 ** Math.floor(Math.log2(length));
  let result = [...values];
  for (let round = 0; round < ROTATION_ROUNDS; round++) {
    result = result.map((value, i) => value * signs[round * length + i]!);
    result.splice(0, n, ...hadamard(result.slice(0, n)));
    if (n < length) result.splice(length - n, n, ...hadamard(result.slice(length - n)));
  }
  return result;
}

/** Levels around the mean, and the scale that keeps the length of the row. */
function aroundMean(
  values: readonly number[],
  levelsOf: (residuals: number[], deviation: number) => number[],
): ReferenceRow {
  const mean = sum(values) / values.length;
  const residuals = values.map((value) => value - mean);
  const squares = dot(residuals, residuals);
  const levels = levelsOf(residuals, Math.sqrt(squares / values.length));
  const products = dot(levels, residuals);
  return { mean, scale: products > 0 ? squares / products : 0, norm: dot(values, values), levels };
}

function signedLevels(residuals: readonly number[], isFar: (i: number) => boolean): number[] {
  return residuals.map((r, i) => (r > 0 ? 1 : -1) * (isFar(i) ? 3 : 1));
}

function sharedLevels(residuals: readonly number[], halfStep: number): number[] {
  return signedLevels(residuals, (i) => {
    const other = residuals[i ^ BLOCK];
    const own = Math.abs(residuals[i]!);
    return other === undefined ? own > 2 * halfStep : own + Math.abs(other) > 4 * halfStep;
  });
}

function bytesOfRange(values: readonly number[], quantile: number): ReferenceRow {
  const cut = ((1 - quantile) / 2) * values.length;
  const bound = (low: number, high: number, target: number): number => {
    for (let i = 0; i < 12; i++) {
      const middle = (low + high) / 2;
      if (values.filter((value) => value < middle).length <= target) low = middle;
      else high = middle;
    }
    return low;
  };
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const low = cut >= 1 ? bound(least, most, cut) : least;
  const high = cut >= 1 ? bound(low, most, values.length - cut) : most;
  const scale = (high - low) / 127;
  const levels = values.map((value) => (scale > 0 ? clamp(nearest((value - low) / scale), 0, 127) : 0));
  return { mean: low, scale, norm: dot(values, values), levels };
}

/** Numbers of the centroids of a product code, as they lie in memory. */
type Centroids = ArrayLike<number>;

function centroidValue(centroids: Centroids, i: number, centroid: number): number {
  return centroids[CENTROIDS * i + centroid]!;
}

/** For each part of a vector the number of the nearest centroid; the first of several. */
export function referenceNumbers(part: number, values: readonly number[], centroids: Centroids): number[] {
  return Array.from({ length: values.length / part }, (_, m) => {
    const distances = Array.from({ length: CENTROIDS }, (__, centroid) => {
      const differences = values
        .slice(part * m, part * (m + 1))
        .map((value, i) => value - centroidValue(centroids, part * m + i, centroid));
      return dot(differences, differences);
    });
    return distances.indexOf(Math.min(...distances));
  });
}

function byCentroids(part: number, values: readonly number[], centroids: Centroids): ReferenceRow {
  const numbers = referenceNumbers(part, values, centroids);
  const levels = values.map((_, i) => centroidValue(centroids, i, numbers[Math.floor(i / part)]!));
  const norm = dot(values, values);
  const products = dot(values, levels);
  return { mean: 0, scale: products > 0 ? norm / products : 0, norm, levels };
}

/**
 * How a row is coded; `values` are `width` numbers, rotated if the form is. `centroids` are those of product codes, whose
 * levels are the numbers of the centroids themselves.
 */
export function referenceRow(
  { form, quantile, part }: CodesSpec,
  values: readonly number[],
  centroids: Centroids = [],
): ReferenceRow {
  switch (form) {
    case 'bits':
      return aroundMean(values, (residuals) => signedLevels(residuals, () => false));
    case 'sharedBits':
      return aroundMean(values, (residuals, deviation) => sharedLevels(residuals, 0.42 * deviation));
    case 'twoBits':
      return aroundMean(values, (residuals, deviation) =>
        signedLevels(residuals, (i) => Math.abs(residuals[i]!) > 2 * 0.4979 * deviation),
      );
    case 'nibbles':
      return aroundMean(values, (residuals, deviation) =>
        residuals.map((r) => 2 * clamp(nearest((r / (0.1676 * deviation) + 15) / 2), 0, 15) - 15),
      );
    case 'bytes':
      return bytesOfRange(values, quantile);
    case 'product':
      return byCentroids(part, values, centroids);
  }
}

/** The code of a row's levels; not of a product code. */
export function referenceCode(
  { form }: CodesSpec,
  layout: CodesLayout,
  levels: readonly number[],
): Uint8Array {
  const code = new Uint8Array(layout.codeBytes);
  const setBit = (plane: number, i: number) => {
    code[plane + (i >> 3)]! |= 1 << (i & 7);
  };
  for (const [i, level] of levels.entries()) {
    if (form === 'bytes') code[i] = level;
    else if (form === 'nibbles') code[16 * (i >> 5) + (i & 15)]! |= ((level + 15) / 2) << (i & 16 ? 4 : 0);
    else {
      if (level > 0) setBit(0, i);
      if (form === 'sharedBits' && Math.abs(level) === 3) {
        setBit(layout.planeBytes, BLOCK * Math.floor(i / (2 * BLOCK)) + (i % BLOCK));
      }
      if (form === 'twoBits' && (level === 3 || level === -1)) setBit(layout.planeBytes, i);
    }
  }
  return code;
}

/** The numbers that a query's code stands for; `values` are `width` numbers, rotated if the form is. */
export function referenceQuery({ form, queryBits }: CodesSpec, values: readonly number[]): number[] {
  if (form === 'product') return [...values];
  if (form === 'bytes' || form === 'nibbles') {
    const step = Math.max(...values.map((value) => Math.abs(value))) / 127;
    return values.map((value) => (step > 0 ? step * nearest(value / step) : 0));
  }
  const mean = sum(values) / values.length;
  const residuals = values.map((value) => value - mean);
  if (queryBits === 1) {
    const scale = sum(residuals.map((r) => Math.abs(r))) / values.length;
    return residuals.map((r) => mean + (r > 0 ? scale : -scale));
  }
  const low = Math.min(...residuals);
  const step = (Math.max(...residuals) - low) / (2 ** queryBits - 1);
  return residuals.map((r) => mean + low + (step > 0 ? step * nearest((r - low) / step) : 0));
}

/** The approximate similarity of a query, as given and as coded, to a row; larger is better. */
export function referenceScore(
  { form, metric }: CodesSpec,
  query: { readonly values: readonly number[]; readonly coded: readonly number[] },
  { mean, scale, norm, levels }: ReferenceRow,
): number {
  const whole = form === 'bytes' || form === 'nibbles' ? query.coded : query.values;
  const product = mean * sum(whole) + scale * dot(query.coded, levels);
  return metric === 'Euclid' ? 2 * product - norm - dot(query.values, query.values) : product;
}
