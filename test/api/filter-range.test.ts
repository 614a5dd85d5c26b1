import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildFilterCollection } from '../helpers/filter-collection.ts';

const { matching } = await buildFilterCollection({ after });
const NUMBERS = [
  '1',
  '1.0',
  '[1,2]',
  '[1,"a",null]',
  '2.5',
  '-3',
  '[{"x":null},{"x":[]},{},5]',
  '9007199254740993',
  '0',
];

/** Integers and floats, never booleans and numeric strings; dates only where a bound is one. */
const CASES = [
  [{ gt: 0 }, ['1', '1.0', '[1,2]', '[1,"a",null]', '2.5', '[{"x":null},{"x":[]},{},5]', '9007199254740993']],
  [{ gte: 1, lte: 1 }, ['1', '1.0', '[1,2]', '[1,"a",null]']],
  [{ gt: 1, lt: 1 }, []],
  [{ lt: 0 }, ['-3']],
  [{ lte: -3 }, ['-3']],
  [{ gte: 0, lt: 2.5 }, ['1', '1.0', '[1,2]', '[1,"a",null]', '0']],
  [{ gt: 1, lt: 2.5 }, ['[1,2]']],
  [{ gt: 1e300 }, []],
  [{ gte: 9007199254740992 }, ['9007199254740993']],
  [{}, NUMBERS],
  [{ gt: null, lt: null }, NUMBERS],
  [{ gt: '2024-05-01' }, ['"2024-05-01T10:00:00Z"', '"2024-06-01"']],
  [{ gte: '2024-05-01T12:00:00+02:00', lte: '2024-05-01T10:00:00.000Z' }, ['"2024-05-01T10:00:00Z"']],
  [{ gt: '2024-05-01T10:00:00Z' }, ['"2024-06-01"']],
  [{ lt: '2024-05-31 23:59' }, ['"2024-05-01T10:00:00Z"']],
  [{ gte: '2024-06-01T00:00:00', lt: null }, ['"2024-06-01"']],
] as const;

for (const [range, expected] of CASES) {
  test(`range ${JSON.stringify(range)}`, async () => {
    assert.deepEqual(await matching({ must: { key: 'k', range } }), expected);
  });
}

test('a range under a path through an array', async () => {
  const both = ['[{"x":1,"y":1},{"x":2,"y":2}]', '[{"x":1,"y":2},{"x":2,"y":1}]'];
  assert.deepEqual(await matching({ must: { key: 'k[].x', range: { gte: 2 } } }), both);
  assert.deepEqual(await matching({ must: { key: 'k[0].y', range: { gte: 2 } } }), both.slice(1));
});
