import type { FastifyInstance } from 'fastify';
import { CollectionPath, FieldPath, WriteParameters } from '../schemas/parameters.ts';
import { CreateFieldIndex } from '../schemas/payload-index.ts';
import { UpdateResult } from '../schemas/points.ts';
import { updateHandler } from './data-plane.ts';
import { operation } from './operation.ts';

const write = { tag: 'Indexes', querystring: WriteParameters, result: UpdateResult };

const createSchema = operation({
  ...write,
  id: 'create_field_index',
  summary: 'Index a payload key, in the place of an index that it has',
  params: CollectionPath,
  body: CreateFieldIndex,
});

const deleteSchema = operation({
  ...write,
  id: 'delete_field_index',
  summary: 'Drop the index of a payload key',
  params: FieldPath,
});

/** Indexes on payload keys. */
export function payloadIndexRoutes(app: FastifyInstance): void {
  const base = '/collections/:collection_name/index';
  app.put(base, { schema: createSchema }, updateHandler(app, 'create_index'));
  app.delete(`${base}/:field_name`, { schema: deleteSchema }, updateHandler(app, 'delete_index'));
}
