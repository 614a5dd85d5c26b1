/** Requests to a listening server, for tests that look at the HTTP answer itself. */
import assert from 'node:assert/strict';

export interface Answer {
  readonly status: number;
  readonly body: { readonly result?: unknown; readonly status?: unknown };
}

export interface Call {
  readonly url: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  /** JSON text, or a value to make it from. */
  readonly body?: unknown;
}

/** Sends a request and reads the JSON of the answer, whatever its status. */
export async function send({ url, method, path, body }: Call): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

/** The `result` of a request that has to succeed. */
export async function resultOf<T>(call: Call): Promise<T> {
  const { status, body } = await send(call);
  assert.equal(status, 200, `${call.method} ${call.path}: ${JSON.stringify(body)}`);
  return body.result as T;
}
