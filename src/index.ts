/** Nearify as a library: build the server's parts yourself and mount its application in a Fastify of your own. */
export { buildApp, type AppParts } from './app.ts';
export type { Collections } from './collections/collections.ts';
export { createCollections } from './collections/index.ts';
export { type ConfigSources, type LoadedConfig, loadConfig } from './config/load.ts';
export type { Config } from './config/schema.ts';
export { createLogger, type Logger } from './telemetry/logger.ts';
