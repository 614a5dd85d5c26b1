/** A collection on a running server, reached by HTTP. */
export class Target {
  readonly collection: string;
  readonly #base: string;

  constructor(url: string, collection: string) {
    this.collection = collection;
    this.#base = `${url.replace(/\/+$/, '')}/collections/${encodeURIComponent(collection)}`;
  }

  /** Makes the collection unless it is there. */
  async ensure(size: number, distance: string): Promise<void> {
    const { exists } = (await this.#call('GET', '/exists')) as { exists: boolean };
    if (!exists) await this.#call('PUT', '', JSON.stringify({ vectors: { size, distance } }));
  }

  /** Resolves when the points are durable. */
  async upsert(body: string): Promise<void> {
    await this.#call('PUT', '/points?wait=true', body);
  }

  async #call(method: string, path: string, body?: string): Promise<unknown> {
    const url = this.#base + path;
    const request = {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body }),
    };
    const response = await fetch(url, request).catch((error: Error) => {
      throw new Error(
        `no answer from ${url}: is the server running? (${String(error.cause ?? error.message)})`,
      );
    });
    const answer = (await response.json()) as { result?: unknown; status: { error?: string } | string };
    if (response.ok) return answer.result;
    const message = typeof answer.status === 'object' ? answer.status.error : undefined;
    throw new Error(`${method} ${url}: status ${response.status}, ${message ?? 'no message'}`);
  }
}
