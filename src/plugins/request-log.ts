import type { FastifyInstance } from 'fastify';

/**
 * One line a request if `isDebug`; requests slower than `slowMs` (0: none) are warnings. Failures of ours have a line of
 * their own, written where the error is known.
 */
export function useRequestLog(app: FastifyInstance, slowMs: number, isDebug: boolean): void {
  // A logger for each request costs as much as routing it. The few lines that are written name the request themselves.
  app.setChildLoggerFactory((logger) => logger);
  app.addHook('onResponse', (request, reply, done) => {
    const isSlow = slowMs > 0 && reply.elapsedTime > slowMs;
    if (isSlow || isDebug) {
      const line = {
        reqId: request.id,
        method: request.method,
        url: request.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 1000) / 1000,
      };
      if (isSlow) request.log.warn(line, 'slow request');
      else request.log.debug(line, 'request');
    }
    done();
  });
}
