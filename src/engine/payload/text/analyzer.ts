import type { TokenizerType } from '../../../../schemas/text.ts';
import { foldToAscii } from './ascii-folding.ts';
import type { Stemmer } from './stemmer.ts';
import { SPLITTERS } from './tokenizer.ts';

/** How texts become tokens. */
export interface Analysis {
  readonly tokenizer: TokenizerType;
  readonly lowercase: boolean;
  readonly asciiFolding: boolean;
  readonly stopwords: ReadonlySet<string>;
  readonly stemmer?: Stemmer | undefined;
  /** Characters of a token. */
  readonly minLength: number;
  readonly maxLength: number;
}

export const DEFAULT_ANALYSIS: Analysis = {
  tokenizer: 'word',
  lowercase: true,
  asciiFolding: false,
  stopwords: new Set(),
  minLength: 0,
  maxLength: Number.POSITIVE_INFINITY,
};

/** The tokens of a text that is searched in, in their order. */
export function documentTokens(analysis: Analysis, text: string): string[] {
  const { tokenizer, minLength, maxLength } = analysis;
  if (tokenizer !== 'prefix') return tokensOf(analysis, text);
  return normalisedWords(analysis, text).flatMap((word) => {
    if (analysis.stopwords.has(word)) return [];
    const characters = [...word];
    const longest = Math.min(characters.length, maxLength);
    const prefixes: string[] = [];
    for (let length = Math.max(1, minLength); length <= longest; length++) {
      prefixes.push(characters.slice(0, length).join(''));
    }
    return prefixes;
  });
}

/** The tokens of a text that is searched for: of the prefixes of a word just the longest. */
export function queryTokens(analysis: Analysis, text: string): string[] {
  const { tokenizer, minLength, maxLength } = analysis;
  if (tokenizer !== 'prefix') return tokensOf(analysis, text);
  return normalisedWords(analysis, text).flatMap((word) => {
    const characters = [...word].slice(0, maxLength);
    return characters.length >= Math.max(1, minLength) ? [characters.join('')] : [];
  });
}

function normalisedWords({ tokenizer, lowercase, asciiFolding }: Analysis, text: string): string[] {
  return SPLITTERS[tokenizer](text).map((word) => {
    const folded = asciiFolding ? foldToAscii(word) : word;
    return lowercase ? folded.toLowerCase() : folded;
  });
}

function tokensOf(analysis: Analysis, text: string): string[] {
  const { stopwords, stemmer, minLength, maxLength } = analysis;
  return normalisedWords(analysis, text).flatMap((word) => {
    if (stopwords.has(word)) return [];
    const token = stemmer === undefined ? word : stemmer(word);
    const length = lengthOf(token);
    return length >= minLength && length <= maxLength ? [token] : [];
  });
}

/** Characters, which are not the units of a string. */
function lengthOf(token: string): number {
  let length = 0;
  for (const _ of token) length++;
  return length;
}
