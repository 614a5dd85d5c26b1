/** `match`: equality with strings, integers and booleans, and tests of text without an index. */
import type {
  AnyVariants,
  Match,
  MatchPhrase,
  MatchPrefix,
  MatchSubstring,
  MatchText,
  MatchTextAny,
} from '../../../../../schemas/filter.ts';
import type { PayloadValue } from '../../../../shared/json/lossless.ts';
import { isPayloadArray } from '../../values.ts';
import { anyElement, type ValueTest } from '../predicate.ts';

/**
 * Set members by which any of `match`'s values is found; a stored float never is one, because floats with an integral
 * value are objects. Integers compare as i64, so a bigint is only ever equal to a bigint.
 */
function valuesOf(variants: AnyVariants): ReadonlySet<PayloadValue> {
  return new Set<PayloadValue>(variants);
}

/** Any value that is neither null nor in the list; other types never are, an array inside of an array neither. */
function isExcept(excluded: ReadonlySet<PayloadValue>): ValueTest {
  return (value) => value !== null && !excluded.has(value);
}

export type TextTest = (text: string) => boolean;

function isText(test: TextTest): ValueTest {
  return (value) => typeof value === 'string' && test(value);
}

/** Without a text index, Qdrant 1.19.0 looks for the words as they are, case and all, anywhere in the value. */
function hasAnyWord(words: string): TextTest {
  const pieces = words.split(/\p{White_Space}+/u).filter((piece) => piece !== '');
  return (text) => pieces.some((piece) => text.includes(piece));
}

type TextMatch = MatchText | MatchTextAny | MatchPhrase | MatchPrefix | MatchSubstring;

const TEXT_MATCHES = ['text', 'text_any', 'phrase', 'prefix', 'substring'];

/** A match that looks into strings. */
export function isTextMatch(match: Match): match is TextMatch {
  return TEXT_MATCHES.some((name) => name in match);
}

/** What a match asks of a string that no text index takes apart. */
export function plainTextTest(match: TextMatch): TextTest {
  if ('text' in match) return (text) => text.includes(match.text);
  if ('text_any' in match) return hasAnyWord(match.text_any);
  if ('phrase' in match) return (text) => text.includes(match.phrase);
  if ('substring' in match) return (text) => text.includes(match.substring);
  return (text) => text.startsWith(match.prefix);
}

function testOf(match: Match): ValueTest {
  if ('value' in match) {
    const { value: expected } = match;
    return (value) => value === expected;
  }
  if (isTextMatch(match)) return isText(plainTextTest(match));
  if ('except' in match) return isExcept(valuesOf(match.except));
  const members = valuesOf(match.any);
  return (value) => !isPayloadArray(value) && members.has(value);
}

/** Compiles a `match`; of an array, one element must match (for `except`: one must be outside). */
export function compileMatch(match: Match): ValueTest {
  return anyElement(testOf(match));
}
