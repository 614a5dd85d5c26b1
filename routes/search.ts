import type { FastifyInstance } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { GroupsResult } from '../schemas/groups.ts';
import { CollectionPath, ReadParameters } from '../schemas/parameters.ts';
import { ScoredPoint } from '../schemas/points.ts';
import {
  DiscoverRequest,
  DiscoverRequestBatch,
  RecommendGroupsRequest,
  RecommendRequest,
  RecommendRequestBatch,
  SearchGroupsRequest,
  SearchRequest,
  SearchRequestBatch,
} from '../schemas/search.ts';
import type { ReadTask } from '../src/collections/collections.ts';
import { readHandler } from './data-plane.ts';
import { operation } from './operation.ts';

const Points = Type.Array(ScoredPoint);
const Batch = Type.Array(Points);

/** The older forms of queries: as in the API that is described, they are served and not shown. */
const ROUTES: readonly (readonly [path: string, task: ReadTask, body: TSchema, result: TSchema])[] = [
  ['search', 'search', SearchRequest, Points],
  ['search/batch', 'search_batch', SearchRequestBatch, Batch],
  ['search/groups', 'search_groups', SearchGroupsRequest, GroupsResult],
  ['recommend', 'recommend', RecommendRequest, Points],
  ['recommend/batch', 'recommend_batch', RecommendRequestBatch, Batch],
  ['recommend/groups', 'recommend_groups', RecommendGroupsRequest, GroupsResult],
  ['discover', 'discover', DiscoverRequest, Points],
  ['discover/batch', 'discover_batch', DiscoverRequestBatch, Batch],
];

/** Search, recommend and discover, which are queries by older names. */
export function searchRoutes(app: FastifyInstance): void {
  for (const [path, task, body, result] of ROUTES) {
    const schema = operation({
      id: task,
      tag: 'Search',
      summary: 'An older form of a query',
      params: CollectionPath,
      querystring: ReadParameters,
      body,
      result,
    });
    app.post(
      `/collections/:collection_name/points/${path}`,
      { schema: { ...schema, hide: true } },
      readHandler(app, task),
    );
  }
}
