/**
 * Makes one score of the similarities of points to the examples of a query: `similarities[e][i]` is that of point i to
 * example e, for the points below `count`; the scores, of which the larger are the better ones, go to `scores`.
 */
export type Combination = (
  similarities: readonly Float32Array[],
  count: number,
  scores: Float32Array,
) => void;

/** Maps any number into (-1, 1), keeping the order; infinities and NaN stay what they are. */
export function fastSigmoid(x: number): number {
  return Number.isFinite(x) ? x / (1 + Math.abs(x)) : x;
}

/** Maps any number into (0, 1), keeping the order. */
export function scaledFastSigmoid(x: number): number {
  return 0.5 * (fastSigmoid(x) + 1);
}
