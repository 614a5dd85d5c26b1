/** Parameters for `fc.assert`: `NEARIFY_TEST_RUNS` multiplies the runs, `NEARIFY_TEST_SEED` replays a seed that a failure printed. */
export function runs(base: number): { numRuns: number; seed: number } {
  const factor = Number(process.env.NEARIFY_TEST_RUNS ?? 1);
  const seed = Number(process.env.NEARIFY_TEST_SEED ?? 20_250_101);
  return { numRuns: Math.max(1, Math.round(base * factor)), seed };
}
