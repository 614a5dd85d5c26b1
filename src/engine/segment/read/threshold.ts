import type { MetricName } from '../../../kernels/memory-layout.ts';
import type { ScoredRow } from './rows.ts';

/** Keeps scores strictly better than the threshold; for distances that is below it. */
export function isBetterThan(metric: MetricName, threshold: number | undefined): (row: ScoredRow) => boolean {
  if (threshold === undefined) return () => true;
  const limit = Math.fround(threshold);
  const isDistance = metric === 'Euclid' || metric === 'Manhattan';
  return isDistance ? ({ score }) => score < limit : ({ score }) => score > limit;
}

/** The rows before the first that fails. */
export function leading(
  rows: readonly ScoredRow[],
  passes: (row: ScoredRow) => boolean,
): readonly ScoredRow[] {
  const end = rows.findIndex((row) => !passes(row));
  return end < 0 ? rows : rows.slice(0, end);
}

/** Keeps scores that reach the threshold. */
export function reaches(threshold: number | undefined): (row: ScoredRow) => boolean {
  if (threshold === undefined) return () => true;
  const limit = Math.fround(threshold);
  return ({ score }) => score >= limit;
}
