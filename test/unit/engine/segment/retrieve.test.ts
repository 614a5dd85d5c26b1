import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { TestCollection } from '../../../helpers/test-collection.ts';

const UUID = '936da01f-9abd-4d9d-80c7-02af85c822a8';
const PARAMS = { vectors: { size: 2, distance: 'Dot' } } as const;

async function filled(t: TestContext): Promise<TestCollection> {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert(
    `{"points":[{"id":1,"vector":[1,2],"payload":{"a":1}},{"id":"${UUID}","vector":[3,4]},{"id":18446744073709551615,"vector":[5,6],"payload":{"c":3}}]}`,
  );
  return collection;
}

test('records come in the order of the ids, each once, unknown ones left out', async (t) => {
  const collection = await filled(t);
  assert.equal(
    collection.readText('retrieve', `{"ids":["${UUID}",7,1,"${UUID.toUpperCase()}",18446744073709551615,1]}`),
    `[{"id":"${UUID}"},{"id":1},{"id":18446744073709551615}]`,
  );
  assert.equal(collection.readText('retrieve', { ids: [] }), '[]');
  assert.equal(collection.readText('retrieve', { ids: [7, 8] }), '[]');
});

test('a record shows what is asked for, and nothing by itself', async (t) => {
  const collection = await filled(t);
  const shown = (selection: object) => collection.readText('retrieve', { ids: [1], ...selection });
  assert.equal(shown({}), '[{"id":1}]');
  assert.equal(shown({ with_payload: true }), '[{"id":1,"payload":{"a":1}}]');
  assert.equal(shown({ with_vector: true }), '[{"id":1,"vector":[1.0,2.0]}]');
  assert.equal(
    shown({ with_vectors: true, with_payload: ['b'] }),
    '[{"id":1,"payload":{},"vector":[1.0,2.0]}]',
  );
});

test('one point by the id in the path', async (t) => {
  const collection = await filled(t);
  const get = (id: string) => collection.refusal('get_point', '', { id });
  assert.equal(get('1'), '200 {"id":1,"payload":{"a":1},"vector":[1.0,2.0]}');
  assert.equal(get(UUID.toUpperCase()), `200 {"id":"${UUID}","payload":{},"vector":[3.0,4.0]}`);
  assert.equal(
    get('18446744073709551615'),
    '200 {"id":18446744073709551615,"payload":{"c":3},"vector":[5.0,6.0]}',
  );
  assert.equal(get('2'), '404 Not found: Point with id 2 does not exists!');
  assert.equal(get('x'), '400 Wrong input: Can not recognize "x" as point id');
  assert.equal(get('-1'), '400 Wrong input: Can not recognize "-1" as point id');
});
