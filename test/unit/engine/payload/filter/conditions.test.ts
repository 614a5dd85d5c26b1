import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '../../../../../schemas/filter.ts';
import { compileFilter, type FilterPoint } from '../../../../../src/engine/payload/filter/compile.ts';
import { pathKey } from '../../../../../src/engine/payload/path.ts';
import { ServiceError } from '../../../../../src/shared/errors.ts';
import { pointOf } from './point.ts';

const matches = (condition: Condition, payloadText: string) =>
  compileFilter({ must: [condition] })(pointOf(payloadText));

type Row = readonly [payloadText: string, expected: boolean];

function check(name: string, condition: Condition, rows: readonly Row[]): void {
  test(name, () => {
    for (const [payloadText, expected] of rows) {
      assert.equal(matches(condition, payloadText), expected, payloadText);
    }
  });
}

/** Missing, null and empty array match none of the conditions that look at values. */
const NOTHING: readonly Row[] = [
  ['{}', false],
  ['{"k":null}', false],
  ['{"k":[]}', false],
];

check('match value: integer', { key: 'k', match: { value: 1 } }, [
  ...NOTHING,
  ['{"k":1}', true],
  ['{"k":1.0}', false],
  ['{"k":1e0}', false],
  ['{"k":"1"}', false],
  ['{"k":true}', false],
  ['{"k":[0,1]}', true],
  ['{"k":[[1]]}', false],
  ['{"k":{"k":1}}', false],
]);
check('match value: through [] one level deeper', { key: 'k[]', match: { value: 1 } }, [
  ['{"k":[[1]]}', true],
  ['{"k":[1]}', true],
  ['{"k":1}', false],
  ['{"k":[[[1]]]}', false],
]);
check('match value: through [0]', { key: 'k[0]', match: { value: 1 } }, [
  ['{"k":[[1]]}', true],
  ['{"k":[2,1]}', false],
]);
check('match value: big integer', { key: 'k', match: { value: 9007199254740993n as unknown as number } }, [
  ['{"k":9007199254740993}', true],
  ['{"k":9007199254740992}', false],
  ['{"k":9007199254740993.0}', false],
]);
check('match value: string', { key: 'k', match: { value: 'a' } }, [
  ...NOTHING,
  ['{"k":"a"}', true],
  ['{"k":"A"}', false],
  ['{"k":["b","a"]}', true],
]);
check('match value: false', { key: 'k', match: { value: false } }, [
  ...NOTHING,
  ['{"k":false}', true],
  ['{"k":0}', false],
]);
check('match value: zero and minus zero', { key: 'k', match: { value: 0 } }, [
  ['{"k":0}', true],
  ['{"k":-0}', false],
  ['{"k":0.0}', false],
]);
check('match any: strings', { key: 'k', match: { any: ['a', 'b'] } }, [
  ...NOTHING,
  ['{"k":"b"}', true],
  ['{"k":["x","a"]}', true],
  ['{"k":"c"}', false],
]);
check('match any: integers', { key: 'k', match: { any: [1, 2] } }, [
  ...NOTHING,
  ['{"k":2}', true],
  ['{"k":2.0}', false],
  ['{"k":"2"}', false],
]);
check('match any: empty', { key: 'k', match: { any: [] } }, [...NOTHING, ['{"k":1}', false]]);
check('match except: strings', { key: 'k', match: { except: ['a'] } }, [
  ...NOTHING,
  ['{"k":"a"}', false],
  ['{"k":"b"}', true],
  ['{"k":1}', true],
  ['{"k":{}}', true],
  ['{"k":["a","b"]}', true],
  ['{"k":["a"]}', false],
  ['{"k":[null]}', false],
  ['{"k":["a",["a"]]}', true],
]);
check('match except: integers', { key: 'k', match: { except: [1] } }, [
  ['{"k":1}', false],
  ['{"k":1.0}', true],
  ['{"k":"1"}', true],
]);
check('match except: empty', { key: 'k', match: { except: [] } }, [...NOTHING, ['{"k":0}', true]]);
check('match text', { key: 'k', match: { text: 'Red f' } }, [
  ...NOTHING,
  ['{"k":"a Red fox"}', true],
  ['{"k":"a red fox"}', false],
  ['{"k":["x","Red fox"]}', true],
  ['{"k":1}', false],
]);
check('match text: empty', { key: 'k', match: { text: '' } }, [
  ...NOTHING,
  ['{"k":"x"}', true],
  ['{"k":1}', false],
]);
check('match text_any', { key: 'k', match: { text_any: ' fox\tdog ' } }, [
  ...NOTHING,
  ['{"k":"foxes"}', true],
  ['{"k":"a dog"}', true],
  ['{"k":"a Dog"}', false],
]);
check('match text_any: no words', { key: 'k', match: { text_any: ' ' } }, [['{"k":"a b"}', false]]);
check('match phrase', { key: 'k', match: { phrase: 'red fox' } }, [
  ...NOTHING,
  ['{"k":"a red fox"}', true],
  ['{"k":"red, fox"}', false],
]);
check('match prefix', { key: 'k', match: { prefix: 'Re' } }, [
  ...NOTHING,
  ['{"k":"Red"}', true],
  ['{"k":"red"}', false],
  ['{"k":["x","Rex"]}', true],
]);
check('match prefix: empty', { key: 'k', match: { prefix: '' } }, [
  ...NOTHING,
  ['{"k":""}', true],
  ['{"k":0}', false],
]);

