import { badRequest, type ServiceError, wrongInput } from '../shared/errors.ts';

/** Where a request, or the requests within it, can name shards. */
const INNER_REQUESTS = ['searches', 'operations'];

/** @throws NEARIFY_BAD_REQUEST if a read names shards: there are none with a key */
export function refuseShardKeyOfRead(body: unknown): void {
  refuse(body, badRequest);
}

/** @throws NEARIFY_WRONG_INPUT if an update names shards: there are none with a key */
export function refuseShardKeyOfUpdate(body: unknown): void {
  refuse(body, wrongInput);
}

function refuse(body: unknown, error: (text: string) => ServiceError): void {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return;
  const request = body as Record<string, unknown>;
  const key = firstKey(request.shard_key);
  if (key !== undefined) throw error(`Shard key ${key} not found`);
  for (const name of INNER_REQUESTS) {
    const inner = request[name];
    if (!Array.isArray(inner)) continue;
    // An operation of a batch is an object with one key, below which the request lies.
    for (const item of inner as unknown[]) {
      refuse(item, error);
      if (name === 'operations' && typeof item === 'object' && item !== null) {
        for (const operation of Object.values(item)) refuse(operation, error);
      }
    }
  }
}

/** The first key of a selector as JSON; undefined if it selects nothing, or is no selector, which the schema refuses. */
function firstKey(selector: unknown): string | undefined {
  if (Array.isArray(selector)) return firstKey(selector[0]);
  if (typeof selector === 'string') return JSON.stringify(selector);
  if (typeof selector === 'bigint' || (typeof selector === 'number' && selector >= 0))
    return String(selector);
  if (typeof selector !== 'object' || selector === null) return undefined;
  return firstKey((selector as { target?: unknown }).target);
}
