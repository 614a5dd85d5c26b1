/** Which rows of a segment have which tokens: the inverted index of a text index, kept in LMDB. */
import type { Env } from '../../../storage/env.ts';
import { lastNumberOf, postingsKey } from '../../../storage/keys.ts';
import {
  eachPosting,
  encodePostings,
  type Postings,
  POSTINGS_BLOCK_ROWS,
} from '../../../storage/postings.ts';
import { type Bits, noBits, setBit } from '../filter/truth.ts';

/** The rows of one segment, as of the last `env.refresh()`. */
export class TokenRows {
  readonly #env: Env;
  readonly #indexId: number;
  readonly #segmentId: number;

  constructor(env: Env, indexId: number, segmentId: number) {
    this.#env = env;
    this.#indexId = indexId;
    this.#segmentId = segmentId;
  }

  /** The rows below `rows` that have a token. O(rows that have it). */
  with(code: number, rows: number): Bits {
    const found = noBits(rows);
    this.each(code, (row) => {
      if (row < rows) setBit(found, row);
    });
    return found;
  }

  /** Calls `use` for every row that has a token, deleted ones too, ascending, with how often it occurs there. */
  each(code: number, use: (row: number, count: number) => void): void {
    const start = postingsKey(this.#indexId, this.#segmentId, code, 0);
    const end = postingsKey(this.#indexId, this.#segmentId, code, 0xffff_ffff);
    for (const { key, value } of this.#env.range(start, end)) {
      const first = lastNumberOf(key) * POSTINGS_BLOCK_ROWS;
      eachPosting(value, (row, count) => use(first + row, count));
    }
  }
}

/** What one transaction changes in the rows of one segment. */
export class TokenRowsWriter {
  readonly #env: Env;
  readonly #indexId: number;
  readonly #segmentId: number;
  /** By token and block; a count of 0 takes the row out. */
  readonly #changes = new Map<number, Map<number, Postings>>();

  constructor(env: Env, indexId: number, segmentId: number) {
    this.#env = env;
    this.#indexId = indexId;
    this.#segmentId = segmentId;
  }

  /** Takes the tokens of a row out that `before` has, and puts those of `after` in, each with how often it occurs. */
  change(row: number, before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): void {
    for (const code of before.keys()) if (!after.has(code)) this.#set(code, row, 0);
    for (const [code, count] of after) if (before.get(code) !== count) this.#set(code, row, count);
  }

  /** Call inside the transaction. */
  store(): void {
    for (const [code, blocks] of this.#changes) {
      for (const [block, changed] of blocks) {
        const key = postingsKey(this.#indexId, this.#segmentId, code, block);
        const postings: Postings = new Map();
        const stored = this.#env.get(key);
        if (stored !== undefined) eachPosting(stored, (row, count) => postings.set(row, count));
        for (const [row, count] of changed) {
          if (count > 0) postings.set(row, count);
          else postings.delete(row);
        }
        if (postings.size > 0) this.#env.put(key, encodePostings(postings));
        else if (stored !== undefined) this.#env.remove(key);
      }
    }
  }

  #set(code: number, row: number, count: number): void {
    const block = Math.floor(row / POSTINGS_BLOCK_ROWS);
    const blocks = this.#changes.get(code) ?? new Map<number, Postings>();
    const postings = blocks.get(block) ?? new Map<number, number>();
    this.#changes.set(code, blocks.set(block, postings.set(row % POSTINGS_BLOCK_ROWS, count)));
  }
}
