// Metric ids, and the dimension from which sums are made in SIMD lanes: below it they are sequential, so that scores of short
// vectors have the same bits everywhere.

export const METRIC_COSINE: u32 = 0;
export const METRIC_DOT: u32 = 1;
export const METRIC_EUCLID: u32 = 2;
export const METRIC_MANHATTAN: u32 = 3;
export const SIMD_DIM_MIN: u32 = 16;
