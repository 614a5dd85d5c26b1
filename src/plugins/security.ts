import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** Lets pages of any origin call the API with any method and header, if configured. */
export async function useSecurity(app: FastifyInstance, options: { isCorsEnabled: boolean }): Promise<void> {
  if (!options.isCorsEnabled) return;
  app.addHook('onRequest', (request, reply, done) => {
    const { origin, 'access-control-request-method': method } = request.headers;
    // OPTIONS that is no preflight is a known path with another method.
    if (request.method === 'OPTIONS' && (origin === undefined || method === undefined))
      reply.code(404).send();
    else done();
  });
  await app.register(cors, { origin: '*', methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], maxAge: 3600 });
}
