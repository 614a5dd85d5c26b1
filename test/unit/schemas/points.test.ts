import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CountRequest,
  PointInsertOperations,
  PointRequest,
  PointsSelector,
  ScrollRequest,
} from '../../../schemas/points.ts';
import { compileValidator } from '../../../src/shared/validation.ts';
import { accepted, assertVerdicts, format, violation } from '../../helpers/verdict.ts';

const UUID = '936da01f-9abd-4d9d-80c7-02af85c822a8';
const badId = (shown: string) =>
  format(`value ${shown} is not a valid point ID, valid values are either an unsigned integer or a UUID`);
const upsertOf = (vector: unknown) => ({ points: [{ id: 1, vector }] });
const withId = (id: string) => `{"points":[{"id":${id},"vector":[1]}]}`;
const odd = (dimension: number) =>
  `all vectors must have the same dimension, found vector with dimension ${dimension}`;
const batch = (columns: object) => ({ batch: { ids: [1, 2], vectors: [[1], [2]], ...columns } });
const asking = (selection: object) => ({ ids: [1], ...selection });

test('points as a list and as columns', () => {
  assertVerdicts(PointInsertOperations, [
    [{ points: [] }, accepted],
    [{ points: [{ id: 1, vector: [1, 2] }] }, accepted],
    [
      {
        points: [
          { id: UUID, vector: [0.5], payload: { a: 1 } },
          { id: 2, vector: {}, payload: null },
        ],
      },
      accepted,
    ],
    [upsertOf({ a: [1], b: { indices: [3, 1], values: [1, 2] }, c: [[1], [2]] }), accepted],
    [upsertOf({ text: 'words', model: 'qdrant/bm25' }), accepted],
    [{ batch: { ids: [1, UUID], vectors: [[1], [2]] } }, accepted],
    [{ batch: { ids: [1], vectors: { a: [[1]], b: [[[1], [2]]] }, payloads: [null] } }, accepted],
    [{ points: [], update_mode: 'insert_only', update_filter: { must: [] }, shard_key: ['a', 1] }, accepted],
  ]);
});

test('ids of points', () => {
  for (const id of [
    '0',
    '18446744073709551615',
    `"${UUID}"`,
    `"${UUID.toUpperCase()}"`,
    `"urn:uuid:${UUID}"`,
  ]) {
    assertVerdicts(PointInsertOperations, [[withId(id), accepted]]);
  }
  assertVerdicts(PointInsertOperations, [
    [withId('"5"'), badId('5')],
    [withId('-1'), badId('-1')],
    [withId('1.5'), badId('1.5')],
    [withId('"x y"'), badId('x y')],
    [withId('null'), badId('null')],
    [withId('true'), badId('true')],
    [withId('18446744073709551616'), badId('18446744073709552000')],
    ['{"points":[{"vector":[1]}]}', format('missing field `id`')],
    ['{"points":[{"id":1}]}', format('missing field `vector`')],
  ]);
});

test('vectors that are no vectors', () => {
  assertVerdicts(PointInsertOperations, [
    [upsertOf([]), violation('points[0].vector.vector: dense vector must not be empty')],
    [upsertOf({ a: [] }), violation('points[0].vector.?.vector: dense vector must not be empty')],
    [upsertOf({ a: [[]] }), violation('points[0].vector.?.data: all vectors must be non-empty')],
    [
      upsertOf({
        a: [
          [1, 2],
          [1, 2, 3],
        ],
      }),
      violation(`points[0].vector.?.data: ${odd(3)}`),
    ],
    [upsertOf([[1, 2], [1]]), violation(`points[0].vector.data: ${odd(1)}`)],
    [
      upsertOf({ a: { indices: [1, 2], values: [1] } }),
      violation('points[0].vector.?.values: Validation error: must be the same length as indices [{}]'),
    ],
    [
      upsertOf({ a: { indices: [1, 2, 1], values: [1, 2, 3] } }),
      violation('points[0].vector.?.indices: Validation error: must be unique [{}]'),
    ],
    [
      upsertOf({ a: { indices: [1, 1], values: [1] } }),
      violation(
        'points[0].vector.?.indices: Validation error: must be unique [{}]',
        'points[0].vector.?.values: Validation error: must be the same length as indices [{}]',
      ),
    ],
    [upsertOf('x'), format('data did not match any variant of untagged enum VectorStruct')],
    [upsertOf(['a']), format('data did not match any variant of untagged enum VectorStruct')],
    [upsertOf(null), format('data did not match any variant of untagged enum VectorStruct')],
    [
      upsertOf({ text: 'a', model: '' }),
      violation('points[0].vector.model: value "" invalid, must be at least 1 characters'),
    ],
  ]);
});

