/**
 * The bodies of search, recommend and discover: the older forms of queries, which older clients send. They are not in the
 * OpenAPI document, so they are no components.
 */
import { Type, type Static } from 'typebox';
import { ExtendedPointId, JsonPath, ShardKeySelector, WithPayloadInterface, WithVector } from './common.ts';
import { withFacts } from './component.ts';
import { Filter } from './filter.ts';
import { GROUP_FIELDS, WithLookupInterface } from './groups.ts';
import { LookupLocation, RecommendStrategy, SearchParams } from './query.ts';
import { float32, opt, uint32, uint64 } from './scalars.ts';
import { NumbersInput, SparseVector } from './vectors.ts';

/** What the fields of all three have in common. */
const common = () => ({
  shard_key: opt(ShardKeySelector),
  filter: opt(Filter),
  params: opt(SearchParams),
  with_payload: opt(WithPayloadInterface),
  with_vector: opt(WithVector),
  score_threshold: opt(float32()),
});

const page = () => ({ limit: uint64({ minimum: 1 }), offset: opt(uint64()) });

const groups = () => ({
  group_by: JsonPath,
  group_size: uint32({ minimum: 1 }),
  limit: uint32({ minimum: 1 }),
  with_lookup: opt(WithLookupInterface),
});

const ALIASES = { with_vectors: 'with_vector' };

/** A vector with or without the name of those to compare it with. */
const NamedVectorStruct = Type.Union([
  NumbersInput,
  Type.Object({ name: Type.String(), vector: NumbersInput }),
  Type.Object({ name: Type.String(), vector: SparseVector }),
]);

const batchOf = <T extends ReturnType<typeof Type.Object>>(request: T) =>
  Type.Object({ searches: Type.Array(request) });

export const SearchRequest = withFacts(Type.Object({ ...common(), ...page(), vector: NamedVectorStruct }), {
  aliases: { ...ALIASES, top: 'limit' },
  flattenedAs: 'search_request',
});
export type SearchRequest = Static<typeof SearchRequest>;

export const SearchRequestBatch = batchOf(SearchRequest);

export const SearchGroupsRequest = withFacts(
  Type.Object({ ...common(), ...groups(), vector: NamedVectorStruct }),
  { aliases: ALIASES, flattenedAs: 'search_group_request', flattenedInside: GROUP_FIELDS },
);
export type SearchGroupsRequest = Static<typeof SearchGroupsRequest>;

const RecommendExample = Type.Union([ExtendedPointId, NumbersInput, SparseVector]);

const recommendation = () => ({
  ...common(),
  positive: Type.Optional(Type.Array(RecommendExample)),
  negative: Type.Optional(Type.Array(RecommendExample)),
  strategy: opt(RecommendStrategy),
  using: opt(Type.String()),
  lookup_from: opt(LookupLocation),
});

export const RecommendRequest = withFacts(Type.Object({ ...recommendation(), ...page() }), {
  aliases: { ...ALIASES, top: 'limit' },
  flattenedAs: 'recommend_request',
});
export type RecommendRequest = Static<typeof RecommendRequest>;

export const RecommendRequestBatch = batchOf(RecommendRequest);

export const RecommendGroupsRequest = withFacts(Type.Object({ ...recommendation(), ...groups() }), {
  aliases: ALIASES,
  flattenedAs: 'recommend_group_request',
  flattenedInside: GROUP_FIELDS,
});
export type RecommendGroupsRequest = Static<typeof RecommendGroupsRequest>;

const { score_threshold: _, ...discovery } = common();

export const DiscoverRequest = withFacts(
  Type.Object({
    ...discovery,
    ...page(),
    target: opt(RecommendExample),
    context: opt(Type.Array(Type.Object({ positive: RecommendExample, negative: RecommendExample }))),
    using: opt(Type.String()),
    lookup_from: opt(LookupLocation),
  }),
  { aliases: { ...ALIASES, top: 'limit' }, flattenedAs: 'discover_request' },
);
export type DiscoverRequest = Static<typeof DiscoverRequest>;

export const DiscoverRequestBatch = batchOf(DiscoverRequest);
