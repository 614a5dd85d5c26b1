import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
await api.create('c', { size: 2, distance: 'Dot' });
await api.upsert('c', [{ id: 1, vector: [1, 0] }]);

const POINTS = '/collections/c/points';
const UPSERT = { points: [{ id: 1, vector: [1, 0] }] };

const UNREADABLE = [
  ['PUT', `${POINTS}?wait=maybe`],
  ['PUT', `${POINTS}?wait=1`],
  ['PUT', `${POINTS}?wait=true&wait=false`],
  ['PUT', `${POINTS}?ordering=total`],
  ['PUT', `${POINTS}?timeout=x`],
  ['POST', `${POINTS}/delete?wait=yes`],
  ['POST', `${POINTS}/count?timeout=x`],
  ['POST', `${POINTS}/count?timeout=0`],
  ['POST', `${POINTS}/count?timeout=-1`],
  ['POST', `${POINTS}/count?timeout=1.5`],
  ['POST', `${POINTS}/scroll?timeout=0`],
  ['POST', `${POINTS}/query?timeout=0`],
  ['POST', `${POINTS}/query/batch?timeout=0`],
  ['POST', `${POINTS}?timeout=0`],
  ['GET', `${POINTS}/1?timeout=0`],
  ['POST', `${POINTS}/query?consistency=0`],
  ['POST', `${POINTS}/query?consistency=-1`],
  ['POST', `${POINTS}/query?consistency=most`],
  ['GET', `${POINTS}/1?consistency=0`],
  ['PUT', '/collections/new?timeout=x'],
  ['DELETE', '/collections/new?timeout=1.5'],
] as const;

for (const [method, path] of UNREADABLE) {
  test(`${method} ${path} does not parse`, async () => {
    const body = method === 'GET' || method === 'DELETE' ? undefined : {};
    assert.match(await api.fault(method, path, body), /^400 Deserialize error in query parameters: \S/);
  });
}

for (const method of ['PUT', 'DELETE'] as const) {
  test(`${method} of a collection with a timeout of 0 breaks a bound`, async () => {
    const body = method === 'PUT' ? {} : undefined;
    assert.equal(
      await api.fault(method, '/collections/new?timeout=0', body),
      '422 Validation error in query parameters: [timeout: value 0 invalid, must be 1 or larger]',
    );
  });
}

test('a fault of the query string is found before one of the body', async () => {
  assert.match(await api.fault('PUT', `${POINTS}?wait=maybe`, '{'), /query parameters/);
});

test('a fault of the query string is found before a missing collection', async () => {
  assert.match(
    await api.fault('POST', '/collections/none/points/count?timeout=0', {}),
    /^400 .*query parameters/,
  );
});

const READ_PARAMETERS = [
  'consistency=1',
  'consistency=majority',
  'consistency=quorum',
  'consistency=all',
  'consistency=',
  'timeout=1',
  'timeout=86400',
  'consistency=all&timeout=3',
  'unknown=1',
  'wait=maybe',
];

for (const parameters of READ_PARAMETERS) {
  test(`reads accept ?${parameters}`, async () => {
    assert.deepEqual(await api.result('POST', `${POINTS}/count?${parameters}`, {}), { count: 1 });
    assert.equal((await api.result<unknown[]>('POST', `${POINTS}?${parameters}`, { ids: [1] })).length, 1);
    assert.equal((await api.send('GET', `${POINTS}/1?${parameters}`)).status, 200);
  });
}

const WRITE_PARAMETERS = [
  ['', 'acknowledged'],
  ['?wait=true', 'completed'],
  ['?wait=false', 'acknowledged'],
  ['?wait=', 'acknowledged'],
  ['?wait=true&ordering=weak', 'completed'],
  ['?wait=true&ordering=medium', 'completed'],
  ['?wait=true&ordering=strong&timeout=30', 'completed'],
  ['?ordering=', 'acknowledged'],
  ['?wait=true&unknown=x', 'completed'],
] as const;

for (const [parameters, expected] of WRITE_PARAMETERS) {
  test(`writes with "${parameters}" are ${expected}`, async () => {
    const { status } = await api.result<{ status: string }>('PUT', `${POINTS}${parameters}`, UPSERT);
    assert.equal(status, expected);
    const removal = await api.result<{ status: string }>('POST', `${POINTS}/delete${parameters}`, {
      points: [7],
    });
    assert.equal(removal.status, expected);
  });
}
