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
