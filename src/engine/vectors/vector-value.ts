import { wrongInput } from '../../shared/errors.ts';
import type { VectorConfig } from './vector-config.ts';

/** One list of numbers. */
export interface DenseValue {
  readonly kind: 'dense';
  readonly values: ArrayLike<number>;
  /** Comes from a row: a Cosine vector is of unit length already. */
  readonly isStored?: boolean;
}

/** Numbers at some positions, in ascending order of the positions. */
export interface SparseValue {
  readonly kind: 'sparse';
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

/** Rows of `dim` numbers, one after the other; at least one. */
export interface MultiValue {
  readonly kind: 'multi';
  readonly dim: number;
  readonly rows: Float32Array;
  /** As for a dense value. */
  readonly isStored?: boolean;
}

/** A vector as it is stored or asked for. */
export type VectorValue = DenseValue | SparseValue | MultiValue;

/**
 * Brings a vector of a request, which its schema has accepted, into the form that the collection's vector has. A single
 * list of numbers is the one row of a multivector.
 * @throws NEARIFY_WRONG_INPUT for another kind of vector, another dimension, or numbers beyond float32
 */
export function readVector(config: VectorConfig, input: unknown): VectorValue {
  if (config.kind === 'sparse') return readSparse(input);
  if (isNumbers(input)) {
    checkDimension(config.dim, input.length);
    checkRange(input);
    if (config.kind === 'dense') return { kind: 'dense', values: input };
    return { kind: 'multi', dim: config.dim, rows: Float32Array.from(input) };
  }
  if (!Array.isArray(input)) throw otherKind('sparse');
  if (config.kind === 'dense') throw otherKind('multi');
  return readRows(config.dim, input as ArrayLike<number>[]);
}

/** A list of numbers, an empty one included. */
function isNumbers(input: unknown): input is ArrayLike<number> {
  return input instanceof Float32Array || (Array.isArray(input) && typeof input[0] !== 'object');
}

function readRows(dim: number, input: readonly ArrayLike<number>[]): MultiValue {
  const rows = new Float32Array(dim * input.length);
  for (const [i, row] of input.entries()) {
    checkDimension(dim, row.length);
    checkRange(row);
    rows.set(row, i * dim);
  }
  return { kind: 'multi', dim, rows };
}

function readSparse(input: unknown): SparseValue {
  if (Array.isArray(input) && typeof input[0] === 'object') throw otherKind('multi');
  if (typeof input !== 'object' || input === null || !('indices' in input)) throw otherKind('sparse');
  const { indices, values } = input as { indices: ArrayLike<number>; values: ArrayLike<number> };
  checkRange(values);
  return sortedSparse(Uint32Array.from(indices), Float32Array.from(values));
}

/** Puts the positions into ascending order. */
export function sortedSparse(indices: Uint32Array, values: Float32Array): SparseValue {
  if (indices.every((index, i) => i === 0 || indices[i - 1]! < index)) {
    return { kind: 'sparse', indices, values };
  }
  const order = Array.from(indices.keys()).toSorted((a, b) => indices[a]! - indices[b]!);
  return {
    kind: 'sparse',
    indices: Uint32Array.from(order, (i) => indices[i]!),
    values: Float32Array.from(order, (i) => values[i]!),
  };
}

function otherKind(kind: 'sparse' | 'multi') {
  return wrongInput(`Conversion between ${kind} and regular vectors failed`);
}

function checkDimension(expected: number, received: number): void {
  if (expected === received) return;
  const text = `Vector dimension error: expected dim: ${expected}, got ${received}`;
  throw wrongInput(text, { expected, received });
}

/** The reader has rounded a Float32Array already, and leaves an array with a number beyond float32 as it is. */
function checkRange(values: ArrayLike<number>): void {
  if (Array.isArray(values) && values.some((value) => !Number.isFinite(Math.fround(value)))) {
    throw wrongInput('Vector values must be within the range of 32-bit floats');
  }
}
