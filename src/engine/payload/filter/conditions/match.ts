/** `match`: equality with strings, integers and booleans, and tests of text without an index. */
import type { AnyVariants, Match } from '../../../../../schemas/filter.ts';
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

function isText(test: (text: string) => boolean): ValueTest {
  return (value) => typeof value === 'string' && test(value);
}

/** Without a text index, Qdrant 1.19.0 looks for the words as they are, case and all, anywhere in the value. */
function hasAnyWord(words: string): (text: string) => boolean {
  const pieces = words.split(/\p{White_Space}+/u).filter((piece) => piece !== '');
  return (text) => pieces.some((piece) => text.includes(piece));
}

function testOf(match: Match): ValueTest {
  if ('value' in match) {
    const { value: expected } = match;
    return (value) => value === expected;
  }
  if ('text' in match) return isText((text) => text.includes(match.text));
  if ('text_any' in match) return isText(hasAnyWord(match.text_any));
  if ('phrase' in match) return isText((text) => text.includes(match.phrase));
  if ('prefix' in match) return isText((text) => text.startsWith(match.prefix));
  const members = valuesOf('any' in match ? match.any : match.except);
  return 'any' in match ? (value) => !isPayloadArray(value) && members.has(value) : isExcept(members);
}

/** Compiles a `match`; of an array, one element must match (for `except`: one must be outside). */
export function compileMatch(match: Match): ValueTest {
  return anyElement(testOf(match));
}
