import type { FastifyInstance } from 'fastify';
import { collectionRoutes } from './collections.ts';
import { payloadRoutes } from './payload.ts';
import { payloadIndexRoutes } from './payload-index.ts';
import { pointRoutes } from './points.ts';
import { queryRoutes } from './query.ts';
import { searchRoutes } from './search.ts';
import { vectorNameRoutes } from './vector-names.ts';
import { vectorRoutes } from './vectors.ts';

/** Routes whose bodies are parsed and validated by the threads that run them. */
export function dataPlaneRoutes(app: FastifyInstance): void {
  pointRoutes(app);
  payloadRoutes(app);
  vectorRoutes(app);
  payloadIndexRoutes(app);
  queryRoutes(app);
  searchRoutes(app);
}

/** Routes with small bodies, parsed and validated before their handlers. */
export function controlPlaneRoutes(app: FastifyInstance): void {
  collectionRoutes(app);
  vectorNameRoutes(app);
}

export { serviceRoutes } from './service.ts';
