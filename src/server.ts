import closeWithGrace from 'close-with-grace';
import { buildApp } from './app.ts';
import { createCollections } from './collections/index.ts';
import { API_VERSION, buildCommit } from './config/build-info.ts';
import type { LoadedConfig } from './config/load.ts';
import { createLogger, type Logger } from './telemetry/logger.ts';

/**
 * Opens the storage and serves it until SIGTERM or SIGINT: then running requests finish, the storage is closed, and the
 * process ends with 0. @throws if the storage cannot be opened or the port is taken
 */
export async function startServer({ config, notices }: LoadedConfig): Promise<void> {
  const log = createLogger(config);
  for (const { level, text } of notices) log[level](text);
  const collections = await createCollections(config, log);
  const app = await buildApp({ config, collections, log, commit: buildCommit(process.env) });

  const delayMs = config.service.shutdown_timeout_s * 1000;
  const grace = closeWithGrace(
    { delay: delayMs, logger: false, ...abruptEnds(log) },
    async ({ signal, err }) => {
      if (err) log.fatal({ err }, 'unexpected failure, shutting down');
      else log.info({ signal }, 'shutting down');
      await app.close();
      await collections.close();
      log.info('closed');
    },
  );

  try {
    const { host, http_port: port } = config.service;
    const url = await app.listen({ host, port });
    log.info({ url, docs: `${url}/docs`, version: API_VERSION, threads: config.threads }, 'listening');
  } catch (error) {
    // Else it would take the end of the process for a shutdown and exit with 0.
    grace.uninstall();
    await collections.close();
    throw error;
  }
}

/**
 * Ends without further ado: on a second signal, or when closing takes too long. Not by `process.exit`, which waits for the
 * threads, and LMDB's clean-up of a thread that is stopped within a transaction never returns. What was acknowledged is on disk.
 */
function abruptEnds(log: Logger) {
  const end = (why: string) => {
    log.fatal(`${why}, ending at once`);
    process.kill(process.pid, 'SIGKILL');
  };
  return {
    onSecondSignal: (signal: string) => end(`second ${signal}`),
    onSecondError: () => end('second failure'),
    onTimeout: (delayMs: number) => end(`not closed after ${delayMs} ms`),
  };
}
