import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const POINTS = '/collections/c/points';

beforeEach(async () => {
  await api.result('DELETE', '/collections/c');
  await api.create('c', { size: 1, distance: 'Dot' });
});

/** Stores a payload given as JSON text in point 1. */
const store = (payload: string) =>
  api.result('PUT', `${POINTS}?wait=true`, `{"points":[{"id":1,"vector":[1],"payload":${payload}}]}`);

const AS_SENT = [
  '{}',
  '{"integer":1,"float":1.0,"negative":-7,"exponent":1e2,"fraction":0.1000}',
  '{"u64":18446744073709551615,"i64":-9223372036854775808,"above":9007199254740993}',
  '{"z":1,"a":2,"m":3}',
  '{"10":1,"9":2,"b":3,"1":4}',
  '{"null":null,"true":true,"false":false,"empty":[],"object":{}}',
  '{"nested":{"deep":[{"a":[1,1.0,[null]]}]}}',
  '{"text":"tab\\t quote\\" slash\\/ \\u00e9 \\ud83d\\ude00 é 😀"}',
  '{"":1," ":2,"a.b":3,"a[]":4,"\\"q\\"":5}',
  '{"__proto__":{"x":1},"constructor":2,"toString":null}',
  '{"id":1,"vector":[1,2],"payload":{"payload":{}},"payloads":[{}]}',
  '{"with space" : [ 1 , 2 ] }',
];

for (const payload of AS_SENT) {
  test(`${payload} comes back as it was sent`, async () => {
    await store(payload);
    const record = `{"id":1,"payload":${payload}}`;
    assert.equal(await api.resultText('POST', POINTS, { ids: [1], with_payload: true }), `[${record}]`);
    assert.equal(await api.resultText('GET', `${POINTS}/1`), `{"id":1,"payload":${payload},"vector":[1.0]}`);
    assert.equal(
      await api.resultText('POST', `${POINTS}/scroll`, {}),
      `{"points":[${record}],"next_page_offset":null}`,
    );
    assert.equal(
      await api.resultText('POST', `${POINTS}/query`, { query: [2], with_payload: true }),
      `{"points":[{"id":1,"version":1,"score":2.0,"payload":${payload}}]}`,
    );
  });
}

test('payloads of columns come back as they were sent', async () => {
  const payloads = '[{"a":1.0,"b":1},null,{"c":18446744073709551615}]';
  await api.result(
    'PUT',
    `${POINTS}?wait=true`,
    `{"batch":{"ids":[1,2,3],"vectors":[[1],[2],[3]],"payloads":${payloads}}}`,
  );
  assert.equal(
    await api.resultText('POST', POINTS, { ids: [1, 2, 3], with_payload: true }),
    '[{"id":1,"payload":{"a":1.0,"b":1}},{"id":2,"payload":{}},{"id":3,"payload":{"c":18446744073709551615}}]',
  );
});

test('a selected part keeps the kinds of numbers and the order of keys', async () => {
  await store(
    '{"z":{"f":1.0,"i":1,"big":18446744073709551615,"min":-9223372036854775808},"b":[1.5,2.0,2],"a":-0.0,"y":0}',
  );
  const whole =
    '{"z":{"f":1.0,"i":1,"big":18446744073709551615,"min":-9223372036854775808},"b":[1.5,2.0,2],"a":-0.0}';
  for (const selector of [['a', 'b', 'z'], { include: ['z', 'b', 'a'] }, { exclude: ['y'] }]) {
    assert.equal(
      await api.resultText('POST', POINTS, { ids: [1], with_payload: selector }),
      `[{"id":1,"payload":${whole}}]`,
    );
  }
});

const KINDS = [
  ['{"k":1}', '1', true],
  ['{"k":1.0}', '1', false],
  ['{"k":1e0}', '1', false],
  ['{"k":"1"}', '1', false],
  ['{"k":true}', '1', false],
  ['{"k":"1"}', '"1"', true],
  ['{"k":true}', 'true', true],
  ['{"k":9007199254740993}', '9007199254740993', true],
  ['{"k":9007199254740993}', '9007199254740992', false],
  ['{"k":-9223372036854775808}', '-9223372036854775808', true],
  ['{"k":9223372036854775807}', '9223372036854775807', true],
  ['{"k":9223372036854775807}', '9223372036854775806', false],
] as const;

for (const [payload, value, expected] of KINDS) {
  test(`${payload} ${expected ? 'matches' : 'does not match'} ${value}`, async () => {
    await store(payload);
    const filter = `{"filter":{"must":{"key":"k","match":{"value":${value}}}}}`;
    assert.deepEqual(await api.result('POST', `${POINTS}/count`, filter), { count: expected ? 1 : 0 });
  });
}

test('of a key that is given twice the last value counts', async () => {
  await store('{"k":1,"k":2}');
  const count = (value: number) =>
    api.result('POST', `${POINTS}/count`, { filter: { must: { key: 'k', match: { value } } } });
  assert.deepEqual([await count(1), await count(2)], [{ count: 0 }, { count: 1 }]);
  assert.deepEqual(await api.result('POST', POINTS, { ids: [1], with_payload: true }), [
    { id: 1, payload: { k: 2 } },
  ]);
});

test('keys that JavaScript objects have are missing like others', async () => {
  await store('{"list":[1]}');
  for (const key of ['constructor', '__proto__', 'toString', 'length', 'constructor.name']) {
    const filter = { must: { is_empty: { key } } };
    assert.deepEqual(await api.result('POST', `${POINTS}/count`, { filter }), { count: 1 }, key);
    assert.deepEqual(
      await api.result('POST', POINTS, { ids: [1], with_payload: [key] }),
      [{ id: 1, payload: {} }],
      key,
    );
  }
});

test('a large payload', async () => {
  const payload = JSON.stringify({
    text: 'é'.repeat(100_000),
    list: Array.from({ length: 20_000 }, (_, i) => i),
  });
  await store(payload);
  assert.equal(
    await api.resultText('POST', POINTS, { ids: [1], with_payload: true }),
    `[{"id":1,"payload":${payload}}]`,
  );
});

const nested = (levels: number) => `{"d":${'['.repeat(levels)}${']'.repeat(levels)}}`;

test('the deepest payload, and one level more', async () => {
  await store(nested(123));
  assert.equal(
    await api.resultText('POST', POINTS, { ids: [1], with_payload: true }),
    `[{"id":1,"payload":${nested(123)}}]`,
  );
  assert.match(
    await api.fault('PUT', POINTS, `{"points":[{"id":1,"vector":[1],"payload":${nested(124)}}]}`),
    /^400 Format error in JSON body: recursion limit exceeded at line 1 column \d+$/,
  );
});
