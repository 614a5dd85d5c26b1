import type { FastifyInstance } from 'fastify';
import { CollectionPath, WriteParameters } from '../schemas/parameters.ts';
import { DeletePayload, SetPayload } from '../schemas/payload.ts';
import { PointsSelector, UpdateResult } from '../schemas/points.ts';
import { updateHandler } from './data-plane.ts';
import { operation } from './operation.ts';

const write = { tag: 'Points', params: CollectionPath, querystring: WriteParameters, result: UpdateResult };

const setSchema = operation({
  ...write,
  id: 'set_payload',
  summary: 'Merge values into the payload of points',
  body: SetPayload,
});

const overwriteSchema = operation({
  ...write,
  id: 'overwrite_payload',
  summary: 'Replace the payload of points',
  body: SetPayload,
});

const deleteSchema = operation({
  ...write,
  id: 'delete_payload',
  summary: 'Delete keys from the payload of points',
  body: DeletePayload,
});

const clearSchema = operation({
  ...write,
  id: 'clear_payload',
  summary: 'Delete the whole payload of points',
  body: PointsSelector,
});

/** Changes of payloads, which leave the vectors of the points as they are. */
export function payloadRoutes(app: FastifyInstance): void {
  const base = '/collections/:collection_name/points/payload';
  app.post(base, { schema: setSchema }, updateHandler(app, 'set_payload'));
  app.put(base, { schema: overwriteSchema }, updateHandler(app, 'overwrite_payload'));
  app.post(`${base}/delete`, { schema: deleteSchema }, updateHandler(app, 'delete_payload'));
  app.post(`${base}/clear`, { schema: clearSchema }, updateHandler(app, 'clear_payload'));
}
