/** Reads of points that are refused: the messages of Qdrant, word for word. */
import { refusals } from '../helpers/refusals.ts';

await refusals([
  ['GET', '/collections/c/points/9', undefined, '404 Not found: Point with id 9 does not exists!'],
  ['GET', '/collections/c/points/x', undefined, '400 Wrong input: Can not recognize "x" as point id'],
  [
    'POST',
    '/collections/c/points',
    { ids: ['5'] },
    '400 Format error in JSON body: value 5 is not a valid point ID, valid values are either an unsigned integer or a UUID',
  ],
  [
    'POST',
    '/collections/c/points',
    { ids: [-1] },
    '400 Format error in JSON body: value -1 is not a valid point ID, valid values are either an unsigned integer or a UUID',
  ],
  [
    'POST',
    '/collections/c/points',
    { ids: [1], with_vector: ['zz'] },
    '400 Wrong input: Not existing vector name error: zz',
  ],
  [
    'POST',
    '/collections/c/points/scroll',
    { limit: 0 },
    '422 Validation error in JSON body: [scroll_request.limit: value 0 invalid, must be 1 or larger]',
  ],
  [
    'POST',
    '/collections/c/points/scroll',
    { order_by: 'k', offset: 1 },
    "400 Wrong input: Cannot use an `offset` when using `order_by`. The alternative for paging is to use `order_by.start_from` and a filter to exclude the IDs that you've already seen for the `order_by.start_from` value",
  ],
  [
    'POST',
    '/collections/c/points/scroll',
    { order_by: 'k' },
    '400 Wrong input: No range index for `order_by` key: `k`. Please create one to use `order_by`.',
  ],
  [
    'POST',
    '/collections/c/points/scroll?timeout=0',
    {},
    '400 Deserialize error in query parameters: invalid value: integer `0`, expected a nonzero usize',
  ],
  [
    'POST',
    '/collections/c/points/scroll?consistency=0',
    {},
    '400 Deserialize error in query parameters: read consistency must be a positive integer, `majority`, `quorum` or `all`, not `0`',
  ],
  [
    'POST',
    '/collections/c/points/scroll?timeout=x',
    {},
    '400 Deserialize error in query parameters: invalid type: string "x", expected a nonzero usize',
  ],
  [
    'POST',
    '/collections/c/points/scroll',
    { filter: { must: [{ key: 'a' }] } },
    '422 Validation error in JSON body: [scroll_request.filter.must[0].__all__: Validation error: At least one field condition must be specified [{}]]',
  ],
  [
    'POST',
    '/collections/c/points/scroll',
    { filter: { min_should: { conditions: [], min_count: 0 } } },
    '422 Validation error in JSON body: [scroll_request.filter.min_should.min_count: min_count must be greater than 0]',
  ],
  [
    'POST',
    '/collections/c/points/scroll',
    { filter: { must: [{ slice: { total: 2, index: 2 } }] } },
    '422 Validation error in JSON body: [scroll_request.filter.must[0].slice.index: value 2 invalid, must be less than total]',
  ],
  [
    'POST',
    '/collections/c/points/scroll',
    { filter: { must: [{ slice: { total: 0, index: 0 } }] } },
    '400 Format error in JSON body: invalid value: integer `0`, expected a nonzero u32',
  ],
  [
    'POST',
    '/collections/c/points/scroll',
    { filter: { must: [{ key: 'a', range: { gt: 'x' } }] } },
    "400 Format error in JSON body: 'x' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z, 2014-01-01T00:00:00, 2014-01-01 00:00 or 2014-01-01",
  ],
  [
    'POST',
    '/collections/c/points/scroll',
    { filter: { must: [{ key: 'a', range: { gt: '2024-01-01', lt: 5 } }] } },
    '400 Format error in JSON body: invalid type: integer `5`, expected a string',
  ],
  [
    'POST',
    '/collections/c/points/scroll',
    { filter: { zz: 1 } },
    '400 Format error in JSON body: unknown field `zz`, expected one of `should`, `min_should`, `must`, `must_not`',
  ],
  [
    'POST',
    '/collections/c/facet',
    { key: 'k' },
    '400 Wrong input: No appropriate index for faceting: `k`. Please create one to facet on this field.',
  ],
  ['POST', '/collections/c/points/count', { shard_key: 'zz' }, '400 Bad request: Shard key "zz" not found'],
]);
