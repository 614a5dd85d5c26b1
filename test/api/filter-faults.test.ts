import { after, test } from 'node:test';
import { assertFault, buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
await api.create('c', { size: 1, distance: 'Dot' });

const FORMAT = '400 Format error in JSON body: ';
const NO_TEST = 'Validation error: At least one field condition must be specified [{}]';
const CLAUSES = 'expected one of `should`, `min_should`, `must`, `must_not`';

const FAULTS = [
  [{ musst: [] }, `${FORMAT}unknown field \`musst\`, ${CLAUSES}`],
  [{ must: [], extra: 1 }, `${FORMAT}unknown field \`extra\`, ${CLAUSES}`],
  [{ must: { x: 1 } }, `${FORMAT}unknown field \`x\`, ${CLAUSES}`],
  [{ should: [{ must: [{ x: 1 }] }] }, `${FORMAT}unknown field \`x\`, ${CLAUSES}`],
  [{ must: [{ match: { value: 1 } }] }, `${FORMAT}unknown field \`match\`, ${CLAUSES}`],
  [{ must: 1 }, /^400 Format error in JSON body: /],
  [{ must: [1] }, /^400 Format error in JSON body: /],
  [{ must: 'k' }, /^400 Format error in JSON body: /],
  [[], /^400 Format error in JSON body: /],
  ['k', /^400 Format error in JSON body: /],
  [{ must: { key: 5, match: { value: 1 } } }, `${FORMAT}invalid type: integer \`5\`, expected a string`],
  [{ must: { key: null, match: { value: 1 } } }, /^400 Format error in JSON body: /],
  [{ must: { key: 'k', match: {} } }, /^400 Format error in JSON body: /],
  [{ must: { key: 'k', match: { value: null } } }, /^400 Format error in JSON body: /],
  [{ must: { key: 'k', match: { value: 1.5 } } }, /^400 Format error in JSON body: /],
  [{ must: { key: 'k', match: { value: [1] } } }, /^400 Format error in JSON body: /],
  [{ must: { key: 'k', match: { value: 18446744073709551615n } } }, /^400 Format error in JSON body: /],
  [{ must: { key: 'k', match: { any: [1, 'a'] } } }, /^400 Format error in JSON body: /],
  [{ must: { key: 'k', match: { any: [true] } } }, /^400 Format error in JSON body: /],
  [{ must: { key: 'k', match: { any: 1 } } }, /^400 Format error in JSON body: /],
  [{ must: { key: 'k', match: { except: [1.5] } } }, /^400 Format error in JSON body: /],
  [{ must: { key: 'k', match: { text: 1 } } }, /^400 Format error in JSON body: /],
  [{ must: { key: 'k', range: { gt: true } } }, `${FORMAT}invalid type: boolean \`true\`, expected f64`],
  [
    { must: { key: 'k', range: { gt: '2020-01-01', lt: 5 } } },
    `${FORMAT}invalid type: integer \`5\`, expected a string`,
  ],
  [
    { must: { key: 'k', range: { gt: '20200101' } } },
    /^400 Format error in JSON body: '20200101' does not match accepted datetime format \(RFC3339\)\. /,
  ],
  [
    { must: { key: 'k', range: { gt: '1577836800' } } },
    /^400 .*'1577836800' does not match accepted datetime format/,
  ],
  [{ must: { key: 'k', range: 5 } }, /^400 Format error in JSON body: /],
  [
    { must: { key: 'k', values_count: { gt: -1 } } },
    `${FORMAT}invalid value: integer \`-1\`, expected usize`,
  ],
  [{ must: { key: 'k', is_null: 'true' } }, `${FORMAT}invalid type: string "true", expected a boolean`],
  [{ must: { key: 'a b', match: { value: 1 } } }, `${FORMAT}Invalid json path: 'a b'`],
  [{ must: { is_empty: { key: 'a..b' } } }, `${FORMAT}Invalid json path: 'a..b'`],
  [{ must: { nested: { key: '', filter: {} } } }, `${FORMAT}Invalid json path: ''`],
  [{ must: { is_empty: 'k' } }, /^400 Format error in JSON body: invalid type: string "k", expected struct /],
  [{ must: { is_null: {} } }, `${FORMAT}missing field \`key\``],
  [{ must: { has_id: 1 } }, `${FORMAT}invalid type: integer \`1\`, expected a sequence`],
  [{ must: { has_vector: 1 } }, `${FORMAT}invalid type: integer \`1\`, expected a string`],
  [{ must: { nested: { key: 'k' } } }, `${FORMAT}missing field \`filter\``],
  [{ must: { nested: { filter: {} } } }, `${FORMAT}missing field \`key\``],
  [{ must: { nested: { key: 'k', filter: { x: 1 } } } }, `${FORMAT}unknown field \`x\`, ${CLAUSES}`],
  [{ min_should: { conditions: [] } }, `${FORMAT}missing field \`min_count\``],
  [{ min_should: { min_count: 1 } }, `${FORMAT}missing field \`conditions\``],
  [{ min_should: { conditions: {}, min_count: 1 } }, /^400 Format error in JSON body: /],
  [
    { min_should: { conditions: [], min_count: -1 } },
    `${FORMAT}invalid value: integer \`-1\`, expected usize`,
  ],
  [
    { must: { slice: { total: 0, index: 0 } } },
    /^400 Format error in JSON body: invalid value: integer `0`, expected a nonzero u32/,
  ],
] as const;

const VIOLATIONS = [
  [{ must: { key: 'k' } }, `must[0].__all__: ${NO_TEST}`],
  [{ must: { key: 'k', match: null, range: null } }, `must[0].__all__: ${NO_TEST}`],
  [{ must_not: [{ has_id: [1] }, { key: 'k' }] }, `must_not[1].__all__: ${NO_TEST}`],
  [{ should: [{ must: [{ key: 'k' }] }] }, `should[0].must[0].__all__: ${NO_TEST}`],
  [
    { must: { nested: { key: 'k', filter: { must: { key: 'k' } } } } },
    `must[0].nested.filter.must[0].__all__: ${NO_TEST}`,
  ],
  [
    { min_should: { conditions: [{ key: 'k' }], min_count: 1 } },
    `min_should.conditions[0].__all__: ${NO_TEST}`,
  ],
  [
    { min_should: { conditions: [], min_count: 0 } },
    'min_should.min_count: min_count must be greater than 0',
  ],
] as const;

/** The prefix under which each request reports what is wrong in its filter. */
const REQUESTS = [
  ['scroll', 'scroll_request.filter.'],
  ['count', 'count_request.filter.'],
  ['query', 'internal.filter.'],
  ['delete', 'filter.'],
] as const;

for (const [filter, expected] of FAULTS) {
  const text = JSON.stringify(filter, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  test(`refuses ${text} in every request`, async () => {
    for (const [path] of REQUESTS) {
      assertFault(await api.fault('POST', `/collections/c/points/${path}`, { filter }), expected);
    }
  });
}

for (const [filter, expected] of VIOLATIONS) {
  test(`finds the violation in ${JSON.stringify(filter)} in every request`, async () => {
    for (const [path, prefix] of REQUESTS) {
      assertFault(
        await api.fault('POST', `/collections/c/points/${path}`, { filter }),
        `422 Validation error in JSON body: [${prefix}${expected}]`,
      );
    }
  });
}