check('range', { key: 'k', range: { gte: 1, lt: 2.5 } }, [
  ...NOTHING,
  ['{"k":1}', true],
  ['{"k":1.0}', true],
  ['{"k":2.5}', false],
  ['{"k":0.99}', false],
  ['{"k":[9,2]}', true],
  ['{"k":"2"}', false],
  ['{"k":true}', false],
]);
check('range: gt and lte', { key: 'k', range: { gt: 1, lte: 2 } }, [
  ['{"k":1}', false],
  ['{"k":2}', true],
]);
check('range: big integers compare as doubles', { key: 'k', range: { gte: 2 ** 60 } }, [
  ['{"k":1152921504606846977}', true],
  ['{"k":1152921504606845000}', false],
]);
check('range: no bounds', { key: 'k', range: { lt: null } }, [
  ...NOTHING,
  ['{"k":1}', true],
  ['{"k":"a"}', false],
]);
check('datetime range', { key: 'k', range: { gte: '2024-01-01', lt: '2024-02-01T00:00:00+01:00' } }, [
  ...NOTHING,
  ['{"k":"2024-01-01T00:00:00Z"}', true],
  ['{"k":"2024-01-31 23:00"}', false],
  ['{"k":"2024-01-31 22:59"}', true],
  ['{"k":["x","2024-01-05"]}', true],
  ['{"k":1704067200}', false],
  ['{"k":"January"}', false],
]);
check('datetime range beyond the exact numbers', { key: 'k', range: { gt: '2300-01-01T00:00:00Z' } }, [
  ['{"k":"2300-01-01T00:00:00.000001Z"}', true],
  ['{"k":"2300-01-01T00:00:00Z"}', false],
  ['{"k":"2024-01-01"}', false],
]);

const berlin = { lon: 13.4, lat: 52.5 };
check('geo_radius', { key: 'k', geo_radius: { center: berlin, radius: 1000 } }, [
  ...NOTHING,
  ['{"k":{"lon":13.4,"lat":52.5}}', true],
  ['{"k":{"lon":13.4,"lat":52.508}}', true],
  ['{"k":{"lon":13.4,"lat":52.51}}', false],
  ['{"k":[{"lon":0.0,"lat":0},{"lon":13.4,"lat":52.5}]}', true],
  ['{"k":{"lon":13.4}}', false],
  ['{"k":{"lon":"13.4","lat":52.5}}', false],
  ['{"k":"13.4,52.5"}', false],
]);
check('geo_radius is strict', { key: 'k', geo_radius: { center: berlin, radius: 0 } }, [
  ['{"k":{"lon":13.4,"lat":52.5}}', false],
]);
check(
  'geo_bounding_box',
  { key: 'k', geo_bounding_box: { top_left: { lon: 10, lat: 20 }, bottom_right: { lon: 20, lat: 10 } } },
  [
    ...NOTHING,
    ['{"k":{"lon":15,"lat":15.0}}', true],
    ['{"k":{"lon":10,"lat":15}}', false],
    ['{"k":{"lon":15,"lat":20}}', false],
    ['{"k":{"lon":25,"lat":15}}', false],
  ],
);
check(
  'geo_bounding_box over the antimeridian',
  { key: 'k', geo_bounding_box: { top_left: { lon: 170, lat: 10 }, bottom_right: { lon: -170, lat: -10 } } },
  [
    ['{"k":{"lon":175,"lat":0}}', true],
    ['{"k":{"lon":-175,"lat":0}}', true],
    ['{"k":{"lon":0,"lat":0}}', false],
  ],
);

