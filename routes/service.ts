import type { FastifyInstance, FastifyReply, FastifySchema } from 'fastify';
import { Type } from 'typebox';
import { VersionInfo } from '../schemas/service.ts';

const PlainText = Type.String();
const text = (operationId: string, summary: string): FastifySchema => ({
  operationId,
  summary,
  tags: ['Service'],
  produces: ['text/plain'],
  response: { 200: PlainText },
});

const versionSchema: FastifySchema = {
  operationId: 'root',
  summary: 'Tell the version of the server',
  tags: ['Service'],
  response: { 200: VersionInfo },
};

/** The server itself: its version, and whether it lives and is ready. None of these is in the envelope. */
export function serviceRoutes(app: FastifyInstance, version: VersionInfo): void {
  app.get('/', { schema: versionSchema }, () => version);
  app.get('/healthz', { schema: text('healthz', 'Tell that the server lives') }, alive);
  app.get('/livez', { schema: text('livez', 'Tell that the server lives') }, alive);
  app.get('/readyz', { schema: text('readyz', 'Tell whether all data can be served') }, (_, reply) =>
    app.collections.isReady
      ? plain(reply, 'all shards are ready')
      : plain(reply.code(503), 'some shards are not ready'),
  );
}

function alive(_request: unknown, reply: FastifyReply): FastifyReply {
  return plain(reply, 'healthz check passed');
}

function plain(reply: FastifyReply, message: string): FastifyReply {
  return reply.type('text/plain').serializer(String).send(message);
}
