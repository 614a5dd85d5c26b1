import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { FacetRequest, FacetResponse } from '../schemas/facet.ts';
import { GroupsResult } from '../schemas/groups.ts';
import {
  SearchMatrixOffsetsResponse,
  SearchMatrixPairsResponse,
  SearchMatrixRequest,
} from '../schemas/matrix.ts';
import { CollectionPath, ReadParameters } from '../schemas/parameters.ts';
import { QueryGroupsRequest, QueryRequest, QueryRequestBatch, QueryResponse } from '../schemas/query.ts';
import { readHandler } from './data-plane.ts';
import { operation } from './operation.ts';

const querySchema = operation({
  id: 'query_points',
  tag: 'Search',
  summary: 'Find the points that fit a query best',
  params: CollectionPath,
  querystring: ReadParameters,
  body: QueryRequest,
  result: QueryResponse,
});

const batchSchema = operation({
  id: 'query_batch_points',
  tag: 'Search',
  summary: 'Answer several queries in one request',
  params: CollectionPath,
  querystring: ReadParameters,
  body: QueryRequestBatch,
  result: Type.Array(QueryResponse),
});

const groupsSchema = operation({
  id: 'query_points_groups',
  tag: 'Search',
  summary: 'Find points, grouped by a payload key',
  params: CollectionPath,
  querystring: ReadParameters,
  body: QueryGroupsRequest,
  result: GroupsResult,
});

const matrix = {
  tag: 'Search',
  params: CollectionPath,
  querystring: ReadParameters,
  body: SearchMatrixRequest,
};

const pairsSchema = operation({
  ...matrix,
  id: 'search_matrix_pairs',
  summary: 'Compare the points of a sample: pairs of neighbours',
  result: SearchMatrixPairsResponse,
});

const offsetsSchema = operation({
  ...matrix,
  id: 'search_matrix_offsets',
  summary: 'Compare the points of a sample: a sparse matrix',
  result: SearchMatrixOffsetsResponse,
});

const facetSchema = operation({
  id: 'facet',
  tag: 'Points',
  summary: 'Count the points for each value of a payload key',
  params: CollectionPath,
  querystring: ReadParameters,
  body: FacetRequest,
  result: FacetResponse,
});

/** Queries of points. */
export function queryRoutes(app: FastifyInstance): void {
  const base = '/collections/:collection_name/points/query';
  app.post(base, { schema: querySchema }, readHandler(app, 'query'));
  app.post(`${base}/batch`, { schema: batchSchema }, readHandler(app, 'query_batch'));
  app.post(`${base}/groups`, { schema: groupsSchema }, readHandler(app, 'query_groups'));
  app.post('/collections/:collection_name/facet', { schema: facetSchema }, readHandler(app, 'facet'));
  const matrixPath = '/collections/:collection_name/points/search/matrix';
  app.post(`${matrixPath}/pairs`, { schema: pairsSchema }, readHandler(app, 'matrix_pairs'));
  app.post(`${matrixPath}/offsets`, { schema: offsetsSchema }, readHandler(app, 'matrix_offsets'));
}
