import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configureSegment } from '../../../../src/engine/segment/create-segment.ts';
import { TestCollection } from '../../../helpers/test-collection.ts';

for (const vectors of [
  { size: 4, distance: 'Dot', datatype: 'uint8' },
  { size: 64, distance: 'Manhattan', datatype: 'float16' },
  { size: 64, distance: 'Manhattan', on_disk: true },
  { size: 4, distance: 'Dot', on_disk: true },
  { size: 64, distance: 'Dot', on_disk: true },
] as const) {
  test(`points stay where they are after a start and under the same settings: ${JSON.stringify(vectors)}`, async (t) => {
    const created = await TestCollection.create(t, { vectors });
    created.upsert({ points: [{ id: 1, vector: Array.from({ length: vectors.size }, () => 1) }] });
    const [segment] = created.handle.segments;
    assert.equal(configureSegment(segment!, created.collection.vectors).isOutdated, false);
    const { handle } = await created.restart();
    assert.equal(handle.segments[0]!.isOutdated, false);
  });
}
