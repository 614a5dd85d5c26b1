import type { FastifyInstance } from 'fastify';

/**
 * Ends each connection with its last answer once the application closes. A client that keeps connections alive would
 * otherwise hold the process for as long as it likes.
 */
export function useShutdown(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done();
  });
  // An answer whose head was sent before may leave its connection open.
  app.addHook('onResponse', (_request, _reply, done) => {
    if (isClosing) setImmediate(() => app.server.closeIdleConnections());
    done();
  });
}
