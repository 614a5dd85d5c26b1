import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { allBut, buildFilterCollection } from '../helpers/filter-collection.ts';

const { matching } = await buildFilterCollection({ after });

const ABSENT = ['', 'null', '[]', '[null]'] as const;
const TEXTS = [
  '"1"',
  '["a","b"]',
  '[1,"a",null]',
  '"a"',
  '"A"',
  '""',
  '"2024-05-01T10:00:00Z"',
  '"2024-06-01"',
  '"hello big world"',
];

/** Missing and null values, and empty arrays, match nothing. */
const CASES = [
  [{ value: 1 }, ['1', '[1,2]', '[1,"a",null]']],
  [{ value: 0 }, ['0']],
  [{ value: -3 }, ['-3']],
  [{ value: '1' }, ['"1"']],
  [{ value: 'a' }, ['["a","b"]', '[1,"a",null]', '"a"']],
  [{ value: 'A' }, ['"A"']],
  [{ value: '' }, ['""']],
  [{ value: true }, ['true']],
  [{ value: false }, ['false']],
  [{ value: 9007199254740993n }, ['9007199254740993']],
  [{ value: 9007199254740992n }, []],
  [{ any: [1, 2] }, ['1', '[1,2]', '[1,"a",null]']],
  [{ any: ['a', 'A'] }, ['["a","b"]', '[1,"a",null]', '"a"', '"A"']],
  [{ any: ['a', 'a'] }, ['["a","b"]', '[1,"a",null]', '"a"']],
  [{ any: ['nope'] }, []],
  [{ any: [] }, []],
  [{ except: [1, 2] }, allBut(...ABSENT, '1', '[1,2]')],
  [{ except: ['a'] }, allBut(...ABSENT, '"a"')],
  [{ except: ['a', 'b'] }, allBut(...ABSENT, '"a"', '["a","b"]')],
  [{ except: [] }, allBut(...ABSENT)],
  [{ text: 'big' }, ['"hello big world"']],
  [{ text: 'lo bi' }, ['"hello big world"']],
  [{ text: 'BIG' }, []],
  [{ text: '' }, TEXTS],
  [{ text_any: 'tiny big' }, ['"hello big world"']],
  [{ text_any: ' ' }, []],
  [{ phrase: 'big world' }, ['"hello big world"']],
  [{ phrase: 'world big' }, []],
  [{ prefix: 'hel' }, ['"hello big world"']],
  [{ prefix: 'HEL' }, []],
  [{ prefix: '' }, TEXTS],
  [{ substring: 'o big' }, ['"hello big world"']],
  [{ substring: 'O BIG' }, []],
  [{ substring: '' }, TEXTS],
] as const;

for (const [match, expected] of CASES) {
  const text = JSON.stringify(match, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  test(`match ${text}`, async () => {
    assert.deepEqual(await matching({ must: { key: 'k', match } }), expected);
  });
}

/** `a.b` does not look into arrays, `a[].b` does. */
const PATHS = [
  ['k[]', 1, ['[1,2]', '[1,"a",null]', '[[1]]']],
  ['k[0]', 1, ['[1,2]', '[1,"a",null]', '[[1]]']],
  ['k[1]', 2, ['[1,2]']],
  ['k[7]', 1, []],
  ['k.x', 1, ['{"x":1}']],
  ['k[].x', 1, ['[{"x":1,"y":1},{"x":2,"y":2}]', '[{"x":1,"y":2},{"x":2,"y":1}]']],
  ['k[1].y', 1, ['[{"x":1,"y":2},{"x":2,"y":1}]']],
  ['"k"', 1, ['1', '[1,2]', '[1,"a",null]']],
  ['nope', 1, []],
  ['k.nope.x', 1, []],
] as const;

for (const [key, value, expected] of PATHS) {
  test(`match ${value} under ${key}`, async () => {
    assert.deepEqual(await matching({ must: { key, match: { value } } }), expected);
  });
}
