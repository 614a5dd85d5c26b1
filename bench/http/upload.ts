/** Uploads to a server that a bench measures. */
import type { Client } from './client.ts';

const BATCH = 1000;

export interface Upload {
  /** Path of the collection, which is made anew. */
  readonly collection: string;
  readonly dim: number;
  /** Names of sparse vectors with idf. */
  readonly sparse?: readonly string[];
  /** Payload indexes by key. */
  readonly indexes: Readonly<Record<string, string | object>>;
  readonly points: number;
  /** One point as JSON. */
  readonly point: (row: number) => string;
}

/** Uploads everything and waits until it is indexed; tells the seconds until the last answer. */
export async function upload(
  client: Client,
  { collection, dim, sparse = [], indexes, points, point }: Upload,
): Promise<number> {
  await client.send('DELETE', collection);
  const sparse_vectors = Object.fromEntries(sparse.map((name) => [name, { modifier: 'idf' }]));
  const vectors = { size: dim, distance: 'Cosine' };
  await client.call('PUT', collection, JSON.stringify({ vectors, sparse_vectors }));
  for (const [field_name, field_schema] of Object.entries(indexes)) {
    await client.call('PUT', `${collection}/index?wait=true`, JSON.stringify({ field_name, field_schema }));
  }
  const startMs = performance.now();
  for (let first = 0; first < points; first += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, points - first) }, (_, i) => point(first + i));
    await client.call('PUT', `${collection}/points?wait=true`, `{"points":[${rows.join(',')}]}`);
  }
  const seconds = (performance.now() - startMs) / 1000;
  while ((await client.call<{ status: string }>('GET', collection)).status !== 'green') {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return seconds;
}