const ring = (...corners: readonly (readonly [number, number])[]) => ({
  points: corners.map(([lon, lat]) => ({ lon, lat })),
});
check(
  'geo_polygon',
  {
    key: 'k',
    geo_polygon: {
      exterior: ring([0, 0], [10, 0], [10, 10], [5, 5], [0, 10], [0, 0]),
      interiors: [ring([1, 1], [3, 1], [3, 3], [1, 3], [1, 1])],
    },
  },
  [
    ...NOTHING,
    ['{"k":{"lon":5,"lat":2}}', true],
    ['{"k":{"lon":8,"lat":5}}', true],
    ['{"k":{"lon":5,"lat":8}}', false],
    ['{"k":{"lon":2,"lat":2}}', false],
    ['{"k":{"lon":3,"lat":2}}', false],
    ['{"k":{"lon":0,"lat":5}}', false],
    ['{"k":{"lon":5,"lat":5}}', false],
    ['{"k":{"lon":11,"lat":0}}', false],
    ['{"k":{"lon":-1,"lat":5}}', false],
  ],
);

check('values_count', { key: 'k', values_count: { gte: 1, lt: 3 } }, [
  ...NOTHING,
  ['{"k":1}', true],
  ['{"k":{"a":1,"b":2,"c":3}}', true],
  ['{"k":[1,2]}', true],
  ['{"k":[1,2,3]}', false],
]);
check('values_count counts nothing as 0', { key: 'k', values_count: { lte: 0 } }, [
  ['{}', true],
  ['{"k":null}', true],
  ['{"k":[]}', true],
  ['{"k":1}', false],
]);
check('values_count of any value found', { key: 'k[].a', values_count: { gt: 1 } }, [
  ['{"k":[{"a":1},{"a":[1,2]}]}', true],
  ['{"k":[{"a":1}]}', false],
]);

check('is_empty', { is_empty: { key: 'k' } }, [
  ['{}', true],
  ['{"k":null}', true],
  ['{"k":[]}', true],
  ['{"k":[null]}', false],
  ['{"k":0}', false],
  ['{"k":""}', false],
  ['{"k":{}}', false],
]);
check('is_empty asks of all values', { is_empty: { key: 'k[].a' } }, [
  ['{"k":[{"a":1},{"a":null}]}', false],
  ['{"k":[{"a":[]},{"a":null}]}', true],
]);
check('is_null', { is_null: { key: 'k' } }, [
  ['{}', false],
  ['{"k":null}', true],
  ['{"k":[]}', false],
  ['{"k":[null]}', false],
  ['{"k":0}', false],
]);
check('is_null of any value found', { is_null: { key: 'k[].a' } }, [['{"k":[{"a":1},{"a":null}]}', true]]);
test('is_null looks into arrays once the key has an index', () => {
  const predicate = compileFilter(
    { must: { is_null: { key: 'k' } } },
    { indexes: new Map([[pathKey(['k']), {}]]) },
  );
  assert.equal(predicate(pointOf('{"k":[1,null]}')), true);
  assert.equal(predicate(pointOf('{"k":[1]}')), false);
  assert.equal(predicate(pointOf('{"k":null}')), true);
});

check('field form of is_empty: true', { key: 'k', is_empty: true }, [
  ['{}', true],
  ['{"k":null}', true],
  ['{"k":[]}', true],
  ['{"k":[null]}', false],
  ['{"k":1}', false],
]);
check('field form of is_empty: false', { key: 'k', is_empty: false }, [
  ['{}', false],
  ['{"k":null}', false],
  ['{"k":[]}', false],
  ['{"k":[null]}', true],
  ['{"k":1}', true],
]);
check('field form of is_empty asks each value', { key: 'a[].b', is_empty: true }, [
  ['{"a":[{"b":1},{"b":null}]}', true],
  ['{"a":[{"b":1}]}', false],
]);
check('field form of is_null: true', { key: 'k', is_null: true }, [
  ['{}', false],
  ['{"k":null}', true],
  ['{"k":[1,null]}', true],
  ['{"k":1}', false],
]);
check('field form of is_null: false', { key: 'k', is_null: false }, [
  ['{}', true],
  ['{"k":null}', false],
  ['{"k":[1,null]}', false],
  ['{"k":[1]}', true],
  ['{"k":1}', true],
]);
check('several tests in one condition', { key: 'k', match: { value: 'a' }, range: { gt: 5 } }, [
  ['{"k":"a"}', true],
  ['{"k":6}', true],
  ['{"k":5}', false],
]);
check(
  'values_count decides alone',
  { key: 'k', match: { value: 'a' }, values_count: { gt: 1 }, is_empty: true },
  [
    ['{"k":"a"}', false],
    ['{}', false],
    ['{"k":[1,2]}', true],
  ],
);

