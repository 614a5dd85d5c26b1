import type { FastifyInstance, FastifyReply } from 'fastify';
import { VectorPath, WriteParameters } from '../schemas/parameters.ts';
import { UpdateResult } from '../schemas/points.ts';
import { VectorNameConfig } from '../schemas/vectors.ts';
import { operation } from './operation.ts';
import type { SchemaTypes } from './schema-types.ts';

const change = {
  tag: 'Collections',
  params: VectorPath,
  querystring: WriteParameters,
  result: UpdateResult,
};

const createSchema = operation({
  ...change,
  id: 'create_vector_name',
  summary: 'Add a vector, which no point has yet, to a collection',
  body: VectorNameConfig,
});

const deleteSchema = operation({
  ...change,
  id: 'delete_vector_name',
  summary: 'Drop a vector of a collection from all of its points',
});

/** The vectors that a collection has. */
export function vectorNameRoutes(instance: FastifyInstance): void {
  const app = instance.withTypeProvider<SchemaTypes>();
  const { collections } = app;
  const path = '/collections/:collection_name/vectors/:vector_name';

  app.put(path, { schema: createSchema }, async ({ params, query, body }, reply) => {
    const number = await collections.createVector(params.collection_name, params.vector_name, body);
    return done(reply, number, query);
  });
  app.delete(path, { schema: deleteSchema }, async ({ params, query }, reply) => {
    const number = await collections.deleteVector(params.collection_name, params.vector_name);
    return done(reply, number, query);
  });
}

function done(reply: FastifyReply, operation_id: number, { wait = false }: WriteParameters) {
  const result = { operation_id, status: wait ? 'completed' : 'acknowledged' };
  return reply.send({ result, status: 'ok', time: Math.round(reply.elapsedTime * 1000) / 1e6 });
}
