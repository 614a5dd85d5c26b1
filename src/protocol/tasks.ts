/**
 * The messages between the event loop and the threads. A request is a task name, the collection it concerns, small
 * arguments (from path and query string) and the raw bytes of the body; a reply is a status and finished JSON bytes.
 */

/** Reads: they run on the search threads, through the ring. The position in this list is the number on the wire. */
export const READ_TASKS = [
  'query',
  'query_batch',
  'query_groups',
  'search',
  'search_batch',
  'search_groups',
  'recommend',
  'recommend_batch',
  'recommend_groups',
  'discover',
  'discover_batch',
  'matrix_pairs',
  'matrix_offsets',
  'facet',
  'retrieve',
  'get_point',
  'scroll',
  'count',
] as const;
export type ReadTask = (typeof READ_TASKS)[number];

/** Updates of points: they run on the background threads, in order within a collection. */
export const UPDATE_TASKS = [
  'upsert',
  'delete_points',
  'set_payload',
  'overwrite_payload',
  'delete_payload',
  'clear_payload',
  'update_vectors',
  'delete_vectors',
  'batch_update',
  'create_index',
  'delete_index',
] as const;
export type UpdateTask = (typeof UPDATE_TASKS)[number];

/** Small arguments from the path and the query string; anything that is JSON. */
export type TaskArguments = Readonly<Record<string, string | number | boolean>>;

/** Who waits for a reply: emits `close` when it has gone, such as an HTTP response does. */
export interface Client {
  readonly closed: boolean;
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
}

/**
 * A request for a thread. `body` is owned by the request: whoever sends it on may transfer its buffer, and gives it back to
 * `requestBuffers` when no thread reads it any more.
 */
export interface DataRequest {
  readonly body: Uint8Array;
  readonly args: TaskArguments;
  /** Milliseconds the client is willing to wait, from `timeout`; absent: the server's default. */
  readonly timeoutMs?: number;
  /** Where the reply will go. */
  readonly client?: Client;
}

/** A finished answer: `body` is the whole JSON envelope. */
export interface DataReply {
  readonly status: number;
  readonly body: Uint8Array;
  /** Seconds for a `Retry-After` header, on overload. */
  readonly retryAfterSeconds?: number;
}
