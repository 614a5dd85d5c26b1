/** Points like the positive examples and unlike the negative ones. */
import { assert } from '../../shared/assert.ts';
import {
  type DenseValue,
  type MultiValue,
  type SparseValue,
  sortedSparse,
  type VectorValue,
} from '../vectors/vector-value.ts';
import { type Combination, scaledFastSigmoid } from './combination.ts';

/** The largest similarity of point i among the examples from `from` to `to`; -Infinity if there are none. */
function best(similarities: readonly Float32Array[], from: number, to: number, i: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let example = from; example < to; example++) {
    const similarity = similarities[example]![i]!;
    if (similarity > largest) largest = similarity;
  }
  return largest;
}

/** Judged by the best example alone. The first `positiveCount` examples are the positive ones. */
export function bestScore(positiveCount: number): Combination {
  return (similarities, count, scores) => {
    for (let i = 0; i < count; i++) {
      const positive = best(similarities, 0, positiveCount, i);
      const negative = best(similarities, positiveCount, similarities.length, i);
      scores[i] = positive > negative ? scaledFastSigmoid(positive) : -scaledFastSigmoid(negative);
    }
  };
}

/** Judged by all examples. The first `positiveCount` examples are the positive ones. */
export function sumScores(positiveCount: number): Combination {
  return (similarities, count, scores) => {
    scores.fill(0, 0, count);
    for (const [example, column] of similarities.entries()) {
      const sign = example < positiveCount ? 1 : -1;
      for (let i = 0; i < count; i++) scores[i]! += sign * column[i]!;
    }
  };
}

/**
 * The vector to be near to: the mean of the positives, and as far again from that of the negatives. All are of one kind,
 * and there is a positive one. Of multivectors the rows are put together, those of the negatives with the opposite sign.
 */
export function averageVector(
  positives: readonly VectorValue[],
  negatives: readonly VectorValue[],
): VectorValue {
  const [first] = positives;
  assert(first !== undefined, 'there is a positive vector');
  switch (first.kind) {
    case 'dense':
      return averageDense(positives as readonly DenseValue[], negatives as readonly DenseValue[]);
    case 'sparse':
      return averageSparse(positives as readonly SparseValue[], negatives as readonly SparseValue[]);
    case 'multi':
      return joinedRows(positives as readonly MultiValue[], negatives as readonly MultiValue[]);
  }
}

function averageDense(positives: readonly DenseValue[], negatives: readonly DenseValue[]): DenseValue {
  const positive = mean(positives);
  if (negatives.length === 0) return { kind: 'dense', values: positive };
  const negative = mean(negatives);
  return { kind: 'dense', values: positive.map((value, i) => value + value - negative[i]!) };
}

function mean(vectors: readonly DenseValue[]): Float32Array {
  const sum = new Float32Array(vectors[0]!.values.length);
  for (const { values } of vectors) {
    for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
  }
  return sum.map((value) => value / vectors.length);
}

function averageSparse(positives: readonly SparseValue[], negatives: readonly SparseValue[]): SparseValue {
  const average = new Map<number, number>();
  const add = (vectors: readonly SparseValue[], factor: number) => {
    for (const { indices, values } of vectors) {
      for (const [i, index] of indices.entries()) {
        average.set(index, (average.get(index) ?? 0) + (factor * values[i]!) / vectors.length);
      }
    }
  };
  add(positives, negatives.length === 0 ? 1 : 2);
  add(negatives, -1);
  return sortedSparse(Uint32Array.from(average.keys()), Float32Array.from(average.values()));
}

function joinedRows(positives: readonly MultiValue[], negatives: readonly MultiValue[]): MultiValue {
  const parts = [
    ...positives.map(({ rows }) => rows),
    ...negatives.map(({ rows }) => rows.map((value) => -value)),
  ];
  const joined = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return { kind: 'multi', dim: positives[0]!.dim, rows: joined };
}
