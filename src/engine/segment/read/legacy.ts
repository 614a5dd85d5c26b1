/** The older forms of queries as the queries that they stand for. */
import type { LookupLocation, QueryGroupsRequest, QueryRequest } from '../../../../schemas/query.ts';
import type {
  DiscoverRequest,
  RecommendGroupsRequest,
  RecommendRequest,
  SearchGroupsRequest,
  SearchRequest,
} from '../../../../schemas/search.ts';
import { badRequest } from '../../../shared/errors.ts';

export function searchAsQuery({ vector, ...rest }: SearchRequest): QueryRequest {
  return { ...rest, ...namedVector(vector) };
}

export function searchGroupsAsQuery({ vector, ...rest }: SearchGroupsRequest): QueryGroupsRequest {
  return { ...rest, ...namedVector(vector) };
}

function namedVector(vector: SearchRequest['vector']): Pick<QueryRequest, 'query' | 'using'> {
  if (Array.isArray(vector) || vector instanceof Float32Array) return { query: { nearest: vector } };
  return { query: { nearest: vector.vector }, using: vector.name };
}

/** @throws NEARIFY_BAD_REQUEST if there are too few examples */
export function recommendAsQuery(request: RecommendRequest): QueryRequest {
  return { ...request, ...recommendation(request), lookup_from: lookupLocation(request.lookup_from) };
}

/** @throws NEARIFY_BAD_REQUEST if there are too few examples */
export function recommendGroupsAsQuery(request: RecommendGroupsRequest): QueryGroupsRequest {
  return { ...request, ...recommendation(request), lookup_from: lookupLocation(request.lookup_from) };
}

function recommendation({
  positive = [],
  negative = [],
  strategy,
}: Pick<RecommendRequest, 'positive' | 'negative' | 'strategy'>): Pick<QueryRequest, 'query'> {
  const isAverage = !strategy || strategy === 'average_vector';
  if (isAverage && positive.length === 0) {
    throw badRequest('At least one positive vector ID required with this strategy');
  }
  if (positive.length === 0 && negative.length === 0) {
    throw badRequest('At least one positive or negative vector ID required with this strategy');
  }
  return { query: { recommend: { positive, negative, strategy: strategy ?? null } } };
}

/** @throws NEARIFY_BAD_REQUEST if there is nothing to compare with */
export function discoverAsQuery({ target, context, lookup_from, ...rest }: DiscoverRequest): QueryRequest {
  const pairs = context ?? [];
  const hasTarget = target !== undefined && target !== null;
  if (!hasTarget && pairs.length === 0) throw badRequest('target and/or context_pairs must be specified');
  const query = hasTarget ? { discover: { target, context: pairs } } : { context: pairs };
  return { ...rest, query, lookup_from: lookupLocation(lookup_from) };
}

/** Without a name it is the unnamed vector of the other collection that is meant, not the one of the searched name. */
function lookupLocation(lookup: LookupLocation | null | undefined): LookupLocation | null {
  return lookup ? { ...lookup, vector: lookup.vector ?? '' } : null;
}
