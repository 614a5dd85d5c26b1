import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { controlPlaneRoutes, dataPlaneRoutes, serviceRoutes } from '../routes/index.ts';
import type { Collections } from './collections/collections.ts';
import { API_VERSION } from './config/build-info.ts';
import type { Config } from './config/schema.ts';
import { ignoreContentType, useJsonBody, useRawBody } from './plugins/body.ts';
import { useCollections } from './plugins/collections.ts';
import {
  handleClientError,
  handleError,
  handleFrameworkError,
  handleNotFound,
} from './plugins/error-handler.ts';
import { useOpenapi } from './plugins/openapi.ts';
import { useRequestLog } from './plugins/request-log.ts';
import { useSecurity } from './plugins/security.ts';
import { useShutdown } from './plugins/shutdown.ts';
import { useApiContentType, useValidation } from './plugins/validation.ts';
import type { Logger } from './telemetry/logger.ts';

export interface AppParts {
  readonly config: Config;
  readonly collections: Collections;
  readonly log: Logger;
  /** Commit that runs, 40 hexadecimal digits. */
  readonly commit: string;
}

/** A collection's name may have 255 characters, each of up to 12 when percent-encoded. */
const PATH_PARAMETER_CHARACTERS_MAX = 255 * 12;

/** Builds the HTTP application over open collections; it does not listen. Closing it leaves the collections open. */
export async function buildApp({ config, collections, log, commit }: AppParts): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: frameworkLog(log),
    logController: new LogController({ disableRequestLogging: true }),
    requestIdHeader: 'x-request-id',
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: PATH_PARAMETER_CHARACTERS_MAX },
    rewriteUrl: ({ url = '/' }) => withoutTrailingSlashes(url),
    clientErrorHandler: handleClientError,
    frameworkErrors: handleFrameworkError,
  });
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(handleNotFound);
  useShutdown(app);
  useRequestLog(app, config.service.slow_request_ms, log.isLevelEnabled('debug'));
  ignoreContentType(app);
  await useSecurity(app, { isCorsEnabled: config.service.enable_cors });
  useCollections(app, collections);
  useValidation(app);
  await useOpenapi(app, API_VERSION);

  const bodyBytesMax = config.service.max_request_size_mb * 1024 * 1024;
  app.register(async (scope) => {
    useApiContentType(scope);
    useJsonBody(scope, bodyBytesMax);
    serviceRoutes(scope, { title: 'qdrant - vector search engine', version: API_VERSION, commit });
    controlPlaneRoutes(scope);
  });
  app.register(async (scope) => {
    useRawBody(scope, bodyBytesMax);
    dataPlaneRoutes(scope);
  });
  return app;
}

/** The framework's own lines at info (one for each address it listens on) repeat what ours say. */
function frameworkLog(log: Logger): FastifyBaseLogger {
  return log.level === 'info' ? log.child({}, { level: 'warn' }) : log;
}

const TRAILING_SLASHES = /\/+(?=\?|$)/;

function withoutTrailingSlashes(url: string): string {
  const end = url.indexOf('?');
  const last = end < 0 ? url.length - 1 : end - 1;
  if (last <= 0 || url[last] !== '/') return url;
  return url.replace(TRAILING_SLASHES, '') || '/';
}
