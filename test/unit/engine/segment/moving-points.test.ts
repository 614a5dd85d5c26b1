/** A point that moves from one segment to another while a read looks at them one after the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCRATCH_HEAP_MAX } from '../../../../src/kernels/memory-layout.ts';
import { DEFAULT_SIZING, Tasks, TestCollection } from '../../../helpers/test-collection.ts';

/** Room for some hundreds of points beside the scratch areas. */
const SMALL = { bytesMax: 2 * 16 * SCRATCH_HEAP_MAX + 131_072, scratchCount: 2 };
const PARAMS = { vectors: { size: 1, distance: 'Dot' }, hnsw_config: { m: 0 } } as const;
const MOVING = 7;

const upsertOf = (ids: readonly number[]) => ({
  batch: { ids, vectors: ids.map((id) => [id]), payloads: ids.map(() => ({ text: 'word' })) },
});
const WORDS = { field_name: 'text', field_schema: { type: 'text', scoring: true } };

const READS = {
  count: (reader: Tasks) => (reader.read('count') as { count: number }).count,
  query: (reader: Tasks) => {
    const { points } = reader.read('query', { query: [1], limit: 100_000 }) as { points: { id: number }[] };
    return points.length;
  },
  text: (reader: Tasks) => {
    const request = { query: { text: 'word' }, using: 'text', limit: 100_000 };
    const { points } = reader.read('query', request) as { points: { id: number }[] };
    return points.length;
  },
};

for (const [name, read] of Object.entries(READS)) {
  test(`a ${name} meets a point once that is shown in its new segment and not yet hidden in the old one`, async (t) => {
    const writer = await TestCollection.create(t, PARAMS, SMALL);
    writer.batch([{ task: 'create_index', body: WORDS }]);
    writer.upsert(upsertOf([0]));
    const points = writer.collection.segments[0]!.capacity + 1;
    writer.upsert(upsertOf(Array.from({ length: points }, (_, id) => id)));
    const [old] = writer.collection.segments;
    const reader = new Tasks(writer.handle, SMALL, 1);
    t.after(() => reader.close());
    const [oldRead, newRead] = reader.collection.segments;
    assert.equal(read(reader), points);

    // The writer is held up between the two segments when the reader comes to the second.
    const publish = old!.publish.bind(old);
    let hide: (() => void) | undefined;
    old!.publish = (...args) => {
      hide = () => publish(...args);
      throw new Error('held up');
    };
    let hasReadOld = false;
    let wasHeldUp = false;
    const isOldCurrent = oldRead!.isCurrent.bind(oldRead);
    oldRead!.isCurrent = (snapshot) => {
      hasReadOld = true;
      return isOldCurrent(snapshot);
    };
    const snapshotOfNew = newRead!.snapshot.bind(newRead);
    newRead!.snapshot = () => {
      if (hasReadOld && !wasHeldUp) {
        wasHeldUp = true;
        assert.throws(() => writer.upsert(upsertOf([MOVING])), /held up/);
      }
      return snapshotOfNew();
    };
    const snapshotOfOld = oldRead!.snapshot.bind(oldRead);
    oldRead!.snapshot = () => {
      // Who looks again waits for the writer.
      if (hide !== undefined) {
        hide();
        old!.endHiding();
        hide = undefined;
      }
      return snapshotOfOld();
    };
    assert.equal(read(reader), points);
  });
}

const offer = (id: number) => ({ id, vector: [id], payload: { offers: [{ title: 'word' }] } });

test('a text finds a point that is written twice after its rows were chosen, by the text that it has then', async (t) => {
  const writer = await TestCollection.create(t, PARAMS);
  const schema = { type: 'text', scoring: true, nested: 'offers' };
  writer.batch([{ task: 'create_index', body: { field_name: 'offers[].title', field_schema: schema } }]);
  writer.upsert({ points: [offer(1), offer(MOVING), offer(9)] });
  const reader = new Tasks(writer.handle, DEFAULT_SIZING, 1);
  t.after(() => reader.close());
  const { env } = reader.collection;
  const refresh = env.refresh.bind(env);
  let refreshes = 0;
  t.mock.method(env, 'refresh', () => {
    refreshes += 1;
    // All rows, those looked for, then the lengths of texts.
    if (refreshes === 3) for (let i = 0; i < 2; i++) writer.upsert({ points: [offer(MOVING)] });
    refresh();
  });
  const request = { query: { text: 'word' }, using: 'offers[].title', limit: 10 };
  const { points } = reader.read('query', request) as { points: { id: number }[] };
  assert.deepEqual(points.map(({ id }) => id).toSorted(), [1, MOVING, 9]);
});

test('a segment whose rows are all replaced is never taken to be empty', async (t) => {
  const writer = await TestCollection.create(t, PARAMS, SMALL);
  writer.upsert(upsertOf([1]));
  const [segment] = writer.collection.segments;
  for (const name of ['count', 'deletedCount'] as const) {
    const read = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(segment), name)!.get!;
    // The writer comes just after the reader has looked at one of the counts.
    Object.defineProperty(segment, name, {
      configurable: true,
      get: () => {
        const seen: number = read.call(segment);
        delete (segment as { -readonly [Key in typeof name]?: number })[name];
        writer.upsert(upsertOf([1]));
        return seen;
      },
    });
    assert.equal(segment!.isEmpty, false, name);
  }
  assert.equal(segment!.count, 3);
});
