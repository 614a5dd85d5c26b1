import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { allBut, buildFilterCollection, idOf, VALUES } from '../helpers/filter-collection.ts';

const { matching } = await buildFilterCollection({ after });

const ONE = { key: 'k', match: { value: 1 } };
const LETTER = { key: 'k', match: { any: ['a', 'b'] } };
const LISTS = { has_id: [idOf('[1,2]'), idOf('["a","b"]'), idOf('[1,"a",null]')] };
const ONES = ['1', '[1,2]', '[1,"a",null]'] as const;
const LETTERS = ['["a","b"]', '[1,"a",null]', '"a"'] as const;
const EITHER = ['1', '[1,2]', '["a","b"]', '[1,"a",null]', '"a"'] as const;
const atLeast = (count: number, ...conditions: object[]) => ({
  min_should: { conditions, min_count: count },
});

const CASES = [
  [{ must: ONE }, ONES],
  [{ must: [ONE] }, ONES],
  [{ must: [ONE, LISTS] }, ['[1,2]', '[1,"a",null]']],
  [{ must: [ONE, LETTER] }, ['[1,"a",null]']],
  [{ must: [] }, VALUES],
  [{ should: ONE }, ONES],
  [{ should: [ONE, LETTER] }, EITHER],
  [{ should: [] }, VALUES],
  [{ must_not: ONE }, allBut(...ONES)],
  [{ must_not: [ONE, LETTER] }, allBut(...EITHER)],
  [{ must_not: [] }, VALUES],
  [{}, VALUES],
  [{ must: null, should: null, must_not: null, min_should: null }, VALUES],
  [atLeast(1, ONE, LETTER, LISTS), EITHER],
  [atLeast(2, ONE, LETTER, LISTS), ['[1,2]', '["a","b"]', '[1,"a",null]']],
  [atLeast(3, ONE, LETTER, LISTS), ['[1,"a",null]']],
  [atLeast(4, ONE, LETTER, LISTS), []],
  [atLeast(1), []],
  [{ must: LISTS, must_not: ONE }, ['["a","b"]']],
  [{ must: LISTS, should: [ONE, LETTER], must_not: LETTER }, ['[1,2]']],
  [{ must: LISTS, ...atLeast(2, ONE, LETTER) }, ['[1,"a",null]']],
  [{ should: [], must: ONE }, ONES],
  [{ must: { should: [ONE, { must: [LETTER, LISTS] }] } }, ['1', '[1,2]', '["a","b"]', '[1,"a",null]']],
  [{ must_not: { must_not: ONE } }, ONES],
  [{ must_not: { should: [ONE, LETTER] } }, allBut(...EITHER)],
  [{ must: [{ must: [{ must: [ONE] }] }] }, ONES],
  [{ must: {} }, VALUES],
  [{ must_not: {} }, []],
  [{ should: { must: [] } }, VALUES],
  [{ should: [{ must_not: LISTS }, LETTER] }, allBut('[1,2]')],
  [{ must: atLeast(1, LETTER) }, LETTERS],
  [
    { must: { key: 'k', match: { value: 1 }, range: { gte: 3 } } },
    [...ONES, '[{"x":null},{"x":[]},{},5]', '9007199254740993'],
  ],
] as const;

for (const [filter, expected] of CASES) {
  test(JSON.stringify(filter), async () => {
    assert.deepEqual(await matching(filter), expected);
  });
}

test('a filter follows the changes of the points that it looked at before', async (t) => {
  const { api, matching: matchingNow } = await buildFilterCollection(t);
  assert.deepEqual(await matchingNow({ must: ONE }), ONES);
  await api.upsert('c', [{ id: idOf('"A"'), vector: [1], payload: { k: 1 } }]);
  assert.deepEqual(await matchingNow({ must: ONE }), ['1', '[1,2]', '[1,"a",null]', '"A"']);
  await api.upsert('c', [{ id: idOf('1'), vector: [1], payload: { k: 2 } }]);
  await api.result('POST', '/collections/c/points/delete?wait=true', { points: [idOf('[1,2]')] });
  assert.deepEqual(await matchingNow({ must: ONE }), ['[1,"a",null]', '"A"']);
});
