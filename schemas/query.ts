/** The query API. */
import { type Static, Type } from 'typebox';
import { ExtendedPointId, JsonPath, ShardKeySelector, WithPayloadInterface, WithVector } from './common.ts';
import { component, ref, rule, unnamedRule, withFacts } from './component.ts';
import { Filter } from './filter.ts';
import { FormulaQuery } from './formula.ts';
import { GROUP_FIELDS, WithLookupInterface } from './groups.ts';
import { OrderByInterface, ScoredPoint } from './points.ts';
import { float32, float64, oneOf, opt, uint, uint64 } from './scalars.ts';
import { TextQuery } from './text-query.ts';
import { Document, Image, InferenceObject, NumbersInput, RowsInput, SparseVector } from './vectors.ts';

export const VectorInput = component(
  'VectorInput',
  Type.Union([NumbersInput, SparseVector, RowsInput, ExtendedPointId, Document, Image, InferenceObject], {
    description: 'A vector, or the id of a point whose vector is meant.',
  }),
);
export type VectorInput = Static<typeof VectorInput>;

export const Mmr = component(
  'Mmr',
  Type.Object({
    diversity: opt(float32({ minimum: 0, maximum: 1 }), {
      description: 'From 0, only similarity to the query counts, to 1, only difference among results does.',
    }),
    candidates_limit: opt(uint({ maximum: 16384 })),
  }),
);
export type Mmr = Static<typeof Mmr>;

export const NearestQuery = component('NearestQuery', Type.Object({ nearest: VectorInput, mmr: opt(Mmr) }));
export type NearestQuery = Static<typeof NearestQuery>;

export const RecommendStrategy = component(
  'RecommendStrategy',
  oneOf(['average_vector', 'best_score', 'sum_scores']),
);
export type RecommendStrategy = Static<typeof RecommendStrategy>;

const isEmpty = (list: readonly unknown[] | null | undefined) => !list || list.length === 0;

export const RecommendInput = component(
  'RecommendInput',
  rule(
    Type.Object({
      positive: opt(Type.Array(VectorInput), { description: 'Look for points like these.' }),
      negative: opt(Type.Array(VectorInput), { description: 'Avoid points like these.' }),
      strategy: opt(RecommendStrategy),
    }),
    ({ positive, negative }) =>
      isEmpty(positive) && isEmpty(negative)
        ? {
            at: 'positives, negatives',
            message: unnamedRule('At least one positive or negative vector/id must be provided'),
          }
        : undefined,
  ),
);
export type RecommendInput = Static<typeof RecommendInput>;

export const RecommendQuery = component('RecommendQuery', Type.Object({ recommend: RecommendInput }));
export type RecommendQuery = Static<typeof RecommendQuery>;

export const ContextPair = component(
  'ContextPair',
  Type.Object({ positive: VectorInput, negative: VectorInput }),
);
export type ContextPair = Static<typeof ContextPair>;

/** A pair or a list of them, reported as a list. */
function contextPairs() {
  return withFacts(Type.Union([ContextPair, Type.Array(ContextPair), Type.Null()]), {
    tellsInside: true,
    isOneOrMany: true,
  });
}

export const DiscoverInput = component(
  'DiscoverInput',
  Type.Object({ target: VectorInput, context: contextPairs() }),
);
export type DiscoverInput = Static<typeof DiscoverInput>;

export const DiscoverQuery = component('DiscoverQuery', Type.Object({ discover: DiscoverInput }));
export type DiscoverQuery = Static<typeof DiscoverQuery>;

export const ContextInput = component('ContextInput', contextPairs());
export type ContextInput = Static<typeof ContextInput>;

export const ContextQuery = component('ContextQuery', Type.Object({ context: ContextInput }));
export type ContextQuery = Static<typeof ContextQuery>;

export const OrderByQuery = component('OrderByQuery', Type.Object({ order_by: OrderByInterface }));
export type OrderByQuery = Static<typeof OrderByQuery>;

export const Fusion = component('Fusion', oneOf(['rrf', 'dbsf']));
export type Fusion = Static<typeof Fusion>;

export const FusionQuery = component('FusionQuery', Type.Object({ fusion: Fusion }));
export type FusionQuery = Static<typeof FusionQuery>;

