import type { TokenizerType } from '../../../../schemas/text.ts';

/** Splits a text into words, in their order. */
export type Splitter = (text: string) => string[];

const NOT_ALPHANUMERIC = /[^\p{Alphabetic}\p{N}]+/u;
const WHITE_SPACE = /\p{White_Space}+/u;

const byPattern =
  (pattern: RegExp): Splitter =>
  (text) =>
    text.split(pattern).filter((word) => word !== '');

const words = byPattern(NOT_ALPHANUMERIC);
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** Words as the rules of each script have them. */
function segments(text: string): string[] {
  return Array.from(segmenter.segment(text)).flatMap(({ segment, isWordLike }) =>
    isWordLike === true ? [segment] : [],
  );
}

/** Where a lower-case letter meets an upper-case one, or the last of several of these a word, or a letter a digit. */
const PART_BORDER =
  /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{Alphabetic})(?=\p{N})|(?<=\p{N})(?=\p{Alphabetic})/u;

/** Identifiers of programs by their parts: `parseHTTP2_body` is `parse`, `HTTP`, `2` and `body`. */
function partsOfIdentifiers(text: string): string[] {
  return words(text).flatMap((word) => word.split(PART_BORDER));
}

/** How each tokenizer splits; `prefix` makes its prefixes of the words afterwards. */
export const SPLITTERS: Readonly<Record<TokenizerType, Splitter>> = {
  word: words,
  prefix: words,
  whitespace: byPattern(WHITE_SPACE),
  multilingual: segments,
  code: partsOfIdentifiers,
};
