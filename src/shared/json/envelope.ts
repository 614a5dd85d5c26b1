import { JsonWriter } from './writer.ts';

/** Seconds since a `performance.now()` reading, as the `time` of an envelope. */
function secondsSince(startMs: number): number {
  return Math.round((performance.now() - startMs) * 1e3) / 1e6;
}

/**
 * Opens a success envelope in a writer, or in a fresh one; write the result, then call {@link closeEnvelope}.
 */
export function openEnvelope(writer: JsonWriter = new JsonWriter()): JsonWriter {
  writer.text('{"result":');
  return writer;
}

/** Finishes a success envelope. `startMs`: `performance.now()` when the work began. */
export function closeEnvelope(writer: JsonWriter, startMs: number): Uint8Array {
  writer.text(',"status":"ok","time":');
  writer.float64(secondsSince(startMs));
  writer.text('}');
  return writer.finish();
}

/** `{"status":{"error":…},"time":…}`; without `startMs` the time is 0, as for requests refused before any work. */
export function errorEnvelope(message: string, startMs?: number): Uint8Array {
  const writer = new JsonWriter();
  writer.text('{"status":{"error":');
  writer.string(message);
  writer.text('},"time":');
  writer.float64(startMs === undefined ? 0 : secondsSince(startMs));
  writer.text('}');
  return writer.finish();
}
