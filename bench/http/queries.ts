/**
 * Measures the kinds of query over HTTP with one client, in turns, so that they can be compared with each other: the plain
 * search, hybrids beside the sum of their searches, groups, examples, formulas; and orders and facets of 100,000 points.
 * Not measured: many clients at once.
 *
 *   npm run bench -- http/queries --data <folder> [--url http://127.0.0.1:6333 --pid <its process>] [--rounds 100] [--values 100000] [--only plain,rrf]
 *
 * The folder is that of http/search. Without --url a server is started for the bench.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readDataset } from '../ann/dataset.ts';
import { Client, cpuSecondsOf } from './client.ts';
import { startBenchServer } from './server-process.ts';
import { upload } from './upload.ts';

const TEXTS = '/collections/bench-queries';
const VALUES = '/collections/bench-values';
const LIMIT = 10;
const WARM_UP = 20;

const { values: given } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.NEARIFY_BENCH_DATA ?? '' },
    url: { type: 'string' },
    pid: { type: 'string' },
    rounds: { type: 'string', default: '100' },
    values: { type: 'string', default: '100000' },
    only: { type: 'string' },
  },
});

/** Makes the body of a round. */
type Body = (round: number) => object;

interface Kind {
  readonly path: string;
  readonly body: Body;
}

const { base, dim, queries } = readDataset(given.data);
const NOUNS = { must: [{ key: 'pos', match: { value: 'n' } }] };
const WORDS = ['a small bird of the sea', 'mushroom', 'intense devotion to an idea', 'metal used in coins'];
const plain: Body = (i) => ({ query: vector(i), limit: LIMIT });
const wide: Body = (i) => ({ query: vector(i + 1), limit: 100 });
const sparse: Body = (i) => ({ query: document(WORDS[i % WORDS.length]!), using: 'bm25', limit: 100 });
const wideNouns: Body = (i) => ({ query: vector(i + 2), limit: 100, filter: NOUNS });
const ids = (i: number) => Array.from({ length: 4 }, (_, j) => (i * 997 + j * 7919) % base.length);
const server = given.url === undefined ? await startBenchServer() : undefined;
const pid = server?.pid ?? (given.pid === undefined ? undefined : Number(given.pid));
const client = new Client(server?.url ?? given.url!);
try {
  const payloads = readFileSync(path.join(given.data, 'payload.jsonl'), 'utf8').split('\n');
  await upload(client, {
    collection: TEXTS,
    dim,
    indexes: {
      lexname: 'keyword',
      pos: 'keyword',
      gloss_len: 'integer',
      gloss: { type: 'text', scoring: true },
    },
    points: base.length,
    sparse: ['bm25'],
    point: (row) => {
      const { gloss } = JSON.parse(payloads[row]!) as { gloss: string };
      const vectors = `{"":[${base[row]!.join(',')}],"bm25":${JSON.stringify(document(gloss))}}`;
      return `{"id":${row},"vector":${vectors},"payload":${payloads[row]}}`;
    },
  });
  await upload(client, {
    collection: VALUES,
    dim: 2,
    indexes: { word: 'keyword', number: 'integer', real: 'float', time: 'datetime', flag: 'bool' },
    points: Number(given.values),
    point: valuesPoint,
  });
  const texts = await measure(textKinds());
  const values = await measure(valueKinds());
  console.log(JSON.stringify({ bench: 'http/queries', texts, values }, undefined, 2));
} finally {
  client.close();
  await server?.stop();
}

function document(text: string): object {
  return { text, model: 'qdrant/bm25' };
}

function valuesPoint(row: number): string {
  const payload = {
    word: `word ${(row * 7919) % 1000}`,
    number: (row * 7919) % 50_000,
    real: Math.sin(row),
    time: new Date(1.6e12 + ((row * 104_729) % 1e9)).toISOString(),
    flag: row % 3 === 0,
  };
  return JSON.stringify({ id: row, vector: [Math.sin(row), Math.cos(row)], payload });
}

function vector(round: number): number[] {
  return Array.from(queries[round % queries.length]!);
}

function query(body: Body): Kind {
  return { path: `${TEXTS}/points/query`, body };
}

function groups(body: Body): Kind {
  return { path: `${TEXTS}/points/query/groups`, body };
}

function scroll(order_by: object): Kind {
  return { path: `${VALUES}/points/scroll`, body: () => ({ order_by, limit: LIMIT }) };
}

