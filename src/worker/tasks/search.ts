import type { Static, TSchema } from 'typebox';
import type { QueryGroupsRequest, QueryRequest } from '../../../schemas/query.ts';
import {
  DiscoverRequest,
  DiscoverRequestBatch,
  RecommendGroupsRequest,
  RecommendRequest,
  RecommendRequestBatch,
  SearchGroupsRequest,
  SearchRequest,
  SearchRequestBatch,
} from '../../../schemas/search.ts';
import { queryGroups } from '../../engine/segment/read/groups.ts';
import {
  discoverAsQuery,
  recommendAsQuery,
  recommendGroupsAsQuery,
  searchAsQuery,
  searchGroupsAsQuery,
} from '../../engine/segment/read/legacy.ts';
import { writeQueryPoints } from '../../engine/segment/read/query.ts';
import { compileValidator } from '../../shared/validation.ts';
import { parseBody, type ReadTaskHandler } from '../task.ts';

/** Writes an array of points. */
function one<T extends TSchema>(schema: T, asQuery: (request: Static<T>) => QueryRequest): ReadTaskHandler {
  const validate = compileValidator(schema, { part: 'JSON body' });
  return (context) => writeQueryPoints(context, asQuery(validate(parseBody(context))), context.writer);
}

/** Writes an array of such arrays, in the order of the searches; the first that fails fails all. */
function batch<Request>(schema: TSchema, asQuery: (request: Request) => QueryRequest): ReadTaskHandler {
  const validate = compileValidator(schema, { part: 'JSON body' });
  return (context) => {
    const { searches } = validate(parseBody(context)) as { searches: Request[] };
    const queries = searches.map(asQuery);
    context.writer.text('[');
    for (const [i, query] of queries.entries()) {
      if (i > 0) context.writer.text(',');
      writeQueryPoints(context, query, context.writer);
    }
    context.writer.text(']');
  };
}

function grouped<T extends TSchema>(
  schema: T,
  asQuery: (request: Static<T>) => QueryGroupsRequest,
): ReadTaskHandler {
  const validate = compileValidator(schema, { part: 'JSON body' });
  return (context) => queryGroups(context, asQuery(validate(parseBody(context))), context.writer);
}

/** The older forms of queries. */
export const SEARCH_HANDLERS = {
  search: one(SearchRequest, searchAsQuery),
  search_batch: batch(SearchRequestBatch, searchAsQuery),
  search_groups: grouped(SearchGroupsRequest, searchGroupsAsQuery),
  recommend: one(RecommendRequest, recommendAsQuery),
  recommend_batch: batch(RecommendRequestBatch, recommendAsQuery),
  recommend_groups: grouped(RecommendGroupsRequest, recommendGroupsAsQuery),
  discover: one(DiscoverRequest, discoverAsQuery),
  discover_batch: batch(DiscoverRequestBatch, discoverAsQuery),
};
