import { assert } from '../../../shared/assert.ts';
import type { Env } from '../../../storage/env.ts';
import {
  codeOfTextKey,
  dictionarySizeKey,
  endOfPrefix,
  lastNumberOf,
  textOfCodeKey,
} from '../../../storage/keys.ts';

const CACHED_TEXTS_MAX = 50_000;

/** Numbers of texts from 0 on, one dictionary for each index, kept in LMDB. A text keeps its code for good. */
export class Dictionary {
  readonly #env: Env;
  readonly #indexId: number;
  readonly #codes = new Map<string, number>();
  readonly #texts = new Map<number, string>();

  constructor(env: Env, indexId: number) {
    this.#env = env;
    this.#indexId = indexId;
  }

  /** The code of a text as of the last `env.refresh()`; undefined if it has none. */
  codeOf(text: string): number | undefined {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const value = this.#env.get(codeOfTextKey(this.#indexId, text));
    if (value === undefined) return undefined;
    const code = value.readUInt32LE();
    this.remember(text, code);
    return code;
  }

  textOf(code: number): string {
    const known = this.#texts.get(code);
    if (known !== undefined) return known;
    const value = this.#env.get(textOfCodeKey(this.#indexId, code));
    assert(value !== undefined, `code ${code} of index ${this.#indexId} has a text`);
    const text = value.toString();
    this.remember(text, code);
    return text;
  }

  /** The codes of the texts that pass. O(size). */
  codesWhere(test: (text: string) => boolean): number[] {
    const found: number[] = [];
    const end = textOfCodeKey(this.#indexId, 0xffff_ffff);
    for (const { key, value } of this.#env.range(textOfCodeKey(this.#indexId, 0), end)) {
      if (test(value.toString())) found.push(lastNumberOf(key));
    }
    return found;
  }

  /** The codes of the texts that start with the UTF-8 bytes of `prefix`. O(found). */
  codesWithPrefix(prefix: string): number[] {
    const start = codeOfTextKey(this.#indexId, prefix, true);
    const codes = Array.from(this.#env.range(start, endOfPrefix(start)), ({ value }) => value.readUInt32LE());
    // Long texts are cut in their keys.
    return codes.filter((code) => this.textOf(code).startsWith(prefix));
  }

  /** How many texts have a code. */
  get size(): number {
    return this.#env.get(dictionarySizeKey(this.#indexId))?.readUInt32LE() ?? 0;
  }

  /** Caches a code that is committed. */
  remember(text: string, code: number): void {
    if (this.#codes.size >= CACHED_TEXTS_MAX) this.#codes.clear();
    if (this.#texts.size >= CACHED_TEXTS_MAX) this.#texts.clear();
    this.#codes.set(text, code);
    this.#texts.set(code, text);
  }
}

/** The codes that one transaction gives to new texts. */
export class DictionaryWriter {
  readonly #dictionary: Dictionary;
  readonly #env: Env;
  readonly #indexId: number;
  readonly #added = new Map<string, number>();
  readonly #firstCode: number;

  constructor(dictionary: Dictionary, env: Env, indexId: number) {
    this.#dictionary = dictionary;
    this.#env = env;
    this.#indexId = indexId;
    this.#firstCode = dictionary.size;
  }

  /** The code of a text, which gets one if it has none. */
  codeFor(text: string): number {
    const known = this.#added.get(text) ?? this.#dictionary.codeOf(text);
    if (known !== undefined) return known;
    const code = this.#firstCode + this.#added.size;
    this.#added.set(text, code);
    return code;
  }

  /** Writes the new codes; call inside the transaction. */
  store(): void {
    if (this.#added.size === 0) return;
    for (const [text, code] of this.#added) {
      this.#env.put(codeOfTextKey(this.#indexId, text), uint32(code));
      this.#env.put(textOfCodeKey(this.#indexId, code), Buffer.from(text));
    }
    this.#env.put(dictionarySizeKey(this.#indexId), uint32(this.#firstCode + this.#added.size));
  }

  /** Call after the commit. */
  publish(): void {
    for (const [text, code] of this.#added) this.#dictionary.remember(text, code);
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
