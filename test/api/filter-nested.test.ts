import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';
import { buildFilterCollection, idOf } from '../helpers/filter-collection.ts';

const { matching } = await buildFilterCollection({ after });
const EQUAL = '[{"x":1,"y":1},{"x":2,"y":2}]';
const CROSSED = '[{"x":1,"y":2},{"x":2,"y":1}]';
const ODD = '[{"x":null},{"x":[]},{},5]';
const is = (key: string, value: number) => ({ key, match: { value } });

/** One object of the array must pass the whole filter; what is no object is passed over. */
const CASES = [
  ['k', { must: [is('x', 1), is('y', 1)] }, [EQUAL]],
  ['k[]', { must: [is('x', 1), is('y', 2)] }, [CROSSED]],
  ['k', { must: is('x', 1) }, [EQUAL, CROSSED]],
  ['k', { should: [is('x', 2), is('y', 7)] }, [EQUAL, CROSSED]],
  ['k', { must_not: is('x', 1) }, [EQUAL, CROSSED, ODD]],
  ['k', { must_not: [is('x', 1), is('x', 2)] }, [ODD]],
  ['k', { min_should: { conditions: [is('x', 2), is('y', 2)], min_count: 2 } }, [EQUAL]],
  ['k', { must: { is_null: { key: 'x' } } }, [ODD]],
  ['k', { must: { is_empty: { key: 'x' } } }, [ODD]],
  ['k', { must: { key: 'y', range: { gte: 2 } }, must_not: is('x', 2) }, [CROSSED]],
  ['k', {}, [EQUAL, CROSSED, ODD]],
  ['k', { must: { has_id: [idOf(EQUAL)] } }, []],
  ['k', { must: { has_vector: '' } }, []],
  ['nope', {}, []],
  ['k[].x', {}, []],
] as const;

for (const [key, filter, expected] of CASES) {
  test(`nested under ${key}: ${JSON.stringify(filter)}`, async () => {
    assert.deepEqual(await matching({ must: { nested: { key, filter } } }), expected);
  });
}

test('the two values may come from two objects without nested', async () => {
  assert.deepEqual(await matching({ must: [is('k[].x', 1), is('k[].y', 1)] }), [EQUAL, CROSSED]);
});

test('nested beside other conditions', async () => {
  const nested = { nested: { key: 'k', filter: { must: is('x', 1) } } };
  assert.deepEqual(await matching({ must: nested, must_not: { has_id: [idOf(EQUAL)] } }), [CROSSED]);
  assert.deepEqual(await matching({ should: [nested, is('k', 0)] }), [EQUAL, CROSSED, '0']);
});

const lists = (inner: number) => ({ a: [{ b: [{ c: inner, d: 1 }] }, { b: [{ c: 9, d: 0 }] }] });

test('nested in nested', async (t) => {
  const api = await buildTestApp(t);
  await api.create('deep', { size: 1, distance: 'Dot' });
  await api.upsert(
    'deep',
    [1, 2].map((id) => ({ id, vector: [1], payload: lists(id) })),
  );
  const filter = {
    must: {
      nested: {
        key: 'a',
        filter: { must: { nested: { key: 'b', filter: { must: [is('c', 2), is('d', 1)] } } } },
      },
    },
  };
  const { points } = await api.result<{ points: { id: number }[] }>(
    'POST',
    '/collections/deep/points/scroll',
    {
      filter,
    },
  );
  assert.deepEqual(
    points.map(({ id }) => id),
    [2],
  );
});
