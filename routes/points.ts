import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { CollectionPath, PointPath, ReadParameters, WriteParameters } from '../schemas/parameters.ts';
import {
  CountRequest,
  CountResult,
  PointInsertOperations,
  PointRequest,
  PointsSelector,
  Record,
  ScrollRequest,
  ScrollResult,
  UpdateResult,
} from '../schemas/points.ts';
import { UpdateOperations } from '../schemas/update-operations.ts';
import { readHandler, updateHandler } from './data-plane.ts';
import { operation } from './operation.ts';

const read = { tag: 'Points', params: CollectionPath, querystring: ReadParameters };
const write = { tag: 'Points', params: CollectionPath, querystring: WriteParameters, result: UpdateResult };

const upsertSchema = operation({
  ...write,
  id: 'upsert_points',
  summary: 'Insert points, or replace those that have the same id',
  body: PointInsertOperations,
});

const deleteSchema = operation({
  ...write,
  id: 'delete_points',
  summary: 'Delete points by id or by filter',
  body: PointsSelector,
});

const batchSchema = operation({
  ...write,
  id: 'batch_update',
  summary: 'Apply several updates, all of them checked before the first one is applied',
  body: UpdateOperations,
  result: Type.Array(UpdateResult),
});

const getSchema = operation({
  ...read,
  id: 'get_point',
  summary: 'Show one point',
  params: PointPath,
  result: Record,
});

const retrieveSchema = operation({
  ...read,
  id: 'get_points',
  summary: 'Show several points by their ids',
  body: PointRequest,
  result: Type.Array(Record),
});

const scrollSchema = operation({
  ...read,
  id: 'scroll_points',
  summary: 'Page through the points in the order of their ids',
  body: ScrollRequest,
  result: ScrollResult,
});

const countSchema = operation({
  ...read,
  id: 'count_points',
  summary: 'Count the points that match a filter',
  body: CountRequest,
  result: CountResult,
});

/** Reading and writing of points. */
export function pointRoutes(app: FastifyInstance): void {
  const base = '/collections/:collection_name/points';
  app.put(base, { schema: upsertSchema }, updateHandler(app, 'upsert'));
  app.post(`${base}/delete`, { schema: deleteSchema }, updateHandler(app, 'delete_points'));
  app.post(`${base}/batch`, { schema: batchSchema }, updateHandler(app, 'batch_update'));
  app.get(`${base}/:id`, { schema: getSchema }, readHandler(app, 'get_point'));
  app.post(base, { schema: retrieveSchema }, readHandler(app, 'retrieve'));
  app.post(`${base}/scroll`, { schema: scrollSchema }, readHandler(app, 'scroll'));
  app.post(`${base}/count`, { schema: countSchema }, readHandler(app, 'count'));
}
