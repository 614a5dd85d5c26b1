import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Condition, Filter } from '../../../../../schemas/filter.ts';
import { compileFilter, requiresPayload } from '../../../../../src/engine/payload/filter/compile.ts';
import { runs } from '../../../../helpers/property-runs.ts';
import { pointOf } from './point.ts';

/** A condition that holds exactly for payloads that have the flag. */
const flag = (name: string): Condition => ({ key: name, match: { value: true } });

const FLAGS = ['a', 'b', 'c', 'd'];

const { filter: anyFilter } = fc.letrec<{
  filter: Filter;
  condition: Condition;
  some: Condition | Condition[] | null;
}>((tie) => ({
  condition: fc.oneof({ maxDepth: 3 }, fc.constantFrom(...FLAGS.map(flag)), tie('filter')),
  some: fc.oneof(fc.constant(null), tie('condition'), fc.array(tie('condition'), { maxLength: 3 })),
  filter: fc.record(
    {
      must: tie('some'),
      should: tie('some'),
      must_not: tie('some'),
      min_should: fc.record({
        conditions: fc.array(tie('condition'), { maxLength: 4 }),
        min_count: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { requiredKeys: [] },
  ),
}));

const list = (part: Condition | Condition[] | null | undefined) => [part ?? []].flat();

/** What a filter means, said as plainly as possible. */
function holds(condition: Condition, flags: ReadonlySet<string>): boolean {
  if ('key' in condition) return flags.has(condition.key);
  const { must, should, must_not: mustNot, min_should: minShould } = condition as Filter;
  const count = (part: Condition | Condition[] | null | undefined) =>
    list(part).filter((one) => holds(one, flags)).length;
  return (
    count(must) === list(must).length &&
    (list(should).length === 0 || count(should) > 0) &&
    count(mustNot) === 0 &&
    (!minShould || count(minShould.conditions) >= minShould.min_count)
  );
}

test('must, should, must_not and min_should are what they mean', () => {
  fc.assert(
    fc.property(anyFilter, fc.subarray(FLAGS), (filter, flags) => {
      const payload = JSON.stringify(Object.fromEntries(flags.map((name) => [name, true])));
      assert.equal(compileFilter(filter)(pointOf(payload)), holds(filter, new Set(flags)));
    }),
    runs(2000),
  );
});

test('empty parts ask for nothing, but a min_should that cannot be met for the impossible', () => {
  const point = pointOf('{}');
  assert.equal(compileFilter({})(point), true);
  assert.equal(compileFilter({ must: [], should: [], must_not: [], min_should: null })(point), true);
  assert.equal(compileFilter({ min_should: { conditions: [], min_count: 1 } })(point), false);
});

test('requiresPayload tells conditions on payload from those on the point', () => {
  const has = { has_id: [1] };
  assert.equal(requiresPayload({}), false);
  assert.equal(
    requiresPayload({ must: has, should: [{ has_vector: '' }, { slice: { total: 2, index: 0 } }] }),
    false,
  );
  assert.equal(requiresPayload({ must: [has, { must_not: [flag('a')] }] }), true);
  assert.equal(
    requiresPayload({ min_should: { conditions: [{ is_null: { key: 'a' } }], min_count: 1 } }),
    true,
  );
  assert.equal(requiresPayload({ should: { nested: { key: 'a', filter: {} } } }), true);
});

test('conditions on the point leave the payload alone', () => {
  const point = {
    id: 1,
    payload: () => assert.fail('the payload was asked for'),
    hasVector: () => true,
  };
  assert.equal(
    compileFilter({ must: [{ has_id: [1] }, { has_vector: '' }, { slice: { total: 1, index: 0 } }] })(point),
    true,
  );
});
