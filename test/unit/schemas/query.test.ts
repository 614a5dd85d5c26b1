import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryRequest, QueryRequestBatch } from '../../../schemas/query.ts';
import { readJson } from '../../../src/shared/json/reader.ts';
import { compileValidator } from '../../../src/shared/validation.ts';
import { accepted, assertVerdicts, format, violation } from '../../helpers/verdict.ts';

const UUID = '936da01f-9abd-4d9d-80c7-02af85c822a8';
const tooSmall = (path: string) => `${path}: value 0 invalid, must be 1 or larger`;

test('every form of a query', () => {
  const queries = [
    [1, 0.5],
    [[1], [2]],
    { indices: [1], values: [0.5] },
    7,
    UUID,
    { nearest: [1, 2] },
    { nearest: UUID, mmr: { diversity: 0.5, candidates_limit: 100 } },
    { text: 'a', model: 'qdrant/bm25' },
    { recommend: { positive: [1, [0.5], UUID], negative: null, strategy: 'sum_scores' } },
    { recommend: { negative: [1] } },
    { discover: { target: 1, context: null } },
    { discover: { target: [1], context: { positive: 1, negative: [2] } } },
    { context: [{ positive: 1, negative: UUID }] },
    { context: null },
    { fusion: 'rrf' },
    { fusion: 'dbsf' },
    { rrf: {} },
    { rrf: { k: 1, weights: [1, 0.5] } },
    { sample: 'random' },
    {
      relevance_feedback: {
        target: 1,
        feedback: [{ example: [1], score: 1 }],
        strategy: { naive: { a: 1, b: 0, c: -1 } },
      },
    },
    { formula: 'a.b[]' },
    null,
  ];
  assertVerdicts(QueryRequest, [
    ...queries.map((query) => [{ query }, accepted] as const),
    ['{}', accepted],
    ['{"query":18446744073709551615,"limit":18446744073709551615,"offset":18446744073709551615}', accepted],
    [
      {
        prefetch: { query: [1], prefetch: [{ query: [1], limit: 3 }] },
        query: [1],
        using: 'a',
        filter: { must: [] },
        params: { hnsw_ef: 1, exact: true, quantization: { rescore: null, oversampling: 1 }, idf: 'global' },
        score_threshold: -1,
        with_payload: false,
        with_vector: true,
        lookup_from: { collection: 'c', vector: 'v' },
        shard_key: { target: 'a', fallback: 1 },
      },
      accepted,
    ],
  ]);
});

test('limits, wherever they are', () => {
  assertVerdicts(QueryRequest, [
    [{ limit: 0 }, violation(tooSmall('internal.limit'))],
    [{ prefetch: [{ limit: 1 }, { limit: 0 }] }, violation(tooSmall('internal.prefetch[1].limit'))],
    [{ prefetch: { limit: 0 } }, violation(tooSmall('internal.prefetch[0].limit'))],
    [
      { limit: 0, prefetch: [{ prefetch: { limit: 0 } }] },
      violation(tooSmall('internal.prefetch[0].prefetch[0].limit'), tooSmall('internal.limit')),
    ],
    [{ limit: -1 }, format('invalid value: integer `-1`, expected u64')],
    [{ offset: -1 }, format('invalid value: integer `-1`, expected u64')],
  ]);
  assertVerdicts(QueryRequestBatch, [
    [{ searches: [] }, accepted],
    [{ searches: [{}, { limit: 0 }] }, violation(tooSmall('searches[1].internal.limit'))],
    ['{}', format('missing field `searches`')],
  ]);
});

test('parameters of the search', () => {
  assertVerdicts(QueryRequest, [
    [{ params: { hnsw_ef: 0 } }, violation(tooSmall('internal.params.hnsw_ef'))],
    [
      { params: { quantization: { oversampling: 0.5 } } },
      violation('internal.params.quantization.oversampling: value 0.5 invalid, must be 1.0 or larger'),
    ],
    [
      { params: { acorn: { max_selectivity: 2 } } },
      violation('internal.params.acorn.max_selectivity: value 2.0 invalid, must be from 0.0 to 1.0'),
    ],
    [
      { query: { nearest: [1], mmr: { diversity: -1, candidates_limit: 16_385 } } },
      violation(
        'internal.query.mmr.diversity: value -1.0 invalid, must be from 0.0 to 1.0',
        'internal.query.mmr.candidates_limit: value 16385 invalid, must be from 0 to 16384',
      ),
    ],
    [{ params: { exact: 1 } }, format('invalid type: integer `1`, expected a boolean')],
    [{ score_threshold: 'high' }, format('invalid type: string "high", expected f32')],
  ]);
});

