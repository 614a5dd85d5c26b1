import { test } from 'node:test';
import { Filter } from '../../../schemas/filter.ts';
import { accepted, assertVerdicts, format, violation } from '../../helpers/verdict.ts';

const must = (condition: unknown) => ({ must: [condition] });
const field = (condition: object) => must({ key: 'a', ...condition });
const ring = (...points: [number, number][]) => ({ points: points.map(([lon, lat]) => ({ lon, lat })) });
const datetime = (text: string) =>
  format(
    `'${text}' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z, 2014-01-01T00:00:00, 2014-01-01 00:00 or 2014-01-01`,
  );

test('every kind of condition', () => {
  const conditions = [
    { key: 'a', match: { value: 1 } },
    { key: 'a', match: { value: 'x' } },
    { key: 'a', match: { value: false } },
    { key: 'a', match: { any: ['x'] } },
    { key: 'a', match: { any: [] } },
    { key: 'a', match: { except: [1, 2] } },
    { key: 'a', match: { text: 'x' } },
    { key: 'a', match: { text_any: 'x' } },
    { key: 'a', match: { phrase: 'x' } },
    { key: 'a', match: { prefix: '' } },
    { key: 'a', range: { gte: 1, lt: 2.5, gt: null } },
    { key: 'a', range: {} },
    { key: 'a', range: { gte: '2024-01-01', lt: '2024-01-01T00:00:00Z' } },
    { key: 'a', geo_radius: { center: { lon: 180, lat: -90 }, radius: 5 } },
    { key: 'a', values_count: { gt: 1 } },
    { key: 'a', is_empty: false },
    { key: 'a', is_null: true },
    { is_empty: { key: 'a' } },
    { is_null: { key: 'a' } },
    { has_id: [1, '936da01f-9abd-4d9d-80c7-02af85c822a8'] },
    { has_vector: '' },
    { slice: { total: 2, index: 1 } },
    { nested: { key: 'a[]', filter: { must: [{ key: 'b', match: { value: 1 } }] } } },
    { must: [{ must_not: { key: 'a', is_empty: true } }] },
  ];
  assertVerdicts(Filter, [
    ...conditions.map((condition) => [must(condition), accepted] as const),
    [{ must: conditions[0], should: conditions, must_not: null, min_should: null }, accepted],
    [{ min_should: { conditions, min_count: 2 } }, accepted],
    ['{}', accepted],
    ['{"must":[{"key":"a","match":{"value":9223372036854775807}}]}', accepted],
  ]);
});

test('unknown parts of a filter are refused, unknown parts of a condition are not', () => {
  const unknown = format('unknown field `x`, expected one of `should`, `min_should`, `must`, `must_not`');
  assertVerdicts(Filter, [
    [{ x: [] }, unknown],
    [must({ x: 1 }), unknown],
    [must({ nested: { key: 'a', filter: { x: 1 } } }), unknown],
    [field({ match: { value: 1, x: 1 }, y: 1 }), accepted],
    [must({ has_id: [1], x: 1 }), accepted],
  ]);
});

test('a field condition without a test', () => {
  const message = 'Validation error: At least one field condition must be specified [{}]';
  assertVerdicts(Filter, [
    [must({ key: 'a' }), violation(`must[0].__all__: ${message}`)],
    [must({ key: 'a', match: null }), violation(`must[0].__all__: ${message}`)],
    [{ must_not: { key: 'a' } }, violation(`must_not[0].__all__: ${message}`)],
    [
      { should: [{ has_id: [] }, { must: [{ key: 'a' }] }] },
      violation(`should[1].must[0].__all__: ${message}`),
    ],
  ]);
});

test('bounds and rules', () => {
  const conditions = [{ has_id: [1] }];
  assertVerdicts(Filter, [
    [
      { min_should: { conditions, min_count: 0 } },
      violation('min_should.min_count: min_count must be greater than 0'),
    ],
    [{ min_should: { conditions, min_count: -1 } }, format('invalid value: integer `-1`, expected usize')],
    [
      must({ slice: { total: 2, index: 2 } }),
      violation('must[0].slice.index: value 2 invalid, must be less than total'),
    ],
    [must({ slice: { total: 0, index: 0 } }), format('invalid value: integer `0`, expected a nonzero u32')],
  ]);
});

test('paths of keys', () => {
  for (const key of ['a', 'a.b', 'a[].b', 'a[0]', '1', 'é-ü_1', '"a b".c']) {
    assertVerdicts(Filter, [[must({ key, is_null: true }), accepted]]);
  }
  for (const key of ['', '.', 'a.', '.a', 'a b', 'a[', 'a[x]', 'a[-1]', '[0]', '"a', '""']) {
    const refused = format(`Invalid json path: '${key}'`);
    assertVerdicts(Filter, [
      [must({ key, is_null: true }), refused],
      [must({ is_empty: { key } }), refused],
      [must({ nested: { key, filter: {} } }), refused],
    ]);
  }
  assertVerdicts(Filter, [[must({ key: 1 }), format('invalid type: integer `1`, expected a string')]]);
});

test('ranges are of numbers or of datetimes, not of both', () => {
  assertVerdicts(Filter, [
    [field({ range: { gte: '2024-01-01', lt: 5 } }), format('invalid type: integer `5`, expected a string')],
    [field({ range: { gte: 'yesterday' } }), datetime('yesterday')],
    [field({ range: { gte: '20240101' } }), datetime('20240101')],
    [field({ range: { gte: true } }), format('invalid type: boolean `true`, expected f64')],
  ]);
});

test('matches of mixed or other types', () => {
  const refused = format('data did not match any variant of untagged enum Match');
  assertVerdicts(Filter, [
    [field({ match: { value: 1.5 } }), refused],
    [field({ match: { value: null } }), refused],
    [field({ match: { any: ['x', 1] } }), refused],
    [field({ match: {} }), refused],
    ['{"must":[{"key":"a","match":{"value":9223372036854775808}}]}', refused],
  ]);
});

test('geography', () => {
  const square = ring([0, 0], [1, 0], [1, 1], [0, 0]);
  assertVerdicts(Filter, [
    [field({ geo_polygon: { exterior: square, interiors: [square] } }), accepted],
    [
      field({ geo_radius: { center: { lon: 181, lat: 0 }, radius: 1 } }),
      format('no point of the earth: longitude 181, latitude 0'),
    ],
    [
      field({ geo_polygon: { exterior: ring([0, 0], [1, 0], [0, 0]) } }),
      format('polygon ring needs at least 4 points, got 3'),
    ],
    [
      field({ geo_polygon: { exterior: ring([0, 0], [1, 0], [1, 1], [0, 1]) } }),
      format('polygon ring must end at the point where it starts'),
    ],
    [field({ geo_radius: { radius: 1 } }), format('missing field `center`')],
  ]);
});

test('ids in a condition', () => {
  assertVerdicts(Filter, [
    ['{"must":{"has_id":[18446744073709551615]}}', accepted],
    [
      must({ has_id: ['5'] }),
      format('value 5 is not a valid point ID, valid values are either an unsigned integer or a UUID'),
    ],
    [must({ has_id: 1 }), format('invalid type: integer `1`, expected a sequence')],
  ]);
});
