/** Filters as functions: compiled once for a request, asked once for each point. */
import type { Condition, Filter, Match } from '../../../../schemas/filter.ts';
import { type KeyPath, parsePath, pathKey } from '../path.ts';
import { compileField } from './conditions/field.ts';
import { compileHasId, compileHasVector, compileSlice } from './conditions/identity.ts';
import { compileNested, elementsPath, someElement } from './conditions/nested.ts';
import { compileIsEmpty, compileIsNull } from './conditions/presence.ts';
import type { FilterPoint, Predicate } from './predicate.ts';

export type { FilterPoint, Predicate };

/** A payload index as far as it changes what conditions on its key mean. */
export interface KeyIndex {
  /**
   * The test of all strings under the key together for `text`, `text_any` and `phrase`, if the index takes texts apart;
   * else these look for substrings.
   */
  textTest?(match: Match): ((texts: readonly string[]) => boolean) | undefined;
  /** Where each object of an array is an entry of its own, of which one must meet a condition: their path, and the key below. */
  readonly elements?: ElementsKey | undefined;
}

export interface ElementsKey {
  readonly path: KeyPath;
  readonly below: KeyPath;
}

/** What of the collection changes the meaning of a condition. */
export interface FilterContext {
  /** Payload indexes by `pathKey`. Where there is one, `is_null` finds a null inside of an array too. */
  readonly indexes?: ReadonlyMap<string, KeyIndex>;
}

function compileCondition(condition: Condition, context: FilterContext): Predicate {
  if ('key' in condition) {
    const { key, match } = condition;
    const compileAt: CompileAt = (path, index) =>
      compileField(condition, path, match ? index?.textTest?.(match) : undefined);
    return compileKeyed(key, compileAt, context);
  }
  if ('is_empty' in condition) return compileKeyed(condition.is_empty.key, compileIsEmpty, context);
  if ('is_null' in condition) return compileKeyed(condition.is_null.key, compileNullAt, context);
  if ('has_id' in condition) return compileHasId(condition);
  if ('has_vector' in condition) return compileHasVector(condition.has_vector);
  if ('slice' in condition) return compileSlice(condition.slice);
  if ('nested' in condition) {
    const inner = contextBelow(context, elementsPath(condition.nested.key));
    return compileNested(condition.nested, (filter) => compileFilter(filter, inner));
  }
  return compileFilter(condition, context);
}

/** Compiles a condition on the values that a path leads to; `index`: what a payload index makes of it. */
type CompileAt = (path: KeyPath, index: KeyIndex | undefined) => Predicate;

const compileNullAt: CompileAt = (path, index) => compileIsNull(path, index !== undefined);

function compileKeyed(key: string, compileAt: CompileAt, { indexes }: FilterContext): Predicate {
  const path = parsePath(key);
  const index = indexes?.get(pathKey(path));
  const elements = index?.elements;
  if (elements === undefined) return compileAt(path, index);
  return someElement(elements.path, compileAt(elements.below, index));
}

/**
 * Inside of a nested filter keys are relative to the element. Of the indexes of the collection those count there that have
 * the elements as entries.
 */
function contextBelow(
  { indexes = new Map<string, KeyIndex>() }: FilterContext,
  path: KeyPath,
): FilterContext {
  const inner = new Map<string, KeyIndex>();
  for (const index of indexes.values()) {
    const { elements } = index;
    if (elements === undefined || pathKey(elements.path.slice(0, path.length)) !== pathKey(path)) continue;
    const rest = elements.path.slice(path.length);
    const innerElements = rest.length === 0 ? undefined : { path: rest, below: elements.below };
    inner.set(pathKey([...rest, ...elements.below]), {
      textTest: (match) => index.textTest?.(match),
      elements: innerElements,
    });
  }
  return { indexes: inner };
}

/** A condition that is a filter itself. */
export function isFilter(condition: Condition): condition is Filter {
  return !CONDITION_KEYS.some((key) => key in condition);
}

const CONDITION_KEYS = ['key', 'is_empty', 'is_null', 'has_id', 'has_vector', 'slice', 'nested'] as const;

/** The conditions of a part of a filter; a lone one needs no list. */
export function listOf(conditions: Condition | Condition[] | null | undefined): readonly Condition[] {
  if (conditions === undefined || conditions === null) return [];
  return Array.isArray(conditions) ? conditions : [conditions];
}

const everything: Predicate = () => true;

function allOf(predicates: readonly Predicate[]): Predicate {
  if (predicates.length === 0) return everything;
  if (predicates.length === 1) return predicates[0]!;
  return (point) => {
    for (const predicate of predicates) {
      if (!predicate(point)) return false;
    }
    return true;
  };
}

function anyOf(predicates: readonly Predicate[]): Predicate {
  if (predicates.length === 1) return predicates[0]!;
  return (point) => {
    for (const predicate of predicates) {
      if (predicate(point)) return true;
    }
    return false;
  };
}

function atLeast(minCount: number | bigint, predicates: readonly Predicate[]): Predicate {
  if (minCount > predicates.length) return () => false;
  return (point) => {
    let count = 0;
    for (const predicate of predicates) {
      if (predicate(point)) count += 1;
      if (count >= minCount) return true;
    }
    return false;
  };
}

/**
 * Compiles a validated filter. The predicate allocates nothing for most conditions and asks for the payload only where
 * a condition needs it; its cost is that of the conditions up to the first that decides. It is not re-entrant.
 *
 * @throws NEARIFY_FORMAT for a path or a datetime that does not parse
 */
export function compileFilter(filter: Filter, context: FilterContext = {}): Predicate {
  const compileAll = (conditions: Condition | Condition[] | null | undefined) =>
    listOf(conditions).map((condition) => compileCondition(condition, context));
  const parts = compileAll(filter.must);
  const should = compileAll(filter.should);
  if (should.length > 0) parts.push(anyOf(should));
  const { min_should: minShould } = filter;
  if (minShould) parts.push(atLeast(minShould.min_count, compileAll(minShould.conditions)));
  const mustNot = compileAll(filter.must_not);
  if (mustNot.length > 0) {
    const isExcluded = anyOf(mustNot);
    parts.push((point) => !isExcluded(point));
  }
  return allOf(parts);
}

function conditionNeedsPayload(condition: Condition): boolean {
  if ('key' in condition || 'is_empty' in condition || 'is_null' in condition || 'nested' in condition) {
    return true;
  }
  if ('has_id' in condition || 'has_vector' in condition || 'slice' in condition) return false;
  return requiresPayload(condition);
}

/** Whether the filter looks at payloads at all; without, they need not be read from storage. */
export function requiresPayload(filter: Filter): boolean {
  const { must, should, must_not: mustNot, min_should: minShould } = filter;
  return [must, should, mustNot, minShould?.conditions].some((conditions) =>
    listOf(conditions).some(conditionNeedsPayload),
  );
}
