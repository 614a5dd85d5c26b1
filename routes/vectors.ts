import type { FastifyInstance } from 'fastify';
import { CollectionPath, WriteParameters } from '../schemas/parameters.ts';
import { DeleteVectors, UpdateResult, UpdateVectors } from '../schemas/points.ts';
import { updateHandler } from './data-plane.ts';
import { operation } from './operation.ts';

const write = { tag: 'Points', params: CollectionPath, querystring: WriteParameters, result: UpdateResult };

const updateSchema = operation({
  ...write,
  id: 'update_vectors',
  summary: 'Give points new vectors, beside those that they keep',
  body: UpdateVectors,
});

const deleteSchema = operation({
  ...write,
  id: 'delete_vectors',
  summary: 'Delete vectors of points by name',
  body: DeleteVectors,
});

/** Changes of vectors, which leave the payload and the other vectors of the points as they are. */
export function vectorRoutes(app: FastifyInstance): void {
  const base = '/collections/:collection_name/points/vectors';
  app.put(base, { schema: updateSchema }, updateHandler(app, 'update_vectors'));
  app.post(`${base}/delete`, { schema: deleteSchema }, updateHandler(app, 'delete_vectors'));
}
