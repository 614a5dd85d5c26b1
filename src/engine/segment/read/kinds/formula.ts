import type { FormulaQuery } from '../../../../../schemas/formula.ts';
import { payloadKey } from '../../../../storage/keys.ts';
import { compileFormula } from '../../../query/formula/compile.ts';
import type { FormulaPoint } from '../../../query/formula/point.ts';
import { RowPoint } from '../row-point.ts';
import { invalidPlan } from '../invalid-plan.ts';
import { rowKey, type ScoredRow, unionOf } from '../rows.ts';
import type { Stage, StageContext } from '../stage.ts';
import { reaches } from '../threshold.ts';
import type { Segment } from '../../segment.ts';

const CHECK_EVERY = 256;

/** Points scored by a formula over their scores in the prefetches and their payloads. */
export function formulaStage(query: FormulaQuery, context: StageContext): Stage {
  if (context.prefetchCount === 0) throw invalidPlan('cannot apply Formula without prefetches');
  const evaluate = compileFormula(query, context.collection.indexes.context);
  return {
    run: ({ collection, cancel }, { sources = [], threshold, limit }) => {
      collection.env.refresh();
      const scores = sources.map((rows) => new Map(rows.map((row) => [rowKey(row), row.score])));
      const points = new Map<Segment, FormulaRow>();
      const rescored = unionOf(sources).map(({ segment, offset }, i): ScoredRow => {
        if (i % CHECK_EVERY === 0) cancel.check();
        const point = points.get(segment) ?? new FormulaRow(segment, scores);
        points.set(segment, point);
        const payload = collection.env.get(payloadKey(segment.id, offset));
        point.moveTo(offset, payload ?? NO_PAYLOAD);
        point.key = rowKey({ segment, offset });
        return { segment, offset, score: evaluate(point) };
      });
      return rescored
        .toSorted((a, b) => b.score - a.score)
        .slice(0, limit)
        .filter(reaches(threshold));
    },
  };
}

const NO_PAYLOAD = Buffer.from('{}');

/** A stored row in the form that formulas look at. */
class FormulaRow extends RowPoint implements FormulaPoint {
  /** Of the row. */
  key = 0;
  readonly #scores: readonly ReadonlyMap<number, number>[];

  /** `scores`: of the rows that each prefetch found. */
  constructor(segment: Segment, scores: readonly ReadonlyMap<number, number>[]) {
    super(segment);
    this.#scores = scores;
  }

  score(prefetch: number): number | undefined {
    return this.#scores[prefetch]?.get(this.key);
  }
}
