import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
const POINTS = '/collections/c/points';

beforeEach(async () => {
  await api.result('DELETE', '/collections/c');
  await api.create('c', { size: 1, distance: 'Dot' });
});

/** Upserts with the id as JSON text. */
const upsert = (idJson: string) =>
  api.result('PUT', `${POINTS}?wait=true`, `{"points":[{"id":${idJson},"vector":[1]}]}`);

const INTEGERS = [
  '0',
  '1',
  '9007199254740991',
  '9007199254740993',
  '9223372036854775808',
  '18446744073709551615',
];

for (const id of INTEGERS) {
  test(`the integer ${id} comes back digit by digit, wherever an id appears`, async () => {
    await upsert(id);
    assert.match(await api.resultText('GET', `${POINTS}/${id}`), new RegExp(`^\\{"id":${id},`));
    assert.equal(await api.resultText('POST', POINTS, `{"ids":[${id}]}`), `[{"id":${id}}]`);
    const scrolled = await api.resultText(
      'POST',
      `${POINTS}/scroll`,
      `{"offset":${id},"with_payload":false}`,
    );
    assert.equal(scrolled, `{"points":[{"id":${id}}],"next_page_offset":null}`);
    const found = await api.resultText('POST', `${POINTS}/query`, '{"query":[1]}');
    assert.equal(found, `{"points":[{"id":${id},"version":1,"score":1.0}]}`);
    const filter = `{"filter":{"must":{"has_id":[${id}]}}}`;
    assert.deepEqual(await api.result('POST', `${POINTS}/count`, filter), { count: 1 });
    await api.result('POST', `${POINTS}/delete?wait=true`, `{"points":[${id}]}`);
    assert.deepEqual(await api.result('POST', `${POINTS}/count`, {}), { count: 0 });
  });
}

test('big integers that are one number to JavaScript are different points', async () => {
  for (const id of ['9007199254740992', '9007199254740993', '18446744073709551614', '18446744073709551615'])
    await upsert(id);
  const { points } = await api.result<{ points: { id: unknown }[] }>('POST', `${POINTS}/scroll`, {});
  assert.deepEqual(
    points.map(({ id }) => id),
    [9007199254740992n, 9007199254740993n, 18446744073709551614n, 18446744073709551615n],
  );
});

const UUID = '936da01f-9abd-4d9d-80c7-02af85c822a8';
const SPELLINGS = [
  UUID,
  UUID.toUpperCase(),
  UUID.replaceAll('-', ''),
  UUID.replaceAll('-', '').toUpperCase(),
  `urn:uuid:${UUID}`,
  `{${UUID}}`,
  '936DA01F-9abd-4D9D-80c7-02AF85c822a8',
];

for (const spelling of SPELLINGS) {
  test(`${spelling} is the same point in every request, and shown in lower case with hyphens`, async () => {
    await upsert(JSON.stringify(spelling));
    const record = { id: UUID, payload: {}, vector: [1] };
    assert.deepEqual(await api.result('GET', `${POINTS}/${encodeURIComponent(UUID)}`), record);
    assert.deepEqual(await api.result('GET', `${POINTS}/${encodeURIComponent(spelling)}`), record);
    for (const other of SPELLINGS) {
      assert.deepEqual(await api.result('POST', POINTS, { ids: [other] }), [{ id: UUID }], other);
    }
    const filter = { must: { has_id: [spelling] } };
    assert.deepEqual(await api.result('POST', `${POINTS}/count`, { filter }), { count: 1 });
    await api.result('POST', `${POINTS}/delete?wait=true`, { points: [spelling] });
    assert.deepEqual(await api.result('POST', `${POINTS}/count`, {}), { count: 0 });
  });
}

test('all spellings in one request are one point', async () => {
  const points = SPELLINGS.map((id, i) => ({ id, vector: [i], payload: { i } }));
  await api.upsert('c', points);
  assert.deepEqual(await api.result('POST', `${POINTS}/scroll`, {}), {
    points: [{ id: UUID, payload: { i: SPELLINGS.length - 1 } }],
    next_page_offset: null,
  });
});

test('a path of 32 digits is a UUID, fewer digits are an integer', async () => {
  const digits = '12345678123456781234567812345678';
  await upsert(`"${digits}"`);
  await upsert('12345678');
  const byUuid = await api.result<{ id: unknown }>('GET', `${POINTS}/${digits}`);
  assert.equal(byUuid.id, '12345678-1234-5678-1234-567812345678');
  assert.equal((await api.result<{ id: unknown }>('GET', `${POINTS}/12345678`)).id, 12345678);
});

const INVALID = [
  ['-1', '-1'],
  ['1.5', '1.5'],
  ['"5"', '5'],
  ['"abc"', 'abc'],
  ['""', ''],
  ['true', 'true'],
  ['null', 'null'],
  ['[1]', '[1]'],
  ['{}', '{}'],
  ['-0', '-0.0'],
  [`"${UUID} "`, `${UUID} `],
  [`"${UUID.slice(1)}"`, UUID.slice(1)],
  [`"{${UUID}"`, `{${UUID}`],
  [`"${UUID.replace('9', 'g')}"`, UUID.replace('9', 'g')],
] as const;

for (const [json, shown] of INVALID) {
  test(`${json} is no id, in no request`, async () => {
    const message =
      `400 Format error in JSON body: value ${shown} is not a valid point ID, ` +
      'valid values are either an unsigned integer or a UUID';
    const upsertBody = `{"points":[{"id":${json},"vector":[1]}]}`;
    assert.equal(await api.fault('PUT', POINTS, upsertBody), message);
    assert.equal(await api.fault('PUT', POINTS, `{"batch":{"ids":[${json}],"vectors":[[1]]}}`), message);
    assert.equal(await api.fault('POST', POINTS, `{"ids":[${json}]}`), message);
    assert.equal(await api.fault('POST', `${POINTS}/delete`, `{"points":[${json}]}`), message);
    assert.equal(
      await api.fault('POST', `${POINTS}/count`, `{"filter":{"must":{"has_id":[${json}]}}}`),
      message,
    );
    if (json === 'null') return;
    assert.equal(await api.fault('POST', `${POINTS}/scroll`, `{"offset":${json}}`), message);
  });
}

test('an integer of 65 bits is no id', async () => {
  assert.match(
    await api.fault('POST', POINTS, '{"ids":[18446744073709551616]}'),
    /^400 Format error in JSON body: value \S+ is not a valid point ID/,
  );
});

for (const text of ['abc', '-1', '1.5', '18446744073709551616', UUID.slice(1)]) {
  test(`the path /points/${text} names no point`, async () => {
    assert.equal(
      await api.fault('GET', `${POINTS}/${text}`),
      `400 Wrong input: Can not recognize "${text}" as point id`,
    );
  });
}
