import type { Condition, Filter } from '../../../../schemas/filter.ts';

/**
 * The filter of a level under that of the levels above it. As in Qdrant, the clauses of one kind are put together: all
 * conditions of `must` hold, and one `should` is enough for both.
 */
export function mergeFilters(above: Filter | undefined, own: Filter | undefined): Filter | undefined {
  if (above === undefined) return own;
  if (own === undefined) return above;
  const minShould = mergeMinShould(above.min_should, own.min_should);
  return {
    must: [...listOf(above.must), ...listOf(own.must)],
    should: [...listOf(above.should), ...listOf(own.should)],
    must_not: [...listOf(above.must_not), ...listOf(own.must_not)],
    ...(minShould && { min_should: minShould }),
  };
}

type MinShould = NonNullable<Filter['min_should']>;

function mergeMinShould(
  above: MinShould | null | undefined,
  own: MinShould | null | undefined,
): MinShould | null | undefined {
  if (!above || !own) return above ?? own;
  return {
    conditions: [...above.conditions, ...own.conditions],
    min_count: Math.max(above.min_count, own.min_count),
  };
}

function listOf(conditions: Condition | Condition[] | null | undefined): Condition[] {
  if (conditions === undefined || conditions === null) return [];
  return Array.isArray(conditions) ? conditions : [conditions];
}