test('filters of a query tell what is wrong inside', () => {
  const message = 'Validation error: At least one field condition must be specified [{}]';
  assertVerdicts(QueryRequest, [
    [{ filter: { must: [{ key: 'a' }] } }, violation(`internal.filter.must[0].__all__: ${message}`)],
    [
      { prefetch: { filter: { must: { key: 'a' } } } },
      violation(`internal.prefetch[0].filter.must[0].__all__: ${message}`),
    ],
    [
      { filter: { x: 1 } },
      format('unknown field `x`, expected one of `should`, `min_should`, `must`, `must_not`'),
    ],
  ]);
});

const EXPRESSIONS = [
  1,
  -0.5,
  '$score',
  { key: 'a', match: { value: 1 } },
  { must: [{ has_id: [1] }] },
  {},
  { mult: [1, 0.5] },
  { sum: ['a', { neg: 1 }, { abs: 'b' }] },
  { div: { left: 1, right: 'a', by_zero_default: null } },
  { pow: { base: 1, exponent: 2 } },
  { sqrt: { exp: { ln: { log10: { acosh: 1 } } } } },
  { max: [1], min: [] },
  { geo_distance: { origin: { lon: 1, lat: 2 }, to: 'a' } },
  { datetime: 'any text' },
  { datetime_key: 'a' },
  { lin_decay: { x: 1 } },
  { exp_decay: { x: 'a', target: { datetime: '2024-01-01' }, scale: 1, midpoint: 0.5 } },
  { gauss_decay: { x: 1, target: null, scale: null, midpoint: null } },
];

test('every form of an expression', () => {
  for (const formula of EXPRESSIONS) {
    assertVerdicts(QueryRequest, [[{ query: { formula, defaults: { a: [1, 0.5] } } }, accepted]]);
    const deep = { sum: [formula, { mult: [formula] }] };
    assertVerdicts(QueryRequest, [[{ query: { formula: deep } }, accepted]]);
  }
});

test('expressions that are none', () => {
  const refused = format('data did not match any variant of untagged enum QueryInterface');
  for (const formula of [true, null, [1], { other: 1 }, { sum: 1 }, { sum: [true] }, { div: { left: 1 } }]) {
    assertVerdicts(QueryRequest, [[{ query: { formula } }, refused]]);
  }
});

test('an object with the key of a condition is a condition, whatever else is in it', () => {
  const message = 'Validation error: At least one field condition must be specified [{}]';
  assertVerdicts(QueryRequest, [
    [{ query: { formula: { key: 'a', sum: [1] } } }, violation(`internal.query.formula.__all__: ${message}`)],
    [
      { query: { formula: { sum: [1, { key: 'a' }] } } },
      violation(`internal.query.formula.sum[1].__all__: ${message}`),
    ],
  ]);
});

test('defaults of scores are numbers', () => {
  const refused = violation('internal.query.defaults: Validation error: Score default must be a number [{}]');
  assertVerdicts(QueryRequest, [
    [{ query: { formula: 1, defaults: { $score: 1, '$score[3]': 0.5, a: 'text' } } }, accepted],
    [{ query: { formula: 1, defaults: { $score: '1' } } }, refused],
    [{ query: { formula: 1, defaults: { '$score[1]': null } } }, refused],
    [
      { query: { formula: 1, defaults: { $other: 1 } } },
      violation('internal.query.defaults: Invalid reserved word: $other'),
    ],
  ]);
});

test('examples there must be', () => {
  const none =
    'internal.query.recommend.positives, negatives: ' +
    'Validation error: At least one positive or negative vector/id must be provided [{}]';
  assertVerdicts(QueryRequest, [
    [{ query: { recommend: {} } }, violation(none)],
    [{ query: { recommend: { positive: [], negative: null } } }, violation(none)],
    [
      {
        query: {
          relevance_feedback: { target: 1, feedback: [], strategy: { naive: { a: 1, b: 1, c: 1 } } },
        },
      },
      violation('internal.query.relevance_feedback.feedback: feedback elements must be non-empty'),
    ],
  ]);
});

test('queries that are none', () => {
  const refused = format('data did not match any variant of untagged enum QueryInterface');
  for (const query of ['5', -1, true, {}, ['a']]) assertVerdicts(QueryRequest, [[{ query }, refused]]);
});

test('vectors of a query stay the arrays that the reader made', () => {
  const validate = compileValidator(QueryRequest, { part: 'JSON body' });
  const body = readJson(Buffer.from('{"query":[0.1,0.2],"with_vectors":true}')) as { query: unknown };
  const { query } = body;
  assert.ok(query instanceof Float32Array);
  const request = validate(body);
  assert.equal(request.query, query);
  assert.deepEqual(request, { query, with_vector: true });
});