function facet(key: string, filter?: object): Kind {
  return { path: `${VALUES}/facet`, body: () => ({ key, limit: LIMIT, filter, exact: true }) };
}

function textKinds(): Record<string, Kind> {
  const hybrid = (i: number, fusion: object) => ({
    prefetch: [wide(i), wideNouns(i)],
    query: fusion,
    limit: LIMIT,
  });
  return {
    plain: query(plain),
    wide: query(wide),
    wideNouns: query(wideNouns),
    rrf: query((i) => hybrid(i, { rrf: { k: 60 } })),
    sparse: query((i) => sparse(i)),
    hybrid: query((i) => ({ prefetch: [wide(i), sparse(i)], query: { fusion: 'rrf' }, limit: LIMIT })),
    dbsf: query((i) => hybrid(i, { fusion: 'dbsf' })),
    rescore: query((i) => ({ prefetch: wide(i), query: vector(i), limit: LIMIT })),
    groupsOfFew: groups((i) => ({ ...plain(i), group_by: 'pos', limit: 3, group_size: 3 })),
    groupsOfMany: groups((i) => ({ ...plain(i), group_by: 'lexname', limit: 10, group_size: 3 })),
    groupsOfOne: groups((i) => ({ ...plain(i), group_by: 'lexname', limit: 10, group_size: 1 })),
    groupsWithoutIndex: groups((i) => ({ ...plain(i), group_by: 'lemmas', limit: 10, group_size: 3 })),
    recommendAverage: query((i) => ({ query: { recommend: { positive: ids(i) } }, limit: LIMIT })),
    recommendBest: query((i) => ({
      query: { recommend: { positive: ids(i), negative: [i], strategy: 'best_score' } },
      limit: LIMIT,
    })),
    discover: query((i) => ({
      query: { discover: { target: i, context: [{ positive: i + 1, negative: i + 2 }] } },
      limit: LIMIT,
    })),
    text: query((i) => ({ query: { text: WORDS[i % WORDS.length] }, using: 'gloss', limit: LIMIT })),
    exact: query((i) => ({ ...plain(i), params: { exact: true } })),
    mmr: query((i) => ({
      query: { nearest: vector(i), mmr: { diversity: 0.5, candidates_limit: 100 } },
      limit: LIMIT,
    })),
    formula: query((i) => ({
      prefetch: wide(i),
      query: { formula: { sum: ['$score', { mult: [0.001, 'gloss_len'] }] } },
      limit: LIMIT,
    })),
    matrix: { path: `${TEXTS}/points/search/matrix/pairs`, body: () => ({ sample: 100, limit: 3 }) },
  };
}

function valueKinds(): Record<string, Kind> {
  return {
    orderByInteger: scroll({ key: 'number', direction: 'desc' }),
    orderByFloat: scroll({ key: 'real' }),
    orderByDatetime: scroll({ key: 'time', start_from: '2020-09-20T00:00:00Z' }),
    facetKeyword: facet('word'),
    facetInteger: facet('number'),
    facetBool: facet('flag'),
    facetFiltered: facet('word', { must: [{ key: 'number', range: { lt: 25_000 } }] }),
  };
}

/** Milliseconds until the answer and microseconds of the server's CPU, both the median of all rounds. */
async function measure(all: Record<string, Kind>): Promise<Record<string, object>> {
  const kinds = Object.entries(all).filter(([name]) => given.only?.split(',').includes(name) ?? true);
  const samples = new Map(kinds.map(([name]) => [name, { millis: [] as number[], cpu: [] as number[] }]));
  for (let round = 0; round < WARM_UP + Number(given.rounds); round++) {
    for (const [name, { path: route, body }] of kinds) {
      const text = JSON.stringify(body(round));
      const startCpu = cpuSeconds();
      const startMs = performance.now();
      await client.call('POST', route, text);
      const millis = performance.now() - startMs;
      if (round < WARM_UP) continue;
      samples.get(name)!.millis.push(millis);
      samples.get(name)!.cpu.push((cpuSeconds() - startCpu) * 1e6);
    }
  }
  const entries = Array.from(samples, ([name, { millis, cpu }]) => [
    name,
    { p50Ms: Number(median(millis).toFixed(2)), cpuMicros: Math.round(median(cpu)) },
  ]);
  return Object.fromEntries(entries) as Record<string, object>;
}

function cpuSeconds(): number {
  return pid === undefined ? Number.NaN : cpuSecondsOf(pid);
}

function median(samples: number[]): number {
  samples.sort((a, b) => a - b);
  return samples[samples.length >> 1]!;
}
