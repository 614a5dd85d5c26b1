import type { FastifyInstance } from 'fastify';

/**
 * One line a request if `isDebug`; requests slower than `slowMs` (0: none) are warnings. Failures of ours have a line of
 * their own, written where the error is known.
 */
export function useRequestLog(app: FastifyInstance, slowMs: number, isDebug: boolean): void {
  app.addHook('onResponse', (request, reply, done) => {
    const isSlow = slowMs > 0 && reply.elapsedTime > slowMs;
    if (isSlow || isDebug) {
      const line = {
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
