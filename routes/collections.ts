import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { UpdateCollection } from '../schemas/collection-update.ts';
import {
  CollectionExistence,
  CollectionInfo,
  CollectionsResponse,
  CreateCollection,
} from '../schemas/collections.ts';
import { ChangeParameters, CollectionPath, NewCollectionPath } from '../schemas/parameters.ts';
import { operation } from './operation.ts';
import type { SchemaTypes } from './schema-types.ts';

const tag = 'Collections';

const listSchema = operation({
  id: 'get_collections',
  tag,
  summary: 'List the collections',
  result: CollectionsResponse,
});

const infoSchema = operation({
  id: 'get_collection',
  tag,
  summary: 'Show the state and the configuration of a collection',
  params: CollectionPath,
  result: CollectionInfo,
});

const existsSchema = operation({
  id: 'collection_exists',
  tag,
  summary: 'Tell whether a collection exists',
  params: CollectionPath,
  result: CollectionExistence,
});

const createSchema = operation({
  id: 'create_collection',
  tag,
  summary: 'Create a collection',
  params: NewCollectionPath,
  querystring: ChangeParameters,
  body: CreateCollection,
  result: Type.Boolean(),
});

const updateSchema = operation({
  id: 'update_collection',
  tag,
  summary: 'Change the settings of a collection',
  params: CollectionPath,
  querystring: ChangeParameters,
  body: UpdateCollection,
  result: Type.Boolean(),
});

const deleteSchema = operation({
  id: 'delete_collection',
  tag,
  summary: 'Delete a collection with all its points',
  params: CollectionPath,
  querystring: ChangeParameters,
  result: Type.Boolean(),
});

/** Creating, listing, describing and deleting of collections. */
export function collectionRoutes(instance: FastifyInstance): void {
  const app = instance.withTypeProvider<SchemaTypes>();
  const { collections } = app;
  const base = '/collections/:collection_name';

  app.get('/collections', { schema: listSchema }, (_request, reply) =>
    ok(reply, { collections: collections.list().map((name) => ({ name })) }),
  );
  app.get(base, { schema: infoSchema }, async ({ params }, reply) =>
    ok(reply, await collections.info(params.collection_name)),
  );
  app.get(`${base}/exists`, { schema: existsSchema }, ({ params }, reply) =>
    ok(reply, { exists: collections.exists(params.collection_name) }),
  );
  app.put(base, { schema: createSchema }, async ({ params, body }, reply) => {
    await collections.create(params.collection_name, body);
    return ok(reply, true);
  });
  app.patch(base, { schema: updateSchema }, async ({ params, body }, reply) => {
    await collections.configure(params.collection_name, body);
    return ok(reply, true);
  });
  app.delete(base, { schema: deleteSchema }, async ({ params }, reply) =>
    ok(reply, await collections.drop(params.collection_name)),
  );
}

function ok(reply: FastifyReply, result: unknown) {
  return reply.send({ result, status: 'ok', time: Math.round(reply.elapsedTime * 1000) / 1e6 });
}
