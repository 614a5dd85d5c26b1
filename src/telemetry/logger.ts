import { type Logger as PinoLogger, pino, type StreamEntry } from 'pino';
import { build as prettyStream } from 'pino-pretty';
import type { Config } from '../config/schema.ts';

/** What the rest of the code sees of the logger. */
export type Logger = PinoLogger;

export interface LoggerOptions {
  /** Readable lines instead of JSON; by default when stdout is a terminal. */
  readonly isPretty?: boolean;
}

/**
 * The process's logger: JSON lines on stdout, or readable ones on a terminal. Writes are synchronous, so that nothing is
 * lost when the process ends; at info there is no line per request.
 */
export function createLogger(config: Pick<Config, 'log_level'>, options: LoggerOptions = {}): Logger {
  const isPretty = options.isPretty ?? process.stdout.isTTY === true;
  const stream: StreamEntry['stream'] = isPretty
    ? prettyStream({ colorize: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', sync: true })
    : pino.destination({ dest: 1, sync: true });
  return pino({ level: config.log_level, base: { pid: process.pid } }, stream);
}
