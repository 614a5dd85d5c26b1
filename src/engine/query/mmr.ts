/** Maximal marginal relevance (Carbonell and Goldstein 1998): relevant points that differ from each other. */

export interface Candidates {
  /** Similarity of each candidate to the query. */
  readonly relevance: Float32Array;
  /** Similarities of all candidates to one of them. */
  similaritiesTo(candidate: number): Float32Array;
}

/**
 * Indexes of at most `limit` candidates in the order of their choice: each time the one with the largest
 * λ·relevance − (1−λ)·(largest similarity to those chosen before). Of equal ones the last is taken, and the last candidate
 * takes the place of the chosen one, as Qdrant does. O(limit · candidates) plus `limit` calls of `similaritiesTo`.
 */
export function selectDiverse(
  { relevance, similaritiesTo }: Candidates,
  lambda: number,
  limit: number,
): number[] {
  const pending = Array.from(relevance, (_, i) => i);
  if (pending.length < 2) return pending;
  const redundancy = new Float32Array(relevance.length).fill(Number.NEGATIVE_INFINITY);
  const chosen: number[] = [];
  let merit = (candidate: number) => relevance[candidate]!;
  while (pending.length > 0 && chosen.length < limit) {
    const next = takeBest(pending, merit);
    chosen.push(next);
    if (chosen.length === limit) break;
    raise(redundancy, similaritiesTo(next));
    merit = (candidate) => lambda * relevance[candidate]! - (1 - lambda) * redundancy[candidate]!;
  }
  return chosen;
}

function takeBest(pending: number[], merit: (candidate: number) => number): number {
  let place = 0;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < pending.length; i++) {
    const value = Math.fround(merit(pending[i]!));
    if (value >= largest) {
      largest = value;
      place = i;
    }
  }
  const best = pending[place]!;
  const last = pending.pop()!;
  if (place < pending.length) pending[place] = last;
  return best;
}

function raise(values: Float32Array, candidates: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    if (candidates[i]! > values[i]!) values[i] = candidates[i]!;
  }
}
