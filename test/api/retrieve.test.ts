import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const POINTS = '/collections/c/points';
const UUID = '550e8400-e29b-41d4-a716-446655440000';
await api.create('c', { size: 2, distance: 'Euclid' });
await api.upsert('c', [
  { id: 1, vector: [1, 2], payload: { a: 1, b: { c: [1, 2], d: 'x' }, 'e.f': true } },
  { id: 2, vector: [3, 4] },
  { id: UUID, vector: [5, 6], payload: { a: null } },
]);

const retrieve = (request: object) => api.result('POST', POINTS, request);

test('the records of ids that exist, without the others', async () => {
  assert.deepEqual(await retrieve({ ids: [1, 99, UUID] }), [{ id: 1 }, { id: UUID }]);
  assert.deepEqual(await retrieve({ ids: [99] }), []);
  assert.deepEqual(await retrieve({ ids: [] }), []);
});

test('an id that is asked for twice comes once', async () => {
  assert.deepEqual(await retrieve({ ids: [2, 1, 2, 1] }), [{ id: 2 }, { id: 1 }]);
});

test('absent with_payload means no payload, absent with_vector no vector', async () => {
  assert.deepEqual(await retrieve({ ids: [1] }), [{ id: 1 }]);
  assert.deepEqual(await retrieve({ ids: [1], with_payload: null }), [{ id: 1 }]);
});

test('an empty payload shows as an object', async () => {
  assert.deepEqual(await retrieve({ ids: [2], with_payload: true, with_vector: true }), [
    { id: 2, payload: {}, vector: [3, 4] },
  ]);
});

test('with_vectors is another name of with_vector', async () => {
  assert.deepEqual(await retrieve({ ids: [2], with_vectors: true }), [{ id: 2, vector: [3, 4] }]);
});

const WHOLE = { a: 1, b: { c: [1, 2], d: 'x' }, 'e.f': true };
const PAYLOADS = [
  [true, WHOLE],
  [false, undefined],
  [['a'], { a: 1 }],
  [['b.d'], { b: { d: 'x' } }],
  [['b.c[]'], { b: { c: [1, 2] } }],
  [['b.c[0]'], { b: { c: [] } }],
  [['"e.f"'], { 'e.f': true }],
  [['e.f'], {}],
  [['a', 'b.d'], { a: 1, b: { d: 'x' } }],
  [['a.b'], { a: 1 }],
  [['nope'], {}],
  [[], {}],
  [{ include: ['a'] }, { a: 1 }],
  [{ include: [] }, {}],
  [{ exclude: ['b'] }, { a: 1, 'e.f': true }],
  [{ exclude: ['b.c', 'a'] }, { b: { d: 'x' }, 'e.f': true }],
  [{ exclude: ['b.c[]'] }, { a: 1, b: { c: [], d: 'x' }, 'e.f': true }],
  [{ exclude: ['nope'] }, WHOLE],
  [{ exclude: [] }, WHOLE],
] as const;

for (const [withPayload, payload] of PAYLOADS) {
  test(`with_payload ${JSON.stringify(withPayload)} shows ${JSON.stringify(payload)}`, async () => {
    const expected = { id: 1, ...(payload && { payload }) };
    assert.deepEqual(await retrieve({ ids: [1], with_payload: withPayload }), [expected]);
    const scrolled = { limit: 1, with_payload: withPayload };
    assert.deepEqual(await api.result('POST', `${POINTS}/scroll`, scrolled), {
      points: [expected],
      next_page_offset: 2,
    });
    const { points } = await api.result<{ points: object[] }>('POST', `${POINTS}/query`, {
      query: [1, 2],
      limit: 1,
      with_payload: withPayload,
    });
    assert.deepEqual(points, [{ id: 1, version: 1, score: 0, ...(payload && { payload }) }]);
  });
}

const BAD_SELECTORS = [
  [{ with_payload: { include: ['a'], other: 1 } }],
  [{ with_payload: { exclude: ['a'], include: ['b'] } }],
  [{ with_payload: { other: 1 } }],
  [{ with_payload: {} }],
  [{ with_payload: 'a' }],
  [{ with_payload: [1] }],
  [{ with_payload: 1 }],
  [{ with_vector: 'a' }],
  [{ with_vector: { include: ['a'] } }],
  [{ with_vector: 1 }],
] as const;

for (const [selector] of BAD_SELECTORS) {
  test(`refuses ${JSON.stringify(selector)}`, async () => {
    for (const [path, request] of [
      ['', { ids: [1] }],
      ['/scroll', {}],
      ['/query', { query: [1, 2] }],
    ] as const) {
      assert.match(
        await api.fault('POST', POINTS + path, { ...request, ...selector }),
        /^400 Format error in JSON body: /,
        path,
      );
    }
  });
}

for (const path of ['a b', 'a[', 'a]', 'a..b', '.a', 'a.', '', 'a[x]', '"a', 'a[-1]']) {
  test(`the path ${JSON.stringify(path)} does not parse`, async () => {
    for (const selector of [[path], { include: [path] }, { exclude: [path] }]) {
      assert.equal(
        await api.fault('POST', POINTS, { ids: [1], with_payload: selector }),
        `400 Format error in JSON body: Invalid json path: '${path}'`,
      );
    }
  });
}

test('a request without ids', async () => {
  assert.equal(await api.fault('POST', POINTS, {}), '400 Format error in JSON body: missing field `ids`');
  assert.match(await api.fault('POST', POINTS, { ids: 1 }), /^400 Format error in JSON body: /);
});

test('GET of one point shows payload and vectors', async () => {
  assert.deepEqual(await api.result('GET', `${POINTS}/1`), { id: 1, payload: WHOLE, vector: [1, 2] });
  assert.deepEqual(await api.result('GET', `${POINTS}/2`), { id: 2, payload: {}, vector: [3, 4] });
});

for (const id of ['99', '18446744073709551615', '00000000-0000-0000-0000-000000000000']) {
  test(`GET of point ${id}, which does not exist`, async () => {
    assert.equal(
      await api.fault('GET', `${POINTS}/${id}`),
      `404 Not found: Point with id ${id} does not exists!`,
    );
  });
}
