import type { SearchParams, VectorInput } from '../../../../../schemas/query.ts';
import type { Combination } from '../../../query/combination.ts';
import { quantizedSearch } from '../../../vectors/quantization.ts';
import { checkIdf, weighted } from '../idf.ts';
import { nearest, reportedScore } from '../nearest.ts';
import { rank } from '../rank.ts';
import type { ScoredRow } from '../rows.ts';
import type { Example } from '../scorer.ts';
import { type Execution, inputRows, type Stage, type StageContext, type StageInput } from '../stage.ts';
import { isBetterThan } from '../threshold.ts';

/** Points near a vector or a point. */
export function nearestStage(input: VectorInput, context: StageContext): Stage {
  return nearestTo(context.examples().example(input), context.params);
}

/** Points near an example. */
export function nearestTo(example: Example, params: SearchParams | undefined): Stage {
  const { metric } = example.config;
  checkIdf(example.config, params?.idf);
  return {
    run: (execution, input) => {
      const found =
        input.sources === undefined
          ? findAmongAll(example, params, execution, input)
          : sort(weighted(execution.collection, example, params?.idf, execution.cancel), execution, input);
      const scored = found.map((row) => ({ ...row, score: reportedScore(metric, row.score) }));
      return scored.filter(isBetterThan(metric, input.threshold));
    },
  };
}

/** Share of matches above which ACORN is not used, if the request does not say. */
const ACORN_MAX = 0.4;

/** Scores are similarities here. */
function findAmongAll(
  { config, value }: Example,
  params: SearchParams | undefined,
  { collection, excluded, cancel }: Execution,
  { filter, limit }: StageInput,
): ScoredRow[] {
  const k = limit + excluded.size;
  if (k === 0) return [];
  const plan = { vectorName: config.name, query: value, filter, k, ...searchOptions(params) };
  const hits = nearest(collection, plan, cancel);
  const others =
    excluded.size === 0 ? hits : hits.filter(({ segment, offset }) => !excluded.has(segment.idAt(offset)));
  return others
    .slice(0, limit)
    .map(({ segment, offset, similarity }) => ({ segment, offset, score: similarity }));
}

function searchOptions(params: SearchParams | undefined) {
  const ef = params?.hnsw_ef;
  return {
    isExact: params?.exact === true,
    isIndexedOnly: params?.indexed_only === true,
    quantized: quantizedSearch(params),
    twoHopsMax: params?.acorn?.enable === true ? (params.acorn.max_selectivity ?? ACORN_MAX) : undefined,
    idf: params?.idf,
    ...(typeof ef === 'number' && { ef }),
  };
}

const itself: Combination = ([similarities], count, scores) => {
  scores.set(similarities!.subarray(0, count));
};

function sort(example: Example, execution: Execution, input: StageInput): ScoredRow[] {
  return rank(execution.collection, inputRows(execution, input), {
    vectorName: example.config.name,
    examples: [example],
    combination: itself,
    limit: input.limit,
    // A sparse row that shares nothing with the query is not near to it.
    unshared: Number.NaN,
  });
}
