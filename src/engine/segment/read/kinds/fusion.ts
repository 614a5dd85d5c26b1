import type { Fusion, Rrf } from '../../../../../schemas/query.ts';
import { badRequest } from '../../../../shared/errors.ts';
import {
  distributionFusion,
  type Ranked,
  type Ranking,
  reciprocalRankFusion,
} from '../../../query/fusion.ts';
import { invalidPlan } from '../invalid-plan.ts';
import { rowAt, rowKey } from '../rows.ts';
import type { Stage, StageContext } from '../stage.ts';
import { reaches } from '../threshold.ts';

type Fuse = (lists: readonly Ranking<number>[]) => Ranked<number>[];

/** Several rankings as one, by a method of the given name. */
export function fusionStage(fusion: Fusion, context: StageContext): Stage {
  return fusedStage(fusion === 'rrf' ? (lists) => reciprocalRankFusion(lists) : distributionFusion, context);
}

/** Reciprocal rank fusion with parameters. */
export function rrfStage({ k, weights }: Rrf, context: StageContext): Stage {
  const { prefetchCount } = context;
  if (weights && prefetchCount > 0 && weights.length !== prefetchCount) {
    throw badRequest(
      `RRF weights length (${weights.length}) does not match number of prefetches (${prefetchCount})`,
    );
  }
  const options = { k: k ?? undefined, weights: weights ?? undefined };
  return fusedStage((lists) => reciprocalRankFusion(lists, options), context);
}

function fusedStage(fuse: Fuse, { using, prefetchCount }: StageContext): Stage {
  if (using !== '') throw badRequest("Fusion queries cannot be combined with the 'using' field.");
  if (prefetchCount === 0) throw invalidPlan('cannot apply Fusion without prefetches');
  return {
    run: ({ collection }, { sources = [], threshold, limit }) => {
      const fused = fuse(sources.map((rows) => rows.map((row) => ({ key: rowKey(row), score: row.score }))));
      return fused
        .slice(0, limit)
        .map(({ key, score }) => ({ ...rowAt(collection, key), score }))
        .filter(reaches(threshold));
    },
  };
}
