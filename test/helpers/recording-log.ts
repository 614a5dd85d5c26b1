import { type Level, pino } from 'pino';
import type { Logger } from '../../src/telemetry/logger.ts';

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [key: string]: unknown;
}

/** A logger that keeps its lines. */
export interface RecordingLog {
  readonly log: Logger;
  readonly lines: readonly LogLine[];
  /** The first line, of those so far or still to come, that passes. */
  until(passes: (line: LogLine) => boolean): Promise<LogLine>;
}

export function recordingLog(level: Level = 'trace'): RecordingLog {
  const lines: LogLine[] = [];
  const watchers = new Set<(line: LogLine) => void>();
  const write = (text: string) => {
    const line = JSON.parse(text) as LogLine;
    lines.push(line);
    for (const watch of watchers) watch(line);
  };
  const until = (passes: (line: LogLine) => boolean) => {
    const found = lines.find(passes);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise<LogLine>((resolve) => {
      const watch = (line: LogLine) => {
        if (!passes(line)) return;
        watchers.delete(watch);
        resolve(line);
      };
      watchers.add(watch);
    });
  };
  return { log: pino({ level }, { write }), lines, until };
}
