/** Real data through HTTP: all queries give the exact neighbours, with and without a filter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultOf } from '../helpers/http.ts';
import { startServer } from '../helpers/server.ts';
import {
  DIM,
  exactNearest,
  missingData,
  NEIGHBOURS,
  type Payload,
  QUERIES,
  ROWS,
  readWordnet,
  similarity,
  type Wordnet,
} from './wordnet-data.ts';

const BATCH = 1000;
const QUERIES_PER_REQUEST = 50;
/** What float32 sums of 384 products may be off: rows that are closer than this count as tied. */
const TIE = 2e-6;
const COLLECTION = '/collections/wordnet';

interface Hit {
  readonly id: number;
  readonly score: number;
}

interface Search {
  readonly queries: readonly number[];
  readonly limit: number;
  readonly filter?: object;
}

async function upload(url: string, { base, payloadTexts }: Wordnet): Promise<void> {
  const vectors = { size: DIM, distance: 'Cosine' };
  await resultOf({ url, method: 'PUT', path: COLLECTION, body: { vectors } });
  for (let first = 0; first < ROWS; first += BATCH) {
    const points = Array.from({ length: BATCH }, (_, i) => {
      const id = first + i;
      return `{"id":${id},"vector":${base.text(id)},"payload":${payloadTexts[id]}}`;
    });
    const body = `{"points":[${points.join(',')}]}`;
    await resultOf({ url, method: 'PUT', path: `${COLLECTION}/points?wait=true`, body });
  }
}

/** The hits of each query, in the order of `queries`. */
async function search(url: string, data: Wordnet, { queries, limit, filter }: Search): Promise<Hit[][]> {
  const hits: Hit[][] = [];
  for (let first = 0; first < queries.length; first += QUERIES_PER_REQUEST) {
    const options = JSON.stringify({
      limit,
      params: { exact: true },
      ...(filter !== undefined && { filter }),
    });
    const searches = queries
      .slice(first, first + QUERIES_PER_REQUEST)
      .map((query) => `{"query":${data.queries.text(query)},${options.slice(1)}`);
    const body = `{"searches":[${searches.join(',')}]}`;
    const path = `${COLLECTION}/points/query/batch`;
    const answers = await resultOf<{ points: Hit[] }[]>({ url, method: 'POST', path, body });
    hits.push(...answers.map(({ points }) => points));
  }
  return hits;
}

/** The ids are the expected ones in their order, but for rows that tie; the scores are true. */
function checkHits(
  data: Wordnet,
  query: number,
  { hits, expected }: { hits: readonly Hit[]; expected: readonly number[] },
): void {
  const score = (row: number) => similarity(data.queries, query, data.base, row);
  assert.equal(hits.length, expected.length, `number of hits of query ${query}`);
  assert.equal(new Set(hits.map(({ id }) => id)).size, hits.length, `distinct hits of query ${query}`);
  for (const [rank, hit] of hits.entries()) {
    const isTie = hit.id === expected[rank] || Math.abs(score(hit.id) - score(expected[rank]!)) < TIE;
    assert.ok(isTie, `rank ${rank} of query ${query} is ${hit.id}, not ${expected[rank]}`);
    assert.ok(
      Math.abs(hit.score - score(hit.id)) < TIE,
      `score of ${hit.id} for query ${query}: ${hit.score}`,
    );
  }
}

const FILTERS: readonly {
  readonly name: string;
  readonly filter: object;
  readonly matches: (payload: Payload) => boolean;
  /** Fewer where many rows match, because the truth comes from looking at all of them. */
  readonly queries: number;
}[] = [
  {
    name: 'the verbs, one row in eight',
    filter: { must: [{ key: 'pos', match: { value: 'v' } }] },
    matches: ({ pos }) => pos === 'v',
    queries: QUERIES,
  },
  {
    name: 'long glosses, every second row',
    filter: { must: [{ key: 'gloss_len', range: { gte: 66 } }] },
    matches: ({ gloss_len: length }) => length >= 66,
    queries: 100,
  },
  {
    name: 'short glosses of shapes or plants',
    filter: {
      must: [{ key: 'lexname', match: { any: ['noun.shape', 'noun.plant'] } }],
      must_not: [{ key: 'gloss_len', range: { gt: 50 } }],
    },
    matches: ({ lexname, gloss_len: length }) =>
      ['noun.shape', 'noun.plant'].includes(lexname) && length <= 50,
    queries: QUERIES,
  },
];

const reason = missingData();
if (reason !== undefined) console.log(`The test on real data is skipped: ${reason}`);

test('all queries on wordnet-50k give the exact neighbours', { skip: reason ?? false }, async (t) => {
  const data = readWordnet();
  const { url } = await startServer(t);
  const startMs = performance.now();
  await upload(url, data);
  t.diagnostic(`${ROWS} points uploaded in ${Math.round(performance.now() - startMs)} ms`);
  const all = Array.from({ length: QUERIES }, (_, query) => query);

  await t.test('without a filter', async () => {
    const hits = await search(url, data, { queries: all, limit: NEIGHBOURS });
    for (const query of all) {
      const expected = [...data.neighbours.subarray(query * NEIGHBOURS, (query + 1) * NEIGHBOURS)];
      checkHits(data, query, { hits: hits[query]!, expected });
    }
  });

  for (const { name, filter, matches, queries } of FILTERS) {
    await t.test(`filtered: ${name}`, async (part) => {
      const rows = data.payloads.flatMap((payload, row) => (matches(payload) ? [row] : []));
      const { count } = await resultOf<{ count: number }>({
        url,
        method: 'POST',
        path: `${COLLECTION}/points/count`,
        body: { filter, exact: true },
      });
      assert.equal(count, rows.length);
      part.diagnostic(`${count} rows match`);
      const hits = await search(url, data, { queries: all.slice(0, queries), limit: 10, filter });
      for (const [query, found] of hits.entries()) {
        checkHits(data, query, { hits: found, expected: exactNearest(data, query, rows, 10) });
      }
    });
  }
});
