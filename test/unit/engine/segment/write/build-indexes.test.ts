import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ColumnWriter } from '../../../../../src/engine/payload/fields/column-writer.ts';
import { readIndexState } from '../../../../../src/engine/payload/fields/index-state.ts';
import { endOfPrefix, indexPrefix, PREFIX } from '../../../../../src/storage/keys.ts';
import { TestCollection } from '../../../../helpers/test-collection.ts';

const PARAMS = { vectors: { size: 1, distance: 'Dot' } } as const;
const ROWS = 1000;
const pointsOf = (from: number, to: number) => ({
  points: Array.from({ length: to - from }, (_, i) => ({
    id: from + i,
    vector: [1],
    payload: { n: from + i, k: [`k${(from + i) % 7}`, 'all'] },
  })),
});
const create = (field_name: string, field_schema: string) =>
  ({ task: 'create_index', body: { field_name, field_schema } }) as const;

const countOf = (collection: TestCollection, filter: object) =>
  (collection.read('count', { filter }) as { count: number }).count;

/** Makes the clock jump with every look, so that slices end after the rows between two looks. */
function hurry(t: TestContext): void {
  let now = 0;
  t.mock.method(performance, 'now', () => (now += 1000));
}

/** A collection with indexes that are not complete. */
async function begun(t: TestContext): Promise<TestCollection> {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert(pointsOf(0, ROWS));
  hurry(t);
  collection.batch([create('n', 'integer'), create('k', 'keyword')]);
  assert.ok(collection.handle.indexes.every(({ isComplete }) => !isComplete));
  return collection;
}

/** Builds to the end; returns the number of slices. */
function finish(collection: TestCollection): number {
  let slices = 1;
  while (collection.buildIndexes(1)) slices += 1;
  return slices;
}

function checkComplete(collection: TestCollection, points: number): void {
  const { indexes } = collection.collection;
  assert.deepEqual(
    indexes.all.map(({ definition: { key, isComplete } }) => [key, isComplete]),
    [
      ['n', true],
      ['k', true],
    ],
  );
  for (const { columns } of indexes.all) {
    assert.equal(
      columns.reduce((sum, column) => sum + column.word('pointCount'), 0),
      points,
    );
  }
}

test('slice by slice, and no read uses an index before it is complete', async (t) => {
  const collection = await begun(t);
  assert.equal(collection.collection.indexes.find('n'), undefined);
  assert.equal(countOf(collection, { must: { key: 'n', range: { lt: 10 } } }), 10);
  const slices = finish(collection);
  assert.ok(slices > 10, `${slices} slices`);
  checkComplete(collection, ROWS);
  assert.equal(countOf(collection, { must: { key: 'n', range: { lt: 10 } } }), 10);
  assert.equal(countOf(collection, { must: { key: 'k', match: { value: 'k3' } } }), 143);
});

const set = (id: number, n: number) =>
  ({ task: 'set_payload', body: { payload: { n }, points: [id] } }) as const;

test('what is written, changed and deleted in between', async (t) => {
  const collection = await begun(t);
  for (let i = 0; i < 3; i++) collection.buildIndexes(1);
  // One row that the index holds, one that it does not, and one that is new.
  collection.batch([
    { task: 'upsert', body: pointsOf(ROWS, ROWS + 100) },
    set(0, -1),
    set(ROWS - 1, -1),
    set(ROWS, -1),
    { task: 'delete_points', body: { points: [1, ROWS - 2, ROWS + 1] } },
    { task: 'upsert', body: { points: [{ id: 2, vector: [1], payload: { n: -1 } }] } },
  ]);
  finish(collection);
  assert.equal(countOf(collection, { must: { key: 'n', match: { value: -1 } } }), 4);
  assert.equal(countOf(collection, { must: { key: 'n', range: { gte: 0 } } }), ROWS + 100 - 7);
  assert.equal(countOf(collection, { must: { key: 'k', match: { value: 'all' } } }), ROWS + 100 - 4);
  const counts = collection.handle.indexes.map(
    ({ columns }) => new Int32Array(columns[0]!.memory.buffer, columns[0]!.layout.header)[4],
  );
  assert.deepEqual(counts, [ROWS + 100 - 3, ROWS + 100 - 4]);
});

test('a restart goes on where it was', async (t) => {
  const collection = await begun(t);
  for (let i = 0; i < 4; i++) collection.buildIndexes(1);
  const built = readIndexState(collection.collection.env).indexes[0]!.built![1]!;
  assert.ok(built > 0 && built < ROWS);
  const reopened = await collection.restart();
  const [index] = reopened.collection.indexes.all;
  assert.equal(index!.columns[0]!.word('rows'), built);
  finish(reopened);
  checkComplete(reopened, ROWS);
  const again = await reopened.restart();
  checkComplete(again, ROWS);
  assert.equal(countOf(again, { must: { key: 'k', match: { value: 'k3' } } }), 143);
});

function checkSurvivors(reading: TestCollection): void {
  checkComplete(reading, 330);
  assert.equal(countOf(reading, { must: { key: 'n', match: { value: -1 } } }), 2);
  assert.equal(countOf(reading, { must: { key: 'k', match: { value: 'new' } } }), 2);
  assert.equal(countOf(reading, { must: { key: 'k', match: { value: 'all' } } }), 328);
  assert.equal(countOf(reading, { must: { key: 'n', range: { gte: 280 } } }), 50);
}

test('a thread that dies after its commit leaves nothing wrong', async (t) => {
  const collection = await TestCollection.create(t, PARAMS);
  collection.batch([create('n', 'integer'), create('k', 'keyword')]);
  collection.upsert(pointsOf(0, 300));
  const publish = t.mock.method(ColumnWriter.prototype, 'publish', () => {
    throw new Error('the thread died');
  });
  assert.throws(() =>
    collection.batch([
      { task: 'upsert', body: pointsOf(290, 320) },
      { task: 'set_payload', body: { payload: { n: -1, k: 'new' }, points: [5, 6] } },
    ]),
  );
  publish.mock.restore();
  collection.upsert(pointsOf(320, 330));
  checkSurvivors(collection);
  checkSurvivors(await collection.restart());
});

test('what a dropped index had in storage goes in steps, across a restart too', async (t) => {
  const collection = await TestCollection.create(t, PARAMS);
  collection.upsert({
    points: Array.from({ length: 4000 }, (_, id) => ({ id, vector: [1], payload: { k: `value ${id}` } })),
  });
  collection.batch([create('k', 'keyword')]);
  finish(collection);
  const id = collection.handle.indexes[0]!.id;
  const keysLeft = ({ collection: { env } }: TestCollection) => {
    env.refresh();
    return [PREFIX.columnBlock, PREFIX.dictionary].reduce((sum, prefix) => {
      const start = indexPrefix(prefix, id);
      return sum + Array.from(env.keys(start, endOfPrefix(start))).length;
    }, 0);
  };
  assert.ok(keysLeft(collection) > 8000);
  collection.batch([{ task: 'delete_index', body: '', args: { field_name: 'k' } }]);
  assert.equal(collection.buildIndexes(1000), true);
  const left = keysLeft(collection);
  assert.ok(left > 0 && left < 8000);
  const reopened = await collection.restart();
  finish(reopened);
  assert.equal(keysLeft(reopened), 0);
  assert.deepEqual(readIndexState(reopened.collection.env).dropped, []);
  // A new index gets another number.
  reopened.batch([create('k', 'keyword')]);
  assert.equal(reopened.handle.indexes[0]!.id, id + 1);
});
