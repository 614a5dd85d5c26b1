/** BM25: how well documents fit the words of a query, by how often and how seldom the words occur. */

export interface Bm25 {
  /** How soon it stops to count that a word occurs again. */
  readonly k: number;
  /** How much lengths count, from 0 to 1. */
  readonly b: number;
}

/** Weight of a word that `frequency` of the documents have. Above 0. */
export function inverseFrequency(documents: number, frequency: number): number {
  return Math.log((documents - frequency + 0.5) / (frequency + 0.5) + 1);
}

/** What a word adds to the score of a document that has it `count` times; `length` relative to the average. */
export function wordScore({ k, b }: Bm25, weight: number, count: number, length: number): number {
  return (weight * count * (k + 1)) / (count + k * (1 - b + b * length));
}

const LENGTH_BITS = 13;

/** A length as Qdrant keeps it: all but its 13 leading bits are 0. */
export function keptLength(tokens: number): number {
  const step = 2 ** Math.max(32 - Math.clz32(tokens) - LENGTH_BITS, 0);
  return Math.floor(tokens / step) * step;
}
