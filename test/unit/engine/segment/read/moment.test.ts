import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Collection } from '../../../../../src/engine/segment/collection.ts';
import { atOneMoment } from '../../../../../src/engine/segment/read/moment.ts';

/** Segments of which only the number of changes is asked. */
class Changing {
  epoch = 0;
  snapshot = () => ({ epoch: this.epoch });
  isCurrent = (before: { epoch: number }) => before.epoch === this.epoch;
}

const collectionOf = (...segments: Changing[]) => ({ segments }) as unknown as Collection;

test('what was read while rows were hidden is read again', () => {
  const [first, second] = [new Changing(), new Changing()];
  let reads = 0;
  const result = atOneMoment(collectionOf(first, second), () => {
    reads += 1;
    if (reads < 3) first.epoch += 1;
    return reads;
  });
  assert.deepEqual([result, reads], [3, 3]);
});

test('nothing is read twice if nothing changes, or if there is but one segment to move within', () => {
  const alone = new Changing();
  for (const segments of [[new Changing(), new Changing()], [alone], []]) {
    let reads = 0;
    atOneMoment(collectionOf(...segments), () => {
      reads += 1;
      alone.epoch += 1;
    });
    assert.equal(reads, 1);
  }
});

test('a writer that never rests does not hold a reader for ever', () => {
  const busy = new Changing();
  let reads = 0;
  atOneMoment(collectionOf(busy, new Changing()), () => {
    reads += 1;
    busy.epoch += 1;
  });
  assert.equal(reads, 16);
});
