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
    const answer = parseAnswer(await response.text());
    if (response.ok && answer !== undefined) return answer.result;
    const message =
      typeof answer?.status === 'object' ? answer.status.error : 'not an answer of a vector search server';
    throw new Error(`${method} ${url}: status ${response.status}, ${message ?? 'no message'}`);
  }
}

interface Answer {
  readonly result?: unknown;
  readonly status?: { readonly error?: string } | string;
}

/** Undefined for what is no JSON, such as the pages of proxies. */
function parseAnswer(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return undefined;
  }
}
