/** Indexes of keywords and UUIDs: a code for each text. */
import type { Match } from '../../../../schemas/filter.ts';
import { parsePointId } from '../../../shared/ids.ts';
import { isTextMatch, plainTextTest } from '../filter/conditions/match.ts';
import { type Bits, exactly, noBits, type Truth, union } from '../filter/truth.ts';
import { scanCodes } from './code-scans.ts';
import type { Dictionary } from './dictionary.ts';
import {
  allPresent,
  atMostForeign,
  type FieldType,
  type FieldView,
  foreign,
  orForeign,
} from './field-type.ts';

/** Surrogates without their partner have no bytes of their own, so such texts cannot be told apart by code. */
const KEYWORDS = (text: string): boolean => text.isWellFormed();
const UUIDS = (text: string): boolean => typeof parsePointId(text) === 'string';

export const KEYWORD = codedTexts(KEYWORDS);
export const UUID = codedTexts(UUIDS);

function codedTexts(accepts: (text: string) => boolean): FieldType {
  return {
    cell: 'code',
    cellOf: (value, codeFor) => (typeof value === 'string' && accepts(value) ? codeFor(value) : undefined),
    valueAt: ({ column, dictionary }, address) => dictionary.textOf(column.codes[address >> 2]!),
    match: (view, match) => answerMatch(view, match, accepts),
  };
}

function answerMatch(view: FieldView, match: Match, accepts: (text: string) => boolean): Truth | undefined {
  const { dictionary } = view;
  if ('value' in match) return equal(view, [match.value], accepts);
  if ('any' in match) return equal(view, match.any, accepts);
  if ('except' in match) return unequal(view, match.except, accepts);
  if (!isTextMatch(match)) return undefined;
  const codes =
    'prefix' in match
      ? dictionary.codesWithPrefix(match.prefix)
      : dictionary.codesWhere(plainTextTest(match));
  return orForeign(view, rowsWith(view, codes));
}

function equal(view: FieldView, wanted: readonly unknown[], accepts: (text: string) => boolean): Truth {
  const texts = wanted.filter((value) => typeof value === 'string');
  if (texts.length < wanted.length) return atMostForeign(view);
  const hits = rowsWith(view, codesOf(view.dictionary, texts));
  return texts.every(accepts) ? exactly(hits) : orForeign(view, hits);
}

function unequal(
  view: FieldView,
  excluded: readonly unknown[],
  accepts: (text: string) => boolean,
): Truth | undefined {
  if (excluded.length === 0) return exactly(allPresent(view).possible);
  const texts = excluded.filter((value) => typeof value === 'string');
  if (texts.length < excluded.length) return allPresent(view);
  const codes = codesOf(view.dictionary, texts);
  const misses = view.column.misses(view.rows, scanCodes(codes));
  return texts.every(accepts) ? exactly(union(misses, foreign(view))) : orForeign(view, misses);
}

function codesOf(dictionary: Dictionary, texts: readonly string[]): number[] {
  return texts.map((text) => dictionary.codeOf(text)).filter((code) => code !== undefined);
}

function rowsWith({ column, rows }: FieldView, codes: readonly number[]): Bits {
  return codes.length === 0 ? noBits(rows) : column.hits(rows, scanCodes(codes));
}
