import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { allBut, buildFilterCollection, idOf, UUID, VALUES } from '../helpers/filter-collection.ts';

const { matching } = await buildFilterCollection({ after });

test('has_id with ids of both kinds, unknown ones passed over', async () => {
  assert.deepEqual(await matching({ must: { has_id: [idOf('1'), UUID, 100_000] } }), ['1', '0']);
  assert.deepEqual(await matching({ must: { has_id: [100_000] } }), []);
});

test('has_id with an empty list matches nothing', async () => {
  assert.deepEqual(await matching({ must: { has_id: [] } }), []);
  assert.deepEqual(await matching({ must_not: { has_id: [] } }), VALUES);
});

test('has_id with the other spellings of a UUID', async () => {
  for (const id of [UUID.toUpperCase(), UUID.replaceAll('-', ''), `urn:uuid:${UUID}`, `{${UUID}}`]) {
    assert.deepEqual(await matching({ must: { has_id: [id] } }), ['0']);
  }
});

test('without has_id', async () => {
  assert.deepEqual(await matching({ must_not: { has_id: [idOf('1'), UUID] } }), allBut('1', '0'));
});

test('the slices of a collection hold each point once', async () => {
  const slices = await Promise.all(
    [0, 1, 2].map((index) => matching({ must: { slice: { total: 3, index } } })),
  );
  assert.deepEqual(slices.flat().toSorted(), [...VALUES].toSorted());
  assert.ok(slices.every((slice) => slice.length > 0));
  assert.deepEqual(await matching({ must: { slice: { total: 1, index: 0 } } }), VALUES);
});

test('has_vector of the unnamed vector', async () => {
  assert.deepEqual(await matching({ must: { has_vector: '' } }), VALUES);
  assert.deepEqual(await matching({ must: { has_vector: 'nope' } }), []);
});
