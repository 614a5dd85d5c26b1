import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { allBut, buildFilterCollection } from '../helpers/filter-collection.ts';

const { matching } = await buildFilterCollection({ after });
const OBJECTS = ['[{"x":1,"y":1},{"x":2,"y":2}]', '[{"x":1,"y":2},{"x":2,"y":1}]'] as const;

const CASES = [
  [{ is_empty: { key: 'k' } }, ['', 'null', '[]']],
  [{ is_empty: { key: 'k.x' } }, allBut('{"x":1}')],
  [{ is_empty: { key: 'k[].x' } }, allBut(...OBJECTS)],
  [{ is_null: { key: 'k' } }, ['null']],
  [{ is_null: { key: 'k[]' } }, ['[null]', '[1,"a",null]']],
  [{ is_null: { key: 'k[].x' } }, ['[{"x":null},{"x":[]},{},5]']],
  [{ key: 'k', is_empty: true }, ['', 'null', '[]']],
  [{ key: 'k', is_empty: false }, allBut('', 'null', '[]')],
  [{ key: 'k', is_null: true }, ['null', '[null]', '[1,"a",null]']],
  [{ key: 'k', is_null: false }, allBut('null', '[null]', '[1,"a",null]')],
  [{ key: 'k[].x', is_null: true }, ['[{"x":null},{"x":[]},{},5]']],
  [{ key: 'k[].x', is_empty: true }, allBut(...OBJECTS)],
  [{ key: 'k', values_count: { gte: 1 } }, allBut('', 'null', '[]')],
  [{ key: 'k', values_count: { lt: 1 } }, ['', 'null', '[]']],
  [{ key: 'k', values_count: { gt: 1, lte: 2 } }, ['[1,2]', '["a","b"]', ...OBJECTS]],
  [{ key: 'k', values_count: { gte: 4 } }, ['[{"x":null},{"x":[]},{},5]']],
] as const;

for (const [condition, expected] of CASES) {
  test(JSON.stringify(condition), async () => {
    assert.deepEqual(await matching({ must: condition }), expected);
    assert.deepEqual(await matching({ must_not: [condition] }), allBut(...expected));
  });
}

test('values_count, is_empty and is_null decide alone in their condition', async () => {
  const match = { value: 1 };
  assert.deepEqual(await matching({ must: { key: 'k', match, is_empty: true } }), ['', 'null', '[]']);
  assert.deepEqual(await matching({ must: { key: 'k', match, is_null: true, values_count: { gte: 4 } } }), [
    '[{"x":null},{"x":[]},{},5]',
  ]);
});
