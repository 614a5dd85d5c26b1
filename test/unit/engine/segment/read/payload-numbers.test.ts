import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { NEVER_CANCELLED } from '../../../../../src/engine/segment/cancellation.ts';
import { PayloadNumbers } from '../../../../../src/engine/segment/read/payload-numbers.ts';
import { SCRATCH_HEAP_MAX } from '../../../../../src/kernels/memory-layout.ts';
import { TestCollection } from '../../../../helpers/test-collection.ts';

const PARAMS = { vectors: { size: 8, distance: 'Dot' }, hnsw_config: { m: 0 } } as const;
/** Room for some hundreds of points beside the scratch area. */
const SMALL = { bytesMax: 16 * SCRATCH_HEAP_MAX + 131_072, scratchCount: 1 };

/** A collection of two segments. */
async function twoSegments(t: TestContext): Promise<TestCollection> {
  const created = await TestCollection.create(t, PARAMS, SMALL);
  for (let id = 0; created.handle.segments.length < 2; id++) {
    created.upsert({ points: [{ id, vector: Array.from({ length: 8 }, () => id), payload: { id } }] });
  }
  return created;
}

test('numbers are kept for the segments that a collection has, and read once', async (t) => {
  const { collection } = await twoSegments(t);
  let reads = 0;
  const numbers = new PayloadNumbers(({ id }) => {
    reads += 1;
    return [id as number];
  });
  const [older, newer] = collection.segments as [
    (typeof collection.segments)[0],
    (typeof collection.segments)[0],
  ];
  for (let i = 0; i < 2; i++) {
    const { values, rows, length } = numbers.ofSegment(collection, older, NEVER_CANCELLED);
    assert.deepEqual([length, values[3], rows[3], reads], [older.count, 3, 3, older.count]);
  }
  const rest = { env: collection.env, segments: [newer] };
  numbers.ofSegment(rest, newer, NEVER_CANCELLED);
  reads = 0;
  numbers.ofSegment(collection, older, NEVER_CANCELLED);
  assert.equal(reads, older.count, 'those of a segment that was gone are read anew');
});