check(
  'nested: one element must pass as a whole',
  {
    nested: {
      key: 'k',
      filter: {
        must: [
          { key: 'a', match: { value: 1 } },
          { key: 'b', match: { value: 2 } },
        ],
      },
    },
  },
  [
    ...NOTHING,
    ['{"k":[{"a":1,"b":2}]}', true],
    ['{"k":[{"a":1},{"b":2}]}', false],
    ['{"k":[5,{"a":1,"b":2}]}', true],
    ['{"k":{"a":1,"b":2}}', false],
  ],
);
check(
  'nested: must_not needs an element too',
  {
    nested: { key: 'k[]', filter: { must_not: { key: 'a', match: { value: 1 } } } },
  },
  [...NOTHING, ['{"k":[{"a":2}]}', true], ['{"k":[{"a":1}]}', false], ['{"k":["x"]}', false]],
);
check(
  'nested in nested',
  {
    nested: {
      key: 'k',
      filter: { must: { nested: { key: 'l[].m', filter: { must: { key: 'a', match: { value: 1 } } } } } },
    },
  },
  [
    ['{"k":[{"l":[{"m":[{"a":1}]}]}]}', true],
    ['{"k":[{"l":[{"m":[{"a":2}]}]}]}', false],
  ],
);
check(
  'nested: ids and vectors never match',
  {
    nested: {
      key: 'k',
      filter: { should: [{ has_id: [7] }, { has_vector: 'image' }, { slice: { total: 1, index: 0 } }] },
    },
  },
  [['{"k":[{"a":1}]}', false]],
);

const onPoint = (condition: Condition, point: FilterPoint) => compileFilter({ must: condition })(point);

test('has_id and has_vector', () => {
  const uuid = '936da01f-9abd-4d9d-80c7-02af85c822a8';
  assert.equal(onPoint({ has_id: [7, 8] }, pointOf('{}')), true);
  assert.equal(onPoint({ has_id: [8] }, pointOf('{}')), false);
  assert.equal(onPoint({ has_id: [] }, pointOf('{}')), false);
  assert.equal(onPoint({ has_id: [uuid.toUpperCase()] }, pointOf('{}', { id: uuid })), true);
  assert.equal(onPoint({ has_id: [`{${uuid}}`] }, pointOf('{}', { id: uuid })), true);
  assert.equal(onPoint({ has_vector: 'image' }, pointOf('{}')), true);
  assert.equal(onPoint({ has_vector: '' }, pointOf('{}')), false);
});

test('every id is in exactly one slice', () => {
  const ids = [
    0,
    1,
    42,
    2n ** 63n,
    '936da01f-9abd-4d9d-80c7-02af85c822a8',
    '00000000-0000-0000-0000-000000000000',
  ];
  for (const total of [1, 2, 7, 4_294_967_295]) {
    for (const id of ids) {
      const slices = Array.from({ length: Math.min(total, 7) }, (_, index) => ({ total, index }));
      const hits = slices.filter((slice) => onPoint({ slice }, pointOf('{}', { id })));
      if (total <= 7) assert.equal(hits.length, 1, `${id} of ${total}`);
    }
  }
});

test('a bad path or bound is an error of the request', () => {
  const wrong: readonly (readonly [Condition, RegExp])[] = [
    [{ key: 'a b', match: { value: 1 } }, /Invalid json path: 'a b'/],
    [{ is_empty: { key: '' } }, /Invalid json path: ''/],
    [{ key: 'k', range: { lt: 'soon' } }, /'soon' does not match accepted datetime format/],
    [
      { key: 'k', range: { lt: '2024-01-01', gt: 5 } as never },
      /invalid type: integer `5`, expected a string/,
    ],
  ];
  for (const [condition, message] of wrong) {
    assert.throws(
      () => onPoint(condition, pointOf('{}')),
      (error) => error instanceof ServiceError && message.test(error.message),
    );
  }
});
