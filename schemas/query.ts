/** The query API. */
import { Type, type Static } from 'typebox';
import { ExtendedPointId, ShardKeySelector, WithPayloadInterface, WithVector } from './common.ts';
import { component, ref, withFacts } from './component.ts';
import { Filter } from './filter.ts';
import { ScoredPoint } from './points.ts';
import { float32, float64, oneOf, opt, uint, uint64 } from './scalars.ts';
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

/** The kinds of query that an object with their name as its key stands for. */
export const Query = component('Query', Type.Union([NearestQuery]));
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
  using: opt(Type.String(), { description: 'Name of the vector, the unnamed one if not given.' }),
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
