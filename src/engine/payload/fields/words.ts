/** Text indexes: strings taken apart into tokens. */
import type { Match } from '../../../../schemas/filter.ts';
import type { TextIndexParams } from '../../../../schemas/payload-index.ts';
import { isTextMatch } from '../filter/conditions/match.ts';
import { atMost, type Bits, exactly, intersection, noBits, type Truth, union } from '../filter/truth.ts';
import {
  type Analysis,
  documentTokens as tokensOfDocument,
  queryTokens as tokensOfQuery,
} from '../text/analyzer.ts';
import { indexAnalysis } from '../text/index-analysis.ts';
import { allPresent, atMostForeign, type FieldType, type FieldView } from './field-type.ts';

/** The type of a text index with these parameters. */
export function textField(params: Partial<TextIndexParams>): FieldType {
  const analysis = indexAnalysis(params);
  const hasPhrases = params.phrase_matching === true;
  const isNested = typeof params.nested === 'string';
  return {
    cell: 'code',
    // The number of tokens; the writer counts those of all strings together.
    cellOf: (value) => (typeof value === 'string' ? 0 : undefined),
    tokensOf: (text) => documentTokens(analysis, text),
    queryTokensOf: (text) => queryTokens(analysis, text),
    textTest: (match) => textTest(analysis, match, hasPhrases),
    match: (view, match) => answerMatch(view, match, { analysis, hasPhrases, isNested }),
    range: atMostForeign,
    geo: atMostForeign,
  };
}

/** Surrogates without their partner have no bytes of their own, so tokens with one could not be told apart by code. */
const documentTokens = (analysis: Analysis, text: string) => tokensOfDocument(analysis, text.toWellFormed());
const queryTokens = (analysis: Analysis, text: string) => tokensOfQuery(analysis, text.toWellFormed());

type TextsTest = (texts: readonly string[]) => boolean;

/** What a match asks of all strings under a key together; undefined if it does not ask for tokens. */
function textTest(analysis: Analysis, match: Match, hasPhrases: boolean): TextsTest | undefined {
  const tokensIn = (texts: readonly string[]) =>
    new Set(texts.flatMap((text) => documentTokens(analysis, text)));
  if ('text' in match) {
    const wanted = queryTokens(analysis, match.text);
    return (texts) => {
      if (wanted.length === 0) return false;
      const tokens = tokensIn(texts);
      return wanted.every((token) => tokens.has(token));
    };
  }
  if ('text_any' in match) {
    const wanted = queryTokens(analysis, match.text_any);
    return (texts) => {
      const tokens = tokensIn(texts);
      return wanted.some((token) => tokens.has(token));
    };
  }
  if (!('phrase' in match)) return undefined;
  const phrase = queryTokens(analysis, match.phrase);
  if (!hasPhrases || phrase.length === 0) return () => false;
  return (texts) => texts.some((text) => hasPhrase(documentTokens(analysis, text), phrase));
}

/** The tokens of the phrase stand one after the other. */
function hasPhrase(tokens: readonly string[], phrase: readonly string[]): boolean {
  for (let start = tokens.indexOf(phrase[0]!); start >= 0; start = tokens.indexOf(phrase[0]!, start + 1)) {
    if (phrase.every((token, i) => tokens[start + i] === token)) return true;
  }
  return false;
}

function answerMatch(
  view: FieldView,
  match: Match,
  { analysis, hasPhrases, isNested }: { analysis: Analysis; hasPhrases: boolean; isNested: boolean },
): Truth | undefined {
  if ('text' in match) {
    const tokens = queryTokens(analysis, match.text);
    const rows = rowsWithAll(view, tokens);
    // The tokens may be spread over several elements.
    return isNested && tokens.length > 1 ? atMost(rows) : exactly(rows);
  }
  if ('text_any' in match) return exactly(rowsWithAny(view, queryTokens(analysis, match.text_any)));
  if ('phrase' in match) {
    if (!hasPhrases) return exactly(noBits(view.rows));
    const phrase = queryTokens(analysis, match.phrase);
    const rows = rowsWithAll(view, phrase);
    return phrase.length === 1 ? exactly(rows) : atMost(rows);
  }
  if (isTextMatch(match) || !('value' in match)) return undefined;
  if (typeof match.value !== 'string') return atMostForeign(view);
  // Equal texts have equal tokens; a text without any says nothing.
  const tokens = documentTokens(analysis, match.value);
  return atMost(tokens.length === 0 ? allPresent(view).possible : rowsWithAll(view, tokens));
}

function rowsWithAll(view: FieldView, tokens: readonly string[]): Bits {
  const sets: Bits[] = [];
  for (const token of new Set(tokens)) {
    const rows = rowsWith(view, token);
    if (rows === undefined) return noBits(view.rows);
    sets.push(rows);
  }
  return sets.length === 0 ? noBits(view.rows) : sets.reduce(intersection);
}

function rowsWithAny(view: FieldView, tokens: readonly string[]): Bits {
  return [...new Set(tokens)]
    .map((token) => rowsWith(view, token))
    .filter((rows) => rows !== undefined)
    .reduce(union, noBits(view.rows));
}

function rowsWith({ dictionary, tokenRows, rows }: FieldView, token: string): Bits | undefined {
  const code = dictionary.codeOf(token);
  return code === undefined ? undefined : tokenRows.with(code, rows);
}
