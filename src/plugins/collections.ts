import type { FastifyInstance } from 'fastify';
import type { Collections } from '../collections/collections.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What the routes serve. */
    collections: Collections;
  }
}

/** Makes the collections reachable as `app.collections`. */
export function useCollections(app: FastifyInstance, collections: Collections): void {
  app.decorate('collections', collections);
}