export const Rrf = component(
  'Rrf',
  Type.Object({
    k: opt(uint({ minimum: 1 }), {
      description: 'The larger, the less the first ranks stand out: 2 if not given.',
    }),
    weights: opt(Type.Unsafe<number[] | Float32Array>(Type.Array(float32())), {
      description: 'One for each prefetch.',
    }),
  }),
);
export type Rrf = Static<typeof Rrf>;

export const RrfQuery = component('RrfQuery', Type.Object({ rrf: Rrf }));
export type RrfQuery = Static<typeof RrfQuery>;

export const Sample = component('Sample', oneOf(['random']));
export type Sample = Static<typeof Sample>;

export const SampleQuery = component('SampleQuery', Type.Object({ sample: Sample }));
export type SampleQuery = Static<typeof SampleQuery>;

export const FeedbackItem = component(
  'FeedbackItem',
  Type.Object({ example: VectorInput, score: float32({ description: 'Given by a better judge.' }) }),
);
export type FeedbackItem = Static<typeof FeedbackItem>;

export const NaiveFeedbackStrategyParams = component(
  'NaiveFeedbackStrategyParams',
  Type.Object({ a: float32(), b: float32({ minimum: 0 }), c: float32() }),
);
export type NaiveFeedbackStrategyParams = Static<typeof NaiveFeedbackStrategyParams>;

export const NaiveFeedbackStrategy = component(
  'NaiveFeedbackStrategy',
  Type.Object({ naive: NaiveFeedbackStrategyParams }),
);
export type NaiveFeedbackStrategy = Static<typeof NaiveFeedbackStrategy>;

export const FeedbackStrategy = component('FeedbackStrategy', Type.Union([NaiveFeedbackStrategy]));
export type FeedbackStrategy = Static<typeof FeedbackStrategy>;

export const RelevanceFeedbackInput = component(
  'RelevanceFeedbackInput',
  rule(
    Type.Object({
      target: VectorInput,
      feedback: Type.Array(FeedbackItem),
      strategy: FeedbackStrategy,
    }),
    ({ feedback }) =>
      feedback.length > 0 ? undefined : { at: 'feedback', message: 'feedback elements must be non-empty' },
  ),
);
export type RelevanceFeedbackInput = Static<typeof RelevanceFeedbackInput>;

export const RelevanceFeedbackQuery = component(
  'RelevanceFeedbackQuery',
  Type.Object({ relevance_feedback: RelevanceFeedbackInput }),
);
export type RelevanceFeedbackQuery = Static<typeof RelevanceFeedbackQuery>;

/** The kinds of query that an object with their name as its key stands for. */
export const Query = component(
  'Query',
  Type.Union([
    NearestQuery,
    RecommendQuery,
    DiscoverQuery,
    ContextQuery,
    OrderByQuery,
    FusionQuery,
    RrfQuery,
    FormulaQuery,
    SampleQuery,
    RelevanceFeedbackQuery,
    TextQuery,
  ]),
);
export type Query = Static<typeof Query>;

export const QueryInterface = component('QueryInterface', Type.Union([VectorInput, Query]));
export type QueryInterface = Static<typeof QueryInterface>;

export const QuantizationSearchParams = component(
  'QuantizationSearchParams',
  Type.Object({
    ignore: Type.Optional(Type.Boolean({ default: false })),
    rescore: opt(Type.Boolean()),
    oversampling: opt(float64({ minimum: 1 })),
  }),
);
export type QuantizationSearchParams = Static<typeof QuantizationSearchParams>;

export const AcornSearchParams = component(
  'AcornSearchParams',
  Type.Object({
    enable: Type.Optional(Type.Boolean({ default: false })),
    max_selectivity: opt(float64({ minimum: 0, maximum: 1 })),
  }),
);
export type AcornSearchParams = Static<typeof AcornSearchParams>;

export const IdfScope = component('IdfScope', oneOf(['global']));
export type IdfScope = Static<typeof IdfScope>;

export const IdfCorpusParams = component('IdfCorpusParams', Type.Object({ corpus: Filter }));
export type IdfCorpusParams = Static<typeof IdfCorpusParams>;

