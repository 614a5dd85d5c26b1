/** A collection whose points have one payload key `k` each, with every kind of value, for tests of filters. */
import assert from 'node:assert/strict';
import { buildTestApp, type TestApp } from './build-app.ts';

export const UUID = '550e8400-e29b-41d4-a716-446655440000';

/** The values as JSON text; the empty text is a point without `k`. The id of a point is its place here, from 1. */
export const VALUES = [
  '',
  'null',
  '[]',
  '[null]',
  '{}',
  '1',
  '1.0',
  '"1"',
  'true',
  'false',
  '[1,2]',
  '["a","b"]',
  '[1,"a",null]',
  '[[1]]',
  '"a"',
  '"A"',
  '2.5',
  '-3',
  '{"x":1}',
  '[{"x":1,"y":1},{"x":2,"y":2}]',
  '[{"x":1,"y":2},{"x":2,"y":1}]',
  '[{"x":null},{"x":[]},{},5]',
  '""',
  '"2024-05-01T10:00:00Z"',
  '"2024-06-01"',
  '"hello big world"',
  '9007199254740993',
  /** The one point with a UUID. */
  '0',
] as const;

type Value = (typeof VALUES)[number];

/** All values but these. */
export function allBut(...values: Value[]): Value[] {
  return VALUES.filter((value) => !values.includes(value));
}

export function idOf(value: Value): number | string {
  return value === '0' ? UUID : VALUES.indexOf(value) + 1;
}

export interface FilterCollection {
  readonly api: TestApp;
  /** The values of the points that a filter matches; every kind of read must agree on them. */
  matching(filter: object): Promise<Value[]>;
}

export async function buildFilterCollection(
  scope: Parameters<typeof buildTestApp>[0],
): Promise<FilterCollection> {
  const api = await buildTestApp(scope);
  await api.create('c', { size: 1, distance: 'Dot' });
  const points = VALUES.map((value) => {
    const payload = value === '' ? '{}' : `{"k":${value}}`;
    return `{"id":${JSON.stringify(idOf(value))},"vector":[1],"payload":${payload}}`;
  });
  await api.result('PUT', '/collections/c/points?wait=true', `{"points":[${points.join(',')}]}`);
  return { api, matching: (filter) => matching(api, filter) };
}

async function matching(api: TestApp, filter: object): Promise<Value[]> {
  const read = async (path: string, request: object) => {
    const result = await api.result<{ points: { id: number | string }[] }>(
      'POST',
      `/collections/c/points/${path}`,
      { filter, limit: 1000, ...request },
    );
    const ids = new Set(result.points.map(({ id }) => id));
    return VALUES.filter((value) => ids.has(idOf(value)));
  };
  const scrolled = await read('scroll', { with_payload: false });
  assert.deepEqual(await read('query', { query: [1] }), scrolled, 'nearest against scroll');
  assert.deepEqual(
    await read('query', { query: [1], params: { exact: true } }),
    scrolled,
    'exact against scroll',
  );
  assert.deepEqual(await read('query', {}), scrolled, 'query without a vector against scroll');
  const counted = await api.result('POST', '/collections/c/points/count', { filter });
  assert.deepEqual(counted, { count: scrolled.length }, 'count against scroll');
  return scrolled;
}
