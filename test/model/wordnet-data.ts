/** wordnet-50k: 50,000 real text embeddings with payload, 1,000 queries, and the exact neighbours of each. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const DIM = 384;
export const ROWS = 50_000;
export const QUERIES = 1000;
export const NEIGHBOURS = 100;

const HALF_BYTES = 2;
const HALF_VALUES = 2 ** 16;

export interface Payload {
  readonly pos: string;
  readonly lexname: string;
  readonly gloss_len: number;
}

const defaultData = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const directory = path.join(process.env.NEARIFY_DATA ?? defaultData, 'wordnet-50k');

/** Why there is no data, or undefined if it is there. */
export function missingData(): string | undefined {
  return existsSync(directory)
    ? undefined
    : `there is no ${directory} (NEARIFY_DATA names the folder above it)`;
}

function readFile(name: string, bytesExpected: number): ArrayBuffer {
  const bytes = readFileSync(path.join(directory, name));
  assert.equal(bytes.length, bytesExpected, `bytes of ${name}`);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}

/** The shortest decimal that float32 reads as this number. */
function shortText(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}

/** Vectors as numbers to compute with, and as JSON text to send. */
export class Vectors {
  readonly values: Float32Array;
  readonly norms: Float64Array;
  readonly #halves: Uint16Array;
  /** Text of each half float that has been seen, by its bits. */
  readonly #texts: (string | undefined)[] = Array.from({ length: HALF_VALUES });

  constructor(name: string, rows: number) {
    const buffer = readFile(name, rows * DIM * HALF_BYTES);
    this.#halves = new Uint16Array(buffer);
    this.values = Float32Array.from(new Float16Array(buffer));
    this.norms = Float64Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (let i = row * DIM; i < (row + 1) * DIM; i++) sum += this.values[i]! ** 2;
      return Math.sqrt(sum);
    });
  }

  /** JSON array of a row. */
  text(row: number): string {
    const parts: string[] = [];
    for (let at = row * DIM; at < (row + 1) * DIM; at++) {
      const half = this.#halves[at]!;
      parts.push((this.#texts[half] ??= shortText(this.values[at]!)));
    }
    return `[${parts.join(',')}]`;
  }
}

/** Cosine similarity in double precision. Four sums, because one would wait for each addition. */
export function similarity(queries: Vectors, query: number, base: Vectors, row: number): number {
  const a = queries.values;
  const b = base.values;
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  for (let i = query * DIM, j = row * DIM, end = i + DIM; i < end; i += 4, j += 4) {
    sum0 += a[i]! * b[j]!;
    sum1 += a[i + 1]! * b[j + 1]!;
    sum2 += a[i + 2]! * b[j + 2]!;
    sum3 += a[i + 3]! * b[j + 3]!;
  }
  return (sum0 + sum1 + sum2 + sum3) / (queries.norms[query]! * base.norms[row]!);
}

/** The `k` rows of `candidates` most similar to the query, best first, by looking at all of them. */
export function exactNearest(
  vectors: { readonly queries: Vectors; readonly base: Vectors },
  query: number,
  candidates: readonly number[],
  k: number,
): number[] {
  const best: { row: number; score: number }[] = [];
  for (const row of candidates) {
    const score = similarity(vectors.queries, query, vectors.base, row);
    if (best.length === k && score <= best[k - 1]!.score) continue;
    let at = best.length;
    while (at > 0 && best[at - 1]!.score < score) at -= 1;
    best.splice(at, 0, { row, score });
    if (best.length > k) best.pop();
  }
  return best.map(({ row }) => row);
}

export interface Wordnet {
  readonly base: Vectors;
  readonly queries: Vectors;
  /** QUERIES x NEIGHBOURS, best first. */
  readonly neighbours: Int32Array;
  readonly payloads: readonly Payload[];
  /** The same as JSON text. */
  readonly payloadTexts: readonly string[];
}

export function readWordnet(): Wordnet {
  const payloadTexts = readFileSync(path.join(directory, 'payload.jsonl'), 'utf8').trimEnd().split('\n');
  assert.equal(payloadTexts.length, ROWS, 'lines of payload.jsonl');
  return {
    base: new Vectors('base.f16', ROWS),
    queries: new Vectors('queries.f16', QUERIES),
    neighbours: new Int32Array(readFile('neighbours.i32', QUERIES * NEIGHBOURS * 4)),
    payloads: payloadTexts.map((text) => JSON.parse(text) as Payload),
    payloadTexts,
  };
}