export const IdfParams = component('IdfParams', Type.Union([IdfScope, IdfCorpusParams]));
export type IdfParams = Static<typeof IdfParams>;

export const SearchParams = component(
  'SearchParams',
  Type.Object({
    hnsw_ef: opt(uint({ minimum: 1 }), { description: 'Candidates kept while the graph is walked.' }),
    exact: Type.Optional(Type.Boolean({ default: false, description: 'Compare with every point.' })),
    quantization: opt(QuantizationSearchParams),
    indexed_only: Type.Optional(Type.Boolean({ default: false })),
    acorn: opt(AcornSearchParams),
    idf: opt(IdfParams),
  }),
);
export type SearchParams = Static<typeof SearchParams>;

export const LookupLocation = component(
  'LookupLocation',
  Type.Object({
    collection: Type.String(),
    vector: opt(Type.String()),
    shard_key: opt(ShardKeySelector),
  }),
);
export type LookupLocation = Static<typeof LookupLocation>;

/** A prefetch or a list of them, reported as a list. */
function prefetches() {
  const oneOrMany = Type.Union(
    [ref<Prefetch>('Prefetch'), Type.Array(ref<Prefetch>('Prefetch')), Type.Null()],
    { description: 'Queries whose results are the points that this query runs over.' },
  );
  return Type.Optional(withFacts(oneOrMany, { tellsInside: true, isOneOrMany: true }));
}

/** What a query and a prefetch have in common. */
const searchFields = () => ({
  prefetch: prefetches(),
  query: opt(QueryInterface, {
    description: 'What to look for; without it, points come in the order of ids.',
  }),
  using: opt(Type.String(), {
    description:
      'Name of the vector, the unnamed one if not given; for a text, the payload key to search in.',
  }),
  filter: opt(Filter),
  params: opt(SearchParams),
  score_threshold: opt(float32()),
  limit: opt(uint64({ minimum: 1 }), { description: 'Points to return, 10 if not given.' }),
  lookup_from: opt(LookupLocation, { description: 'Collection from which the vectors of ids are taken.' }),
});

export interface Prefetch {
  prefetch?: Prefetch | Prefetch[] | null;
  query?: QueryInterface | null;
  using?: string | null;
  filter?: Filter | null;
  params?: SearchParams | null;
  score_threshold?: number | null;
  limit?: number | bigint | null;
  lookup_from?: LookupLocation | null;
}

export const Prefetch = component('Prefetch', Type.Unsafe<Prefetch>(Type.Object(searchFields())));

export const QueryRequest = component(
  'QueryRequest',
  withFacts(
    Type.Object({
      shard_key: opt(ShardKeySelector),
      ...searchFields(),
      offset: opt(uint64(), { description: 'Points to skip.' }),
      with_vector: opt(WithVector),
      with_payload: opt(WithPayloadInterface),
    }),
    { aliases: { with_vectors: 'with_vector' }, flattenedAs: 'internal' },
  ),
);
export type QueryRequest = Static<typeof QueryRequest>;

export const QueryRequestBatch = component(
  'QueryRequestBatch',
  Type.Object({ searches: Type.Array(QueryRequest) }),
);
export type QueryRequestBatch = Static<typeof QueryRequestBatch>;

export const QueryResponse = component('QueryResponse', Type.Object({ points: Type.Array(ScoredPoint) }));
export type QueryResponse = Static<typeof QueryResponse>;

const { limit: _, ...groupedFields } = searchFields();

export const QueryGroupsRequest = component(
  'QueryGroupsRequest',
  withFacts(
    Type.Object({
      shard_key: opt(ShardKeySelector),
      ...groupedFields,
      with_vector: opt(WithVector),
      with_payload: opt(WithPayloadInterface),
      group_by: JsonPath,
      group_size: opt(uint({ minimum: 1 }), { description: 'Points of a group, 3 if not given.' }),
      limit: opt(uint({ minimum: 1 }), { description: 'Groups to return, 10 if not given.' }),
      with_lookup: opt(WithLookupInterface, {
        description: 'Collection in which the ids of the groups are looked up.',
      }),
    }),
    { flattenedAs: 'search_group_request', flattenedInside: GROUP_FIELDS },
  ),
);
export type QueryGroupsRequest = Static<typeof QueryGroupsRequest>;