test('columns of different lengths', () => {
  assertVerdicts(PointInsertOperations, [
    [batch({ vectors: [[1]] }), violation('batch.batch: number of ids and vectors must be equal (2 != 1)')],
    [
      batch({ vectors: { a: [[1], [2]], b: [[1]] } }),
      violation('batch.batch: number of ids and vectors must be equal (2 != 1)'),
    ],
    [
      batch({ payloads: [{}, null, {}] }),
      violation('batch.batch: number of ids and payloads must be equal (2 != 3)'),
    ],
  ]);
});

test('bodies that are no upsert', () => {
  assertVerdicts(PointInsertOperations, [
    ['{}', format('data did not match any variant of untagged enum PointInsertOperations')],
    ['[]', format('data did not match any variant of untagged enum PointInsertOperations')],
    ['{"points":1}', format('invalid type: integer `1`, expected a sequence')],
    ['{"points":[1]}', format('invalid type: integer `1`, expected struct PointStruct')],
    [
      '{"points":[],"update_mode":"x"}',
      format('unknown variant `x`, expected one of `upsert`, `insert_only`, `update_only`'),
    ],
    ['{"points":[{"id":1,"vector":[1],"payload":1}]}', format('invalid type: integer `1`, expected a map')],
  ]);
});

test('selectors of points', () => {
  assertVerdicts(PointsSelector, [
    [{ points: [1, UUID] }, accepted],
    [{ filter: {} }, accepted],
    [{ points: ['5'] }, badId('5')],
    [
      { filter: { x: 1 } },
      format('unknown field `x`, expected one of `should`, `min_should`, `must`, `must_not`'),
    ],
    ['{}', format('data did not match any variant of untagged enum PointsSelector')],
  ]);
});

test('scrolling', () => {
  assertVerdicts(ScrollRequest, [
    ['{}', accepted],
    ['{"limit":18446744073709551615,"offset":18446744073709551615}', accepted],
    ['{"limit":null,"offset":null,"filter":null,"with_payload":null,"order_by":null}', accepted],
    ['{"limit":0}', violation('scroll_request.limit: value 0 invalid, must be 1 or larger')],
    ['{"limit":-1}', format('invalid value: integer `-1`, expected u64')],
    ['{"offset":"5"}', badId('5')],
    [
      { filter: { must: [{ key: 'a' }] } },
      violation(
        'scroll_request.filter.must[0].__all__: Validation error: At least one field condition must be specified [{}]',
      ),
    ],
    [{ order_by: { key: 'a b' } }, format("Invalid json path: 'a b'")],
    [{ order_by: { key: 'a', start_from: '2024-01-01' } }, accepted],
  ]);
});

test('counting', () => {
  assertVerdicts(CountRequest, [
    ['{}', accepted],
    ['{"exact":false,"filter":{"must":{"has_id":[1]}}}', accepted],
    ['{"exact":"yes"}', format('invalid type: string "yes", expected a boolean')],
    [
      { filter: { should: { key: 'a' } } },
      violation(
        'count_request.filter.should[0].__all__: Validation error: At least one field condition must be specified [{}]',
      ),
    ],
  ]);
});

test('what a record shows', () => {
  assertVerdicts(PointRequest, [
    [asking({ with_payload: true, with_vector: ['a', ''] }), accepted],
    [asking({ with_payload: ['a.b', 'c[].d', 'e[0]', '"quoted key".f'] }), accepted],
    [asking({ with_payload: { include: ['a'] } }), accepted],
    [asking({ with_payload: { exclude: [] } }), accepted],
    [
      asking({ with_payload: { include: ['a'], other: 1 } }),
      format('data did not match any variant of untagged enum WithPayloadInterface'),
    ],
    [
      asking({ with_payload: { exclude: ['a'], include: ['a'] } }),
      format('data did not match any variant of untagged enum WithPayloadInterface'),
    ],
    [asking({ with_payload: ['a..b'] }), format("Invalid json path: 'a..b'")],
    [asking({ with_payload: { include: ['a['] } }), format("Invalid json path: 'a['")],
    ['{"with_payload":true}', format('missing field `ids`')],
  ]);
  const validate = compileValidator(PointRequest, { part: 'JSON body' });
  assert.deepEqual(validate({ ids: [1], with_vectors: true }), { ids: [1], with_vector: true });
  assert.deepEqual(compileValidator(ScrollRequest, { part: 'JSON body' })({ with_vectors: ['a'] }), {
    with_vector: ['a'],
  });
});
