/** The model `qdrant/bm25`: texts as sparse vectors whose dot product is BM25, the frequencies of documents left to idf. */
import { type SparseValue, sortedSparse } from '../../vectors/vector-value.ts';
import { type Analysis, documentTokens, queryTokens } from './analyzer.ts';
import { murmur3 } from './murmur3.ts';

export interface Bm25 {
  readonly analysis: Analysis;
  /** How soon further occurrences of a token stop to matter. */
  readonly k: number;
  /** How much the length of a text matters, 0 to 1. */
  readonly b: number;
  /** Average length of a text, in tokens. */
  readonly averageLength: number;
}

const encoder = new TextEncoder();

/** The position that stands for a token. */
export function tokenIndex(token: string): number {
  return Math.abs(murmur3(encoder.encode(token)));
}

/** A text to be found: each token by how often it occurs, against the length of the text. */
export function documentVector({ analysis, k, b, averageLength }: Bm25, text: string): SparseValue {
  const tokens = documentTokens(analysis, text);
  const counts = new Map<number, number>();
  for (const token of tokens) {
    const index = tokenIndex(token);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  const norm = k * (1 - b + (b * tokens.length) / averageLength);
  const values = Float32Array.from(counts.values(), (count) => (count * (k + 1)) / (count + norm));
  return sortedSparse(Uint32Array.from(counts.keys()), values);
}

/** A text to find others by: each of its tokens once. */
export function queryVector({ analysis }: Bm25, text: string): SparseValue {
  const indices = new Set(queryTokens(analysis, text).map(tokenIndex));
  return sortedSparse(Uint32Array.from(indices), new Float32Array(indices.size).fill(1));
}
